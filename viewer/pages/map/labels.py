"""Where the share of each element is written on the picture, so that no label covers another one or another element."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.shapes.columns import Float64
from viewer.pages.frame import charts

HEIGHT, PER_LETTER, PADDING = 17.0, 7.0, 8.0  # CSS px of a label
DISPLAYED = 850.0  # CSS px: the usual width of a picture on the screen
INSIDE = 2.2  # a box this many times as wide as its label keeps its own words readable
RANKED = 5


@dataclass(frozen=True)
class Label:
    """What is written beside a box: `rank` 0 for none; `place` is a CSS class, `left` and `top` CSS lengths."""

    text: str
    rank: int
    place: str
    left: str
    top: str


@dataclass(frozen=True)
class _Spot:
    """A place for a label: its CSS class, its rectangle (left, top, right, bottom) and its anchor, in px."""

    place: str
    box: tuple[float, float, float, float]
    anchor: tuple[float, float]


def place_labels(boxes: Float64, texts: Sequence[str], size: tuple[float, float]) -> list[Label | None]:
    """A label for each of the first `texts` boxes (f64[N, 4]: left, top, right, bottom in px) of a picture of this
    size, in order of rank; None where there is no free place for it. The first RANKED carry their rank.
    """
    scale = max(1.0, size[0] / DISPLAYED)
    taken = np.empty((0, 4))
    labels: list[Label | None] = []
    for i, text in enumerate(texts):
        rank = i + 1 if i < RANKED else 0
        w, h = ((len(text) + (3 if rank else 0)) * PER_LETTER + PADDING) * scale, HEIGHT * scale
        around = ((boxes[:, :2] <= boxes[i, :2]) & (boxes[:, 2:] >= boxes[i, 2:])).all(axis=1)
        in_the_way = np.concatenate((boxes[~around], taken))
        spot = next((one for one in _spots(boxes[i], w, h) if _is_free(one, in_the_way, size)), None)
        if spot is None or not text:
            labels.append(None)
            continue
        taken = np.vstack((taken, spot.box))
        left, top = spot.anchor
        labels.append(Label(text, rank, spot.place, charts.percent(left / size[0]), charts.percent(top / size[1])))
    return labels


def _spots(box: Float64, w: float, h: float) -> Iterator[_Spot]:
    """The places for a label of this size, the best first: inside right above, right, under, above, left."""
    left, top, right, bottom = box.tolist()
    middle = (top + bottom) / 2
    if right - left >= w * INSIDE and bottom - top >= h:
        yield _Spot("ir", (right - w, top, right, top + h), (right, top))
    yield _Spot("rc", (right, middle - h / 2, right + w, middle + h / 2), (right, middle))
    yield _Spot("bl", (left, bottom, left + w, bottom + h), (left, bottom))
    yield _Spot("ar", (right - w, top - h, right, top), (right, top))
    yield _Spot("lc", (left - w, middle - h / 2, left, middle + h / 2), (left, middle))


def _is_free(spot: _Spot, in_the_way: Float64, size: tuple[float, float]) -> bool:
    left, top, right, bottom = spot.box
    if left < 0 or top < 0 or right > size[0] or bottom > size[1]:
        return False
    beside = (in_the_way[:, 0] >= right) | (in_the_way[:, 2] <= left)
    return bool((beside | (in_the_way[:, 1] >= bottom) | (in_the_way[:, 3] <= top)).all())
