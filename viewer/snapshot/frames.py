"""Frames of another origin: their elements are read inside them and inserted into the layout of the page."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError

from viewer.snapshot.addresses import Bounds, port_of
from viewer.snapshot.world import World

_MAX_PATH, _MAX_TAIL = 512, 399  # letters, as in tracker_js/src/elements.js


async def foreign_frames(world: World, bounds: Bounds) -> list[tuple[int, World]]:
    """(index of the frame in the layout, its world) of the frames that capture.js could not read, in page order, as
    far as they show pages of the site. Call it after capture.js has run in `world`."""
    worlds = await _worlds(world)
    found = []
    indices = await world.evaluate("globalThis.__parcoursFrames.map(([index]) => index)")
    nodes = await world.nodes("globalThis.__parcoursFrames.map(([, frame]) => frame)") if indices else []
    for index, node in zip(indices, nodes, strict=True):
        described = await world.session.send("DOM.describeNode", {"nodeId": node})
        url, inner = worlds.get(described["node"].get("frameId", ""), ("", None))
        parts = urlsplit(url)
        if inner and parts.hostname and bounds.own(parts.hostname, port_of(parts)):
            found.append((int(index), inner))
    return found


async def _worlds(world: World) -> dict[str, tuple[str, World]]:
    """Frame id → (address, world) of all frames of the page, whether in its process or in others."""
    found: dict[str, tuple[str, World]] = {}
    waiting = [(await world.session.send("Page.getFrameTree"))["frameTree"]]
    while waiting:
        tree = waiting.pop()
        waiting += tree.get("childFrames", [])
        frame = tree["frame"]
        found[frame["id"]] = frame["url"], World(world.page, world.session, frame["id"])
    for one in world.page.frames[1:]:
        with contextlib.suppress(PlaywrightError):  # a frame in the page's process has no session of its own
            session = await world.page.context.new_cdp_session(one)
            tree = (await session.send("Page.getFrameTree"))["frameTree"]
            found[tree["frame"]["id"]] = one.url, World(world.page, session)
    return found


def graft(page: Mapping[str, Any], at: int, inner: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of `page` with those of `inner`, the page in its frame `at`, inserted after that element.

    Boxes of `inner` are in px of the frame's viewport; its paths continue that of the frame; elements fixed in it move
    with the frame.
    """
    count = len(inner["paths"])
    left, top, width, height = page["frames"][str(at)]

    def later(index: int) -> int:
        return index + count if index > at else index

    def here(index: int, of_none: int) -> int:
        return index + at + 1 if index >= 0 else of_none

    def moved(boxes: list[float]) -> list[float]:
        return [side + (left, top, 0, 0)[n % 4] for n, side in enumerate(boxes)]

    def seen(i: int) -> bool:
        x, y, w, h = (inner[side][i] for side in "xywh")
        return bool(
            page["visible"][at] and inner["visible"][i] and x < width and y < height and x + w > 0 and y + h > 0
        )

    new: dict[str, list[Any]] = {
        "paths": [_joined(page["paths"][at], path) for path in inner["paths"]],
        "x": [x + left for x in inner["x"]],
        "y": [y + top for y in inner["y"]],
        "lines": [moved(boxes) for boxes in inner["lines"]],
        "visible": [seen(i) for i in range(count)],
        "fixed": [page["fixed"][at]] * count,
        "parents": [here(one, at) for one in inner["parents"]],
        "scroller": [here(one, at) for one in inner["scroller"]],
        "control": [here(one, page["control"][at]) for one in inner["control"]],
    }
    whole = dict(page)
    for name, column in page.items():
        if not isinstance(column, list):
            continue
        old = [later(one) for one in column] if name in ("parents", "scroller", "control") else column
        whole[name] = [*old[: at + 1], *new.get(name, inner[name]), *old[at + 1 :]]
    return whole


def _joined(frame: str, path: str) -> str:
    """Shortened as by `shorten` in tracker_js/src/elements.js."""
    whole = frame + path
    if len(whole) <= _MAX_PATH:
        return whole
    tail = whole[-_MAX_TAIL:]
    return whole.partition(">")[0] + "…" + tail[max(0, tail.find(">")) :]
