"""Bringing a page to what a visitor sees who has read all of it, and then to rest."""

from __future__ import annotations

import asyncio
import json
import time

from store.notes import note
from viewer.snapshot.banners import hide_banners
from viewer.snapshot.limits import Limits
from viewer.snapshot.traffic import Traffic
from viewer.snapshot.world import World, script

_LOOK_S = 0.1  # between two looks
_STEP = 0.8  # of the window's height, at each step of the pass
_STEP_S = 0.08  # what a step is given at least: two frames and a start for its requests
_STEP_BUSY_S = 0.6  # and at most, while requests are under way
_GROWN = 4  # times its first height: then the page is taken to have no end


async def wait_quiet(world: World, traffic: Traffic, bound_s: float, calm_s: float) -> bool:
    """Wait until neither network nor document changed for `calm_s`; False when that was not reached in `bound_s`."""
    watch = f"({script('watch')})()"
    deadline = time.monotonic() + bound_s
    while time.monotonic() < deadline:
        still_ms = await world.evaluate(watch)
        if traffic.calm_for() >= calm_s and still_ms >= calm_s * 1000:
            return True
        await asyncio.sleep(_LOOK_S)
    return False


async def scroll_through(world: World, traffic: Traffic, limits: Limits) -> list[str]:
    """Go down the page in steps so that lazy content comes; gives warnings."""
    go = script("scroll")
    deadline = time.monotonic() + limits.scroll_s
    size = await world.evaluate(f"({go})(0)")
    first, top = size["height"], 0.0
    while top + size["window"] < size["height"]:
        if size["height"] > max(_GROWN * first, first + 20_000):
            return [note("grows")]
        if time.monotonic() > deadline:
            return [note("long")]
        if top > limits.tallest_px:
            return []
        top += size["window"] * _STEP
        size = await world.evaluate(f"({go})({top})")
        await asyncio.sleep(_STEP_S)
        until = min(deadline, time.monotonic() + _STEP_BUSY_S)
        while traffic.busy() and time.monotonic() < until:
            await asyncio.sleep(_STEP_S)
        size = await world.evaluate(f"({go})({top})")
    return []


async def arrive(world: World, traffic: Traffic, limits: Limits) -> bool:
    """Wait for the page to be quiet for the first time; False when it was not."""
    return await wait_quiet(world, traffic, limits.quiet_s, limits.calm_s)


async def read_through(world: World, traffic: Traffic, limits: Limits, quiet: bool) -> list[str]:
    """Everything from the first quiet to a page that was read to its foot, scrolled to its top; gives warnings."""
    warnings: list[str] = []
    warnings += await hide_banners(world)
    await world.evaluate(f"({script('eager')})()")
    warnings += await scroll_through(world, traffic, limits)
    await world.evaluate(f"({script('eager')})()")  # what came while scrolling
    loaded = await world.evaluate(f"({script('loaded')})({json.dumps(limits.images_s * 1000)})")
    if not loaded["inTime"]:
        warnings.append(note("late", seconds=limits.images_s))
    if loaded["broken"]:
        warnings.append(note("broken", n=loaded["broken"], images=loaded["images"]))
    await world.evaluate(f"({script('scroll')})(0)")
    quiet = await wait_quiet(world, traffic, limits.quiet_s if quiet else limits.calm_s * 2, limits.calm_s) and quiet
    if not quiet:
        warnings.append(note("restless", seconds=limits.quiet_s))
    warnings += [words for words in await hide_banners(world) if words not in warnings]
    return warnings


async def come_to_rest(world: World) -> None:
    """Bring everything that moves to its end, and switch the page's scripts off."""
    await world.evaluate(f"({script('freeze')})()")
    await asyncio.sleep(_LOOK_S)  # what the page does when its animations end
    await world.evaluate(f"({script('scroll')})(0)")
    await world.stop_scripts()
    await world.evaluate(f"({script('freeze')})()")  # and what that began


async def rest_in_state(world: World) -> None:
    """The same after the steps of a recipe: what they opened stays open, wherever the page was scrolled to."""
    await world.evaluate(f"({script('freeze')})()")
    await asyncio.sleep(_LOOK_S)
    await world.stop_scripts()
    # From here on no script hears that the pointer leaves; styles for `:hover` are held by the browser itself.
    nodes = await world.nodes(f"({script('hovered')})()")
    await world.session.send("CSS.enable")
    for node in nodes:
        await world.session.send("CSS.forcePseudoState", {"nodeId": node, "forcedPseudoClasses": ["hover"]})
    if (await world.evaluate("scrollY")) > 0:
        await world.evaluate(f"({script('scroll')})(0)")
        await world.page.mouse.move(-9, -9)  # off the page: else it would rest on whatever came under it
    await world.evaluate(f"({script('freeze')})()")
