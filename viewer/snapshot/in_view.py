"""Content that a page shows only while it is in view: found, visited again, and kept shown in the picture."""

from __future__ import annotations

import asyncio
import time

from store.notes import note
from viewer.snapshot.limits import Limits
from viewer.snapshot.world import World

_POLL_S = 0.1
_ALL_S = 15.0  # for all visits of a page
# Looks at one visit: during a start that is delayed, and until nothing moves. Each waits until the page was drawn, so
# that they take longer where it is drawn late.
_LEAST, _MOST = 5, 15


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
    for look in range(1, _MOST + 1):
        await asyncio.sleep(_POLL_S)
        if await world.run("in_view", "visit") and look >= _LEAST:
            return
