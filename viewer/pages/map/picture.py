"""A page picture in strips, with the heat layer over it and the boxes of its elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.shapes.grid import CELL
from store.snapshots import Snapshot
from viewer.http.urls import Urls
from viewer.pages.frame import charts

Strips = Sequence[tuple[int, int]]  # (number, height in px), from the top down


@dataclass(frozen=True)
class Strip:
    """A part of a page picture with its heat layer; positions are percentages of the whole picture, for CSS."""

    src: str
    height: int  # px of the picture
    top: str
    share: str
    heat: str = ""  # address of the heat layer; "" if there is none
    heat_dark: str = ""


@dataclass(frozen=True)
class DrawnPicture:
    """A page picture as it is drawn."""

    width: int
    height: int
    strips: tuple[Strip, ...]

    @property
    def phone(self) -> bool:
        return self.width < 600


@dataclass(frozen=True)
class Box:
    """An element's position on the picture, as CSS lengths; `z` puts small boxes over large ones."""

    left: str
    top: str
    width: str
    height: str
    z: int = 1


def drawn_picture(
    urls: Urls, site: str, snapshot: Snapshot, strips: Strips, query: Mapping[str, str] | None
) -> DrawnPicture:
    """The picture of a snapshot, with the heat layer of `query` if given."""
    src = [urls.strip(site, snapshot.id, n) for n, _ in strips]
    heat = [urls.heat(site, **query, strip=str(n)) for n, _ in strips] if query else []
    dark = [urls.heat(site, **query, strip=str(n), palette="dark") for n, _ in strips] if query else []
    return picture_of(snapshot.width, [height for _, height in strips], src, heat, dark)


def picture_of(
    width: int, heights: Sequence[int], src: Sequence[str], heat: Sequence[str] = (), dark: Sequence[str] = ()
) -> DrawnPicture:
    """A picture made of stacked strips of `heights` px; `heat` and `dark` are empty or of the same length."""
    total, top, strips = max(1, sum(heights)), 0, []
    for i, height in enumerate(heights):
        cells = -(-height // CELL) * CELL  # whole cells: the heat layer may end slightly below the strip
        strips.append(
            Strip(src[i], height, charts.percent(top / total), charts.percent(cells / total),
                  heat[i] if heat else "", dark[i] if dark else "")
        )  # fmt: skip
        top += height
    return DrawnPicture(width, total, tuple(strips))


def box_of(x: float, y: float, w: float, h: float, width: float, height: float, z: int = 1) -> Box | None:
    """The box of an element in px on a picture of `width` × `height`; None if it is outside."""
    left, top = max(0.0, x), max(0.0, y)
    right, bottom = min(width, x + w), min(height, y + h)
    if right - left < 1 or bottom - top < 1:
        return None
    return Box(
        charts.percent(left / width), charts.percent(top / height),
        charts.percent((right - left) / width), charts.percent((bottom - top) / height), z,
    )  # fmt: skip
