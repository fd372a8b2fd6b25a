"""Content that a page shows only while it is in view: found, visited again, and kept shown in the picture."""

from __future__ import annotations

import asyncio
import time

from store.notes import note
from viewer.snapshot.limits import Limits
from viewer.snapshot.world import World

_POLL_S = 0.1
_ALL_S = 15.0  # for all visits of a page
_LEAST_S, _MOST_S = 0.6, 2.0  # for one visit: a start that is delayed, and until nothing moves


async def record(world: World) -> None:
    """Remember how the part of the page that is in the window looks."""
    await world.run("in_view", "record")


async def visit(world: World, limits: Limits) -> None:
    """Visit the places that looked different in view from how they look now, at the top of the page, or that are
    hidden now. Leaves the page at the top."""
    tops = await world.run("in_view", "differing")
    if not tops:
        return
    deadline = time.monotonic() + min(_ALL_S, limits.scroll_s)
    for top in tops:
        if time.monotonic() > deadline or top > limits.tallest_px:
            break
        await world.run("scroll", top)
        await _wait_until_still(world)
    await world.run("scroll", 0)
    await _wait_until_still(world)
    await world.run("in_view", "compare")


async def restore(world: World, *, unchanged: bool = False) -> list[str]:
    """Show what was shown at the visits; returns a note if that is not possible everywhere.

    `unchanged`: leave alone what has changed since the visits, because the steps of a state changed it.
    """
    result = await world.run("in_view", "restore", unchanged)
    return [note("in_view", n=result["blank"])] if result["blank"] else []


async def _wait_until_still(world: World) -> None:
    begin = time.monotonic()
    still = False
    while time.monotonic() < begin + (_LEAST_S if still else _MOST_S):
        await asyncio.sleep(_POLL_S)
        still = await world.run("in_view", "visit")
