"""The layout of the page in front of the camera, made by the tracker's own element code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from store.layouts import Layout
from viewer.snapshot.errors import SnapshotError
from viewer.snapshot.world import World

# Beside the rooms, in the repository as in the installed package.
SCRIPT = Path(__file__).resolve().parents[2] / "tracker_js" / "dist" / "capture.js"


@cache
def capture_script(path: Path = SCRIPT) -> str:
    """The text of capture.js. Raises `SnapshotError` (capture) when it was not built."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SnapshotError(f"{path} is missing: build it with `npm run build` in tracker_js/.", "capture") from None


async def read_elements(world: World, site_key: str) -> dict[str, Any]:
    """What `__parcoursCapture` says of the page: width, height, viewportHeight, title and one list a property."""
    found = await world.evaluate(f"{capture_script()}\n;globalThis.__parcoursCapture({json.dumps(site_key)})")
    if not isinstance(found, dict):
        raise SnapshotError("The elements of the page could not be read: capture.js gave nothing.", "capture")
    return found


def to_layout(found: Mapping[str, Any], width: int, height: int, viewport_h: int) -> Layout:
    """The typed layout of a picture `width` × `height` px. Raises `SnapshotError` (capture) when it does not fit."""
    try:
        return Layout.of(width, height, viewport_h, found)
    except (KeyError, ValueError, TypeError) as error:
        raise SnapshotError(f"The elements of the page could not be read: {error}.", "capture") from None
