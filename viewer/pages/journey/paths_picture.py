"""The picture of paths: places as bars in five columns, and visits as bands between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.answers.paths import PathBand, PathColumn, PathName, PathPlace, Paths

WIDTH, HEIGHT = 1000, 520  # of the drawing; its height in px
STEP, BAR = 200, 9  # from one column to the next; where bands begin beside a bar
GAP, LEAST = 12, 8  # px between two bars; room for the name of the smallest
TWO_LINES = 34  # px that a name needs with its visits below


@dataclass(frozen=True)
class BarPlace:
    """The bar of a place: its column, and its top and height in px."""

    column: int
    name: PathName
    top: float
    height: float
    room: float

    @property
    def middle(self) -> float:
        return self.top + self.room / 2


@dataclass(frozen=True)
class BandShape:
    """A band with its outline, as an SVG path."""

    band: PathBand
    column: int
    d: str


def bars_of(paths: Paths) -> tuple[BarPlace, ...]:
    """The bars of all columns on one scale. Where visits begin and end is at the foot of a column; the chosen place is
    in the middle of its own."""
    scale = min(_scale(column, paths.visits) for column in paths.columns)
    found: list[BarPlace] = []
    for i, column in enumerate(paths.columns):
        places = [one for one in column.names if one.place.kind not in ("began", "left")]
        edges = [one for one in column.names if one.place.kind in ("began", "left")]
        top = 0.0 if column.offset else (HEIGHT - _height(places, scale)) / 2
        for one in places:
            found.append(_bar(i, one, top, scale))
            top += found[-1].room + GAP
        foot = HEIGHT - _height(edges, scale)
        for one in edges:
            found.append(_bar(i, one, foot, scale))
            foot += found[-1].room + GAP
    return tuple(found)


def _scale(column: PathColumn, visits: int) -> float:
    """px of one visit with which a column fits."""
    return (HEIGHT - (GAP + LEAST) * len(column.names)) / visits


def _height(names: Sequence[PathName], scale: float) -> float:
    return sum(max(one.visits * scale, LEAST) for one in names) + GAP * max(len(names) - 1, 0)


def _bar(column: int, name: PathName, top: float, scale: float) -> BarPlace:
    height = name.visits * scale
    return BarPlace(column, name, top, height, max(height, LEAST))


def bands_of(paths: Paths, bars: Sequence[BarPlace]) -> tuple[BandShape, ...]:
    """The bands, which leave and reach a bar in the order of the bars at their other ends."""
    place = {(bar.column, bar.name.place): bar for bar in bars}
    first = paths.columns[0].offset
    known = [
        (band, place[band.offset - first, band.start], place[band.offset - first + 1, band.end]) for band in paths.bands
    ]
    leaves = _stacked([(start, end, band) for band, start, end in known])
    reaches = _stacked([(end, start, band) for band, start, end in known])
    return tuple(
        BandShape(band, start.column, _outline(start, leaves[n], reaches[n], band.visits * _of_bar(start)))
        for n, (band, start, _end) in sorted(enumerate(known), key=lambda one: (one[1][1].top, one[1][2].top))
    )


def _of_bar(bar: BarPlace) -> float:
    return bar.height / bar.name.visits


def _stacked(ends: Sequence[tuple[BarPlace, BarPlace, PathBand]]) -> list[float]:
    """Where each band begins at its bar: below those whose other end is further up."""
    at: dict[tuple[int, PathPlace], float] = {}
    found = [0.0] * len(ends)
    for n, (bar, _other, band) in sorted(enumerate(ends), key=lambda one: one[1][1].top):
        key = (bar.column, bar.name.place)
        found[n] = bar.top + at.get(key, 0.0)
        at[key] = at.get(key, 0.0) + band.visits * _of_bar(bar)
    return found


def _outline(start: BarPlace, top: float, end_top: float, height: float) -> str:
    left, right = start.column * STEP + BAR, (start.column + 1) * STEP
    bend = (left + right) / 2
    return (
        f"M{left} {top:.1f}C{bend} {top:.1f} {bend} {end_top:.1f} {right} {end_top:.1f}v{height:.1f}"
        f"C{bend} {end_top + height:.1f} {bend} {top + height:.1f} {left} {top + height:.1f}z"
    )
