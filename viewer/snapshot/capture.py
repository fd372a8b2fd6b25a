"""The layout of the page in the browser, read by the element code of the tracker."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Error as PlaywrightError

from store.layouts import Layout
from viewer.snapshot.addresses import Bounds
from viewer.snapshot.errors import SnapshotError
from viewer.snapshot.frames import foreign_frames, graft
from viewer.snapshot.world import World

# Next to the packages, both in the repository and when installed.
SCRIPT = Path(__file__).resolve().parents[2] / "tracker_js" / "dist" / "capture.js"


@cache
def capture_script(path: Path = SCRIPT) -> str:
    """The text of capture.js. Raises `SnapshotError` (capture) if it was not built."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SnapshotError(f"{path} is missing: build it with `npm run build` in tracker_js/.", "capture") from None


async def read_elements(world: World, site_key: str, bounds: Bounds | None = None) -> dict[str, Any]:
    """The result of `__parcoursCapture`: width, height, viewportHeight, title and one list for each property.

    It includes frames of the same origin, and frames of other origins within `bounds`.
    """
    found = await _capture(world, json.dumps(site_key))
    if bounds is None:
        return found
    for at, inner in reversed(await foreign_frames(world, bounds)):
        try:
            found = graft(found, at, await _capture(inner, f"{json.dumps(site_key)}, '>>html:1'"))
        except (PlaywrightError, SnapshotError):
            continue  # the frame navigated away or blocks its renderer: leave it out
    return found


async def _capture(world: World, arguments: str) -> dict[str, Any]:
    found = await world.evaluate(f"{capture_script()}\n;globalThis.__parcoursCapture({arguments})")
    if not isinstance(found, dict):
        raise SnapshotError("The elements of the page could not be read: capture.js returned nothing.", "capture")
    return found


def to_layout(found: Mapping[str, Any], width: int, height: int, viewport_h: int) -> Layout:
    """The typed layout of a picture of `width` × `height` px. Raises `SnapshotError` (capture) for invalid columns."""
    try:
        return Layout.of(width, height, viewport_h, found)
    except (KeyError, ValueError, TypeError) as error:
        raise SnapshotError(f"The elements of the page could not be read: {error}.", "capture") from None
