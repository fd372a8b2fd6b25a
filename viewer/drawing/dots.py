"""Single clicks as dots on a page picture."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from aggregator.answers.confetti import Confetti

# Okabe and Ito's colours, which colour-blind eyes tell apart; the same as in viewer/static/css/elements.css.
DOT_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d")
RADIUS = 3.5  # px


def with_dots(page: Image.Image, dots: Confetti) -> Image.Image:
    """The page with the dots drawn over it, those of the first group at the bottom."""
    page = page.copy()
    draw = ImageDraw.Draw(page)
    for group in range(len(dots.groups)):
        for at in np.flatnonzero(dots.group == group).tolist():
            x, y = float(dots.x[at]), float(dots.y[at])
            draw.ellipse((x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS), fill=DOT_COLOURS[group])
    return page
