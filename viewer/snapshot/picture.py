"""The picture of a page at rest, in strips."""

from __future__ import annotations

import base64
import io
import re

from PIL import Image

from viewer.snapshot.heights import strips
from viewer.snapshot.limits import Limits
from viewer.snapshot.world import World


async def page_height(world: World) -> int:
    """Height of the whole page in CSS px."""
    metrics = await world.session.send("Page.getLayoutMetrics")
    height: float = metrics["cssContentSize"]["height"]
    return round(height)


async def is_blank(world: World, canvas: str) -> bool:
    """Whether the window shows nothing but its background, the CSS colour `canvas`."""
    answer = await world.session.send("Page.captureScreenshot", {"format": "png"})
    with Image.open(io.BytesIO(base64.b64decode(answer["data"]))) as opened:
        colours = opened.convert("RGB").getcolors(maxcolors=1)
    if colours is None:
        return False
    _, colour = colours[0]
    return colour == tuple(int(part) for part in re.findall(r"\d+", canvas)[:3])


async def photograph(world: World, width: int, height: int, limits: Limits) -> list[tuple[int, bytes]]:
    """(height px, WebP) of each strip, from the top down; one CSS px is one px of the picture.

    The window keeps its size, so elements that are `100vh` tall stay so, and fixed elements appear once, where they are
    at the top of the page.
    """
    taken = []
    for top, tall in strips(height, limits.strip_px):
        answer = await world.session.send(
            "Page.captureScreenshot",
            {
                "format": "webp",
                "quality": limits.quality,
                "captureBeyondViewport": True,
                "clip": {"x": 0, "y": top, "width": width, "height": tall, "scale": 1},
            },
        )
        taken.append((tall, base64.b64decode(answer["data"])))
    return taken
