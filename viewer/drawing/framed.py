"""A picture of a map that explains itself on a slide: its title, period, filters, scale and account around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from viewer.drawing.boxes import STEP_COLOURS, STEP_LABELS
from viewer.drawing.palette import colours

WIDTH = 900  # px: narrower pictures get a frame as wide as this, so that its words fit
MARGIN, LINE = 24, 24
TITLE, BODY = 26, 16  # px of the letters
INK, GREY, GROUND = "#15181b", "#545b62", "#ffffff"


@dataclass(frozen=True)
class Caption:
    """What stands around a map. `scale`: "steps" for boxes, "heat" for a ramp from 0 to `top`; "" for none."""

    title: str
    lines: tuple[str, ...]
    unit: str
    account: tuple[tuple[str, str], ...]
    scale: str = ""
    top: str = ""


def framed(page: Image.Image, caption: Caption) -> Image.Image:
    """The page between a header and a footer."""
    width = max(page.width, WIDTH)
    above = MARGIN * 2 + TITLE + LINE * len(caption.lines)
    below = MARGIN * 2 + LINE * (len(caption.account) + (4 if caption.scale else 1))
    sheet = Image.new("RGB", (width, above + page.height + below), GROUND)
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, MARGIN), caption.title, font=ImageFont.load_default(TITLE), fill=INK)
    font = ImageFont.load_default(BODY)
    for n, line in enumerate(caption.lines):
        draw.text((MARGIN, MARGIN + TITLE + 8 + n * LINE), line, font=font, fill=GREY)
    sheet.paste(page, ((width - page.width) // 2, above))
    y = above + page.height + MARGIN
    if caption.scale:
        y = _draw_scale(sheet, draw, caption, y)
    for label, value in caption.account:
        draw.text((MARGIN, y), label, font=font, fill=GREY)
        draw.text((MARGIN + 420, y), value, font=font, fill=INK, anchor="ra")
        y += LINE
    return sheet


def _draw_scale(sheet: Image.Image, draw: ImageDraw.ImageDraw, caption: Caption, y: int) -> int:
    """Draw the legend; returns where the next line begins."""
    font = ImageFont.load_default(BODY)
    draw.text((MARGIN, y), caption.unit, font=font, fill=INK)
    y += LINE
    if caption.scale == "steps":
        for n, (colour, label) in enumerate(zip(STEP_COLOURS, STEP_LABELS, strict=True)):
            draw.rectangle((MARGIN + n * 70, y, MARGIN + n * 70 + 69, y + 14), fill=colour, outline=GREY)
            draw.text((MARGIN + n * 70, y + 18), f"{label} %", font=font, fill=GREY)
        return y + 2 * LINE + 8
    ramp = Image.fromarray(np.repeat(colours("light")[None, :, :], 14, axis=0), "RGB").resize((420, 14))
    sheet.paste(ramp, (MARGIN, y))
    draw.text((MARGIN, y + 18), "0", font=font, fill=GREY)
    draw.text((MARGIN + 420, y + 18), caption.top, font=font, fill=GREY, anchor="ra")
    return y + 2 * LINE + 8
