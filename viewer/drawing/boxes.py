"""Boxes of elements on a page picture, coloured by share in six steps, with the share written in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageColor, ImageDraw, ImageFont

# The colour of each step, from 1, 2, 5, 10, 20 and 40 percent on; the same as in viewer/static/css/elements.css.
STEP_COLOURS = ("#f2e7b4", "#f3c688", "#f5a16e", "#e5536f", "#a11892", "#5b23a1")
STEP_LABELS = ("1", "2", "5", "10", "20", "40+")
STEPS = (0.01, 0.02, 0.05, 0.10, 0.20, 0.40)
OUTLINE = "#868d94"
OPACITY = 138  # of 255
RANKED = 5


@dataclass(frozen=True)
class SharedBox:
    """An element's box in px of the picture, and its share (0…1; None: too few visitors)."""

    x: float
    y: float
    w: float
    h: float
    share: float | None


def with_boxes(page: Image.Image, boxes: Sequence[SharedBox]) -> Image.Image:
    """The page with the boxes drawn over it, the largest share first in `boxes`; large boxes lie below small ones."""
    layer = Image.new("RGBA", page.size)
    draw = ImageDraw.Draw(layer)
    for box in sorted(boxes, key=lambda one: -one.w * one.h):
        step = sum(box.share >= least for least in STEPS) if box.share is not None else 0
        fill = (*ImageColor.getrgb(STEP_COLOURS[step - 1])[:3], OPACITY) if step else None
        edges = (box.x, box.y, max(box.x + box.w, box.x + 1), max(box.y + box.h, box.y + 1))
        draw.rectangle(edges, fill=fill, outline=STEP_COLOURS[step - 1] if step else OUTLINE, width=2 if step else 1)
    font = ImageFont.load_default(14)
    for rank, box in enumerate(boxes, 1):
        if box.share is not None and box.share >= STEPS[0]:
            text = f"{rank}  {box.share:.1%}" if rank <= RANKED else f"{100 * box.share:.1f}"
            _label(draw, font, box, text, ranked=rank <= RANKED)
    page = page.convert("RGBA")
    page.alpha_composite(layer)
    return page.convert("RGB")


def _label(
    draw: ImageDraw.ImageDraw, font: ImageFont.ImageFont | ImageFont.FreeTypeFont, box: SharedBox, text: str, *,
    ranked: bool,
) -> None:  # fmt: skip
    """The share at the top right of its box."""
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    w, h = right - left + 8, bottom - top + 6
    x = max(0.0, box.x + box.w - w - 2) if box.w > 2 * w else box.x + box.w + 2
    ground, ink = ("#15181b", "#ffffff") if ranked else ("#ffffff", "#15181b")
    draw.rectangle((x, box.y + 2, x + w, box.y + 2 + h), fill=ground)
    draw.text((x + 4 - left, box.y + 5 - top), text, font=font, fill=ink)
