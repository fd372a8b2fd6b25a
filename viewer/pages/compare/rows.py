"""The rows of a comparison as text, intervals on an axis, and boxes on the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aggregator.answers.comparison import CompareRow, Comparison
from viewer.pages.frame import charts
from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.heat_layer import drawn_picture
from viewer.pages.map.elements import names_of
from viewer.pages.map.parts import Box, Picture, Tick, box_of

MOST = 200  # rows
USED = 10  # visitors from which an element of one variant only is worth a row
LARGEST = 0.25  # of a square as wide as the page: outlines
STEPS = (0.01, 0.02, 0.04, 0.05, 0.1, 0.2, 0.4, 0.5, 1.0)  # ends of the axis, as differences of shares
HELD = ("early", "srm")


@dataclass(frozen=True)
class Forest:
    """An interval on the axis, as CSS lengths."""

    left: str
    width: str
    at: str


@dataclass(frozen=True)
class Row:
    name: str
    css: str  # "more", "less" or ""
    a: str
    na: str
    b: str
    nb: str
    difference: str
    interval: str
    forest: Forest | None
    q: str
    says: str
    says_much: bool


@dataclass(frozen=True)
class Mark:
    """An element on the difference pane."""

    name: str
    css: str
    box: Box
    alpha: str
    label: str


@dataclass(frozen=True)
class Difference:
    title: str
    count: str
    picture: Picture
    boxes: list[Mark]
    ticks: tuple[Tick, ...]


def reach_of(found: Comparison) -> float:
    """The end of the axis: the first step that holds every interval of an element that differs, else of all."""
    flagged = [r for r in found.rows if r.verdict in ("more", "less")]
    among = flagged or [r for r in found.rows if r.verdict == "none"]
    widest = max((max(abs(r.low), abs(r.high)) for r in among), default=0.04)
    return next((step for step in STEPS if widest <= step), 1.0)


def axis_of(lang: Language, reach: float) -> tuple[Tick, ...]:
    return (Tick(lang.points(-reach, 0), "0"), Tick("0", "50%"), Tick(lang.points(reach, 0), "100%"))


def rows_of(lang: Language, found: Comparison, reach: float, every: bool) -> list[Row]:
    """Those that differ first, then by use; without `every`, those that were tested or have some use."""
    shown = [row for row in found.rows if every or says_something(row)] or found.rows
    names = shown_names(lang, found)
    return [_row(lang, row, reach, names[row.path]) for row in shown[:MOST]]


def says_something(row: CompareRow) -> bool:
    """Whether a row belongs to the short table."""
    return row.verdict != "few" and (row.verdict not in ("only_a", "only_b") or max(row.a, row.b) >= USED)


def shown_names(lang: Language, found: Comparison) -> dict[str, str]:
    """Path → name as on the page of the first arm, else of the second."""
    names: dict[str, str] = {}
    for arm in reversed(found.arms):
        names |= dict(zip(arm.layout.paths, names_of(lang, arm.layout), strict=True))
    return names


def _row(lang: Language, row: CompareRow, reach: float, name: str) -> Row:
    alone = row.verdict in ("only_a", "only_b")
    forest = None if alone or row.verdict == "few" else _forest(row, reach)
    to = lang.text("%(low)s to %(high)s", low=lang.points(row.low), high=lang.points(row.high))
    return Row(
        name=name,
        css=row.verdict if row.verdict in ("more", "less") else "",
        a="" if row.verdict == "only_b" else lang.share(row.a / row.na) if row.na else "",
        na="" if row.verdict == "only_b" else lang.number(row.a),
        b="" if row.verdict == "only_a" else lang.share(row.b / row.nb) if row.nb else "",
        nb="" if row.verdict == "only_a" else lang.number(row.b),
        difference="" if alone else lang.points(row.diff),
        interval="" if forest is None else to,
        forest=forest,
        q="" if row.q is None else lang.chance(row.q),
        says=says(lang, row.verdict),
        says_much=row.verdict in ("more", "less"),
    )


def says(lang: Language, verdict: str) -> str:
    """What the row says, in words."""
    _ = lang.text
    return {
        "more": _("More visitors used it with B"),
        "less": _("Fewer visitors used it with B"),
        "none": _("No difference seen"),
        "few": _("Too few to say"),
        "only_a": _("Only in A"),
        "only_b": _("Only in B"),
        "early": _("Kept back until the planned size"),
        "srm": _("Kept back: the split is broken"),
    }[verdict]


def _forest(row: CompareRow, reach: float) -> Forest:
    def at(value: float) -> float:
        return min(1.0, max(0.0, 0.5 + value / reach / 2))

    low, high = at(row.low), at(row.high)
    return Forest(charts.percent(low, 1), charts.percent(max(0.004, high - low), 1), charts.percent(at(row.diff), 1))


def _small(box: tuple[float, float, float, float], width: float) -> bool:
    """Whether a grey outline of it helps: those of whole sections hide what they hold."""
    return box[2] * box[3] <= LARGEST * width * width


def difference_of(
    lang: Language, urls: Any, site: str, found: Comparison, heights: Sequence[tuple[int, int]], reach: float
) -> Difference:
    """B's picture with every element that was compared; filled are only those that differ."""
    b = found.arms[1]
    size = float(b.layout.width), float(b.layout.height)
    boxes, names = [], shown_names(lang, found)
    for row in found.rows[:MOST]:
        flagged = row.verdict in ("more", "less")
        box = box_of(*row.box_b, *size) if row.box_b and (flagged or _small(row.box_b, size[0])) else None
        if box is None:
            continue
        end = " end" if float(box.left.rstrip("%")) > 55 else ""
        css = row.verdict if flagged else "only" if row.verdict == "only_b" else ""
        alpha = f"{18 + 50 * min(1.0, abs(row.diff) / reach):.0f}%"
        boxes.append(Mark(names[row.path], (css + end).strip(), box, alpha, lang.points(row.diff) if flagged else ""))
    tested = sum(row.verdict in ("more", "less", "none") for row in found.rows)
    differ = sum(row.verdict in ("more", "less") for row in found.rows)
    _ = lang.text
    ticks = (
        Tick(_("%(points)s fewer", points=lang.points(-reach, 0)), "0"),
        Tick(_("grey: none shown"), "50%"),
        Tick(_("more %(points)s", points=lang.points(reach, 0)), "100%"),
    )
    held = found.verdict in HELD
    return Difference(
        title=_("Difference, B minus A"),
        count=_("kept back") if held else _("%(n)s of %(all)s differ", n=lang.number(differ), all=lang.number(tested)),
        picture=drawn_picture(urls, site, b.snapshot.id, b.snapshot.width, heights, None),
        boxes=boxes,
        ticks=ticks,
    )
