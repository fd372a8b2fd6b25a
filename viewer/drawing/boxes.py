"""Boxes of elements on a page picture, coloured in six steps, with a figure written in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageColor, ImageDraw

from viewer.drawing.letters import letters, printable

# The colour of each step, from 1, 2, 5, 10, 20 and 40 percent on; the same as in viewer/static/css/elements.css.
STEP_COLOURS = ("#f2e7b4", "#f3c688", "#f5a16e", "#e5536f", "#a11892", "#5b23a1")
STEPS = (0.01, 0.02, 0.05, 0.10, 0.20, 0.40)
OUTLINE = "#868d94"
MARK, MARK_OPACITY = "#5b636b", 51  # of a box that has no share
OPACITY = 138  # of 255
RANKED = 5


@dataclass(frozen=True)
class DrawnBox:
    """An element's box in px of the picture. `step`: its colour, 1 to 6, or 0 for an outline; -1: it is only marked.
    `text` is written at its corner, in black with its rank for `rank` > 0."""

    x: float
    y: float
    w: float
    h: float
    step: int
    text: str = ""
    rank: int = 0


def step_of(share: float) -> int:
    """The colour of a share: 0 below the first step, else 1 to 6."""
    return sum(share >= least for least in STEPS)


def share_boxes(boxes: Sequence[tuple[tuple[float, float, float, float], float | None]]) -> list[DrawnBox]:
    """Boxes (x, y, w, h) with their shares, the largest first; a share of None (too few visitors) is not written."""
    made = []
    for rank, ((x, y, w, h), share) in enumerate(boxes, 1):
        ranked = rank if rank <= RANKED else 0
        text = "" if share is None or share < STEPS[0] else f"{share:.1%}" if ranked else f"{100 * share:.1f}"
        made.append(DrawnBox(x, y, w, h, step_of(share) if share is not None else 0, text, ranked))
    return made


def with_boxes(page: Image.Image, boxes: Sequence[DrawnBox]) -> Image.Image:
    """The page with the boxes drawn over it; large boxes lie below small ones, and all words on top."""
    layer = Image.new("RGBA", page.size)
    draw = ImageDraw.Draw(layer)
    for box in sorted(boxes, key=lambda one: -one.w * one.h):
        edges = (box.x, box.y, max(box.x + box.w, box.x + 1), max(box.y + box.h, box.y + 1))
        if box.step < 0:
            draw.rectangle(edges, fill=(*ImageColor.getrgb(MARK)[:3], MARK_OPACITY), outline=MARK, width=2)
            continue
        colour = STEP_COLOURS[box.step - 1] if box.step else OUTLINE
        fill = (*ImageColor.getrgb(colour)[:3], OPACITY) if box.step else None
        draw.rectangle(edges, fill=fill, outline=colour, width=2 if box.step else 1)
    for box in boxes:
        if box.text:
            _label(draw, box)
    page = page.convert("RGBA")
    page.alpha_composite(layer)
    return page.convert("RGB")


def _label(draw: ImageDraw.ImageDraw, box: DrawnBox) -> None:
    """The figure at the top right of its box."""
    font, text = letters(14), printable(f"{box.rank}  {box.text}" if box.rank else box.text)
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    w, h = right - left + 8, bottom - top + 6
    x = max(0.0, box.x + box.w - w - 2) if box.w > 2 * w else box.x + box.w + 2
    ground, ink = ("#15181b", "#ffffff") if box.rank else ("#ffffff", "#15181b")
    draw.rectangle((x, box.y + 2, x + w, box.y + 2 + h), fill=ground)
    draw.text((x + 4 - left, box.y + 5 - top), text, font=font, fill=ink)
