"""Brings a page into the state of a visitor who has read all of it, and then to rest."""

from __future__ import annotations

import asyncio
import time

from store.notes import note
from viewer.snapshot import in_view
from viewer.snapshot.banners import hide_banners
from viewer.snapshot.limits import Limits
from viewer.snapshot.picture import is_blank
from viewer.snapshot.traffic import Traffic
from viewer.snapshot.world import World, script

_POLL_S = 0.1
_STEP = 0.8  # of the window's height, at each step of the pass
_STEP_S = 0.08  # minimum time of a step: two frames, and the start of its requests
_STEP_BUSY_S = 0.6  # maximum, while requests are pending
_GROWN = 4  # times its initial height: then the page counts as endless
_EMPTY_S = 5.0  # how long an empty page that is quiet may take until it shows something


async def wait_quiet(world: World, traffic: Traffic, bound_s: float, calm_s: float, *, from_now: bool = False) -> bool:
    """Wait until network and document are unchanged for `calm_s`; False if that does not happen within `bound_s`.

    `from_now`: the calm before this call does not count, because something was done to which the page may react.
    """
    begin = time.monotonic()
    earliest = begin + calm_s if from_now else begin
    while time.monotonic() < begin + bound_s:
        still_ms = await world.run("watch")
        if traffic.calm_for() >= calm_s and still_ms >= calm_s * 1000 and time.monotonic() >= earliest:
            return True
        await asyncio.sleep(_POLL_S)
    return False


async def scroll_through(world: World, traffic: Traffic, limits: Limits) -> list[str]:
    """Scroll down the page in steps so that lazy content loads; returns warnings."""
    deadline = time.monotonic() + limits.scroll_s
    size = await world.run("scroll", 0)
    first, top = size["height"], 0.0
    while top + size["window"] < size["height"]:
        if size["height"] > max(_GROWN * first, first + 20_000):
            return [note("grows")]
        if time.monotonic() > deadline:
            return [note("long")]
        if top > limits.tallest_px:
            return []
        top += size["window"] * _STEP
        size = await world.run("scroll", top)
        await asyncio.sleep(_STEP_S)
        until = min(deadline, time.monotonic() + _STEP_BUSY_S)
        while traffic.busy() and time.monotonic() < until:
            await asyncio.sleep(_STEP_S)
        size = await world.run("scroll", top)
        await in_view.record(world)
    return []


async def arrive(world: World, traffic: Traffic, limits: Limits) -> bool:
    """Wait for the page to be quiet for the first time, and until it shows something, for some seconds; False if it was
    not quiet within the limit."""
    quiet = await wait_quiet(world, traffic, limits.quiet_s, limits.calm_s)
    deadline = time.monotonic() + _EMPTY_S
    empty = False
    while time.monotonic() < deadline:
        state = await world.run("state")
        if not state["empty"] or (state["closed"] and not await is_blank(world, state["canvas"])):
            break
        empty = True
        await asyncio.sleep(_POLL_S)
    return await wait_quiet(world, traffic, limits.quiet_s, limits.calm_s) if empty else quiet


async def read_through(world: World, traffic: Traffic, limits: Limits, quiet: bool) -> list[str]:
    """Load everything down to the foot of the page, then scroll back to the top; returns warnings."""
    warnings: list[str] = []
    warnings += await hide_banners(world)
    await world.run("eager")
    warnings += await scroll_through(world, traffic, limits)
    scroller = await world.run("unroll")
    if scroller == "unrolled":
        warnings += [words for words in await scroll_through(world, traffic, limits) if words not in warnings]
    if scroller == "body":
        warnings.append(note("panel"))
    await world.run("eager")  # for what was added while scrolling
    loaded = await world.run("loaded", limits.images_s * 1000)
    if not loaded["inTime"]:
        warnings.append(note("late", seconds=limits.images_s))
    if loaded["broken"]:
        warnings.append(note("broken", n=loaded["broken"], images=loaded["images"]))
    await world.run("scroll", 0)
    bound_s = limits.quiet_s if quiet else limits.calm_s * 2
    quiet = await wait_quiet(world, traffic, bound_s, limits.calm_s, from_now=True) and quiet
    if not quiet:
        warnings.append(note("restless", seconds=limits.quiet_s))
    await in_view.visit(world, limits)
    warnings += [words for words in await hide_banners(world) if words not in warnings]
    return warnings


async def come_to_rest(world: World) -> list[str]:
    """Finish all animations, and disable the scripts of the page; returns warnings."""
    await world.run("freeze")
    await asyncio.sleep(_POLL_S)  # for what the page does when its animations end
    await world.run("scroll", 0)
    await world.stop_scripts()
    await world.run("freeze")  # for animations started meanwhile
    warnings = await in_view.restore(world)
    await world.run("freeze")
    return warnings


async def rest_in_state(world: World) -> list[str]:
    """The same after the steps of a recipe, without closing what they opened."""
    await world.run("freeze")
    await asyncio.sleep(_POLL_S)
    await world.stop_scripts()
    # Scripts no longer notice that the pointer leaves; the browser itself keeps the `:hover` styles.
    nodes = await world.nodes(f"({script('hovered')})()")
    await world.session.send("CSS.enable")
    for node in nodes:
        await world.session.send("CSS.forcePseudoState", {"nodeId": node, "forcedPseudoClasses": ["hover"]})
    if (await world.evaluate("scrollY")) > 0:
        await world.run("scroll", 0)
        await world.page.mouse.move(-9, -9)  # off the page: otherwise it would hover over whatever is below it now
    await world.run("freeze")
    warnings = await in_view.restore(world, unchanged=True)
    await world.run("freeze")
    return warnings
