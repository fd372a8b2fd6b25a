"""A picture of a map that explains itself on a slide: its title, period, filters, scale and account around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from viewer.drawing.boxes import STEP_COLOURS
from viewer.drawing.letters import letters, printable, wrapped
from viewer.drawing.palette import colours

WIDTH = 900  # px: narrower pictures get a frame as wide as this, so that its words fit
MARGIN, LINE = 24, 24
TITLE, BODY = 26, 16  # px of the letters
INK, GREY, GROUND = "#15181b", "#545b62", "#ffffff"
RAMP, ACCOUNT = 420, 460  # px: width of a ramp, and of the account
KEY = 12  # px of a dot's key

ScaleKind = Literal["", "steps", "heat", "shade", "dots"]
STEP_LABELS = ("1 %", "2 %", "5 %", "10 %", "20 %", "40+ %")


@dataclass(frozen=True)
class FrameLegend:
    """`kind`: "steps" for boxes, "heat" for a ramp from 0 to `top`, "shade" for the veil of reach, "dots" for one dot
    of each colour with its words; "" for none."""

    title: str
    kind: ScaleKind = ""
    top: str = ""
    keys: tuple[tuple[str, str], ...] = ()  # colour, words


@dataclass(frozen=True)
class Caption:
    """What stands around a map. `account`: label and number of each line."""

    title: str
    lines: tuple[str, ...]
    legend: FrameLegend
    account: tuple[tuple[str, str], ...] = field(default=())


def framed(page: Image.Image, caption: Caption) -> Image.Image:
    """The page between a header and a footer."""
    width = max(page.width, WIDTH)
    title = wrapped(caption.title, TITLE, width - 2 * MARGIN)
    lines = [part for line in caption.lines for part in wrapped(line, BODY, width - 2 * MARGIN)]
    above = MARGIN * 2 + (TITLE + 6) * len(title) + LINE * len(lines)
    foot = _foot(caption, width)
    sheet = Image.new("RGB", (width, above + page.height + foot.height), GROUND)
    draw, y = ImageDraw.Draw(sheet), MARGIN
    for line in title:
        draw.text((MARGIN, y), line, font=letters(TITLE), fill=INK)
        y += TITLE + 6
    for line in lines:
        draw.text((MARGIN, y), line, font=letters(BODY), fill=GREY)
        y += LINE
    sheet.paste(page, ((width - page.width) // 2, above))
    sheet.paste(foot, (0, above + page.height))
    return sheet


def _foot(caption: Caption, width: int) -> Image.Image:
    """The legend above the account."""
    legend, font = caption.legend, letters(BODY)
    keys = -(-len(legend.keys) // 2) * LINE
    title = wrapped(legend.title, BODY, width - 2 * MARGIN)
    account = [(wrapped(label, BODY, ACCOUNT - 130), value) for label, value in caption.account]
    rows = len(title) + sum(len(label) for label, _ in account)
    height = 2 * MARGIN + LINE * rows + (keys + 8 if legend.kind == "dots" else 2 * LINE + 8 if legend.kind else 8)
    foot = Image.new("RGB", (width, height), GROUND)
    draw, y = ImageDraw.Draw(foot), MARGIN
    for line in title:
        draw.text((MARGIN, y), line, font=font, fill=INK)
        y += LINE
    y = _draw_scale(foot, draw, legend, y) + 8
    for label, value in account:
        draw.text((MARGIN + ACCOUNT, y), printable(value), font=font, fill=INK, anchor="ra")
        for line in label:
            draw.text((MARGIN, y), line, font=font, fill=GREY)
            y += LINE
    return foot


def _draw_scale(foot: Image.Image, draw: ImageDraw.ImageDraw, legend: FrameLegend, y: int) -> int:
    """Draw the scale; returns where the next line begins."""
    font = letters(BODY)
    if legend.kind == "steps":
        for n, (colour, label) in enumerate(zip(STEP_COLOURS, STEP_LABELS, strict=True)):
            draw.rectangle((MARGIN + n * 70, y, MARGIN + n * 70 + 69, y + 14), fill=colour, outline=GREY)
            draw.text((MARGIN + n * 70, y + 18), label, font=font, fill=GREY)
        return y + 2 * LINE
    if legend.kind == "dots":
        for n, (colour, words) in enumerate(legend.keys):
            x, top = MARGIN + (n % 2) * RAMP, y + n // 2 * LINE
            draw.ellipse((x, top + 4, x + KEY, top + 4 + KEY), fill=colour)
            draw.text((x + KEY + 8, top), printable(words), font=font, fill=GREY)
        return y + -(-len(legend.keys) // 2) * LINE
    if not legend.kind:
        return y
    shade = np.linspace((40, 40, 40), (255, 255, 255), 256, dtype=np.uint8)
    steps = colours("light") if legend.kind == "heat" else shade
    ramp = Image.fromarray(np.repeat(steps[None, :, :], 14, axis=0), "RGB").resize((RAMP, 14))
    foot.paste(ramp, (MARGIN, y))
    draw.rectangle((MARGIN, y, MARGIN + RAMP, y + 14), outline=GREY)
    draw.text((MARGIN, y + 18), "0", font=font, fill=GREY)
    draw.text((MARGIN + RAMP, y + 18), printable(legend.top), font=font, fill=GREY, anchor="ra")
    return y + 2 * LINE
