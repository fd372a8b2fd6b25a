"""The rows of a comparison as text, intervals on an axis, and boxes on the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aggregator.answers.sides import CompareRow
from store.kinds import MapKind
from viewer.http.urls import Urls
from viewer.pages.compare.compared import Compared
from viewer.pages.frame import charts
from viewer.pages.frame.languages import Language
from viewer.pages.map.elements import names_of
from viewer.pages.map.legend import Tick
from viewer.pages.map.picture import Box, DrawnPicture, Strips, box_of, drawn_picture

MOST = 200  # rows
USED = 10  # visitors; below, an element that only one variant has gets no row
LARGEST = 0.25  # largest outline, as a share of a square as wide as the page
STEPS = (0.01, 0.02, 0.04, 0.05, 0.1, 0.2, 0.4, 0.5, 1.0)  # ends of the axis, as differences of shares
TAG = (0.13, 0.05)  # width and height of a label on the difference, as shares of the picture's width
HELD = ("early", "srm")


@dataclass(frozen=True)
class Forest:
    """An interval on the axis, as CSS lengths."""

    left: str
    width: str
    at: str


@dataclass(frozen=True)
class Row:
    """`number`: of the row, and of its box on the difference."""

    number: int
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
    """An element on the difference pane. `label`: its difference; "" where it would cover another one's."""

    number: int
    name: str
    css: str
    box: Box
    alpha: str
    label: str


@dataclass(frozen=True)
class DifferencePane:
    title: str
    count: str
    picture: DrawnPicture
    boxes: list[Mark]
    ticks: tuple[Tick, ...]


def reach_of(found: Compared) -> float:
    """The end of the axis: the first step that covers the intervals of all differing elements, or of all elements."""
    flagged = [r for r in found.rows if r.verdict in ("more", "less")]
    among = flagged or [r for r in found.rows if r.verdict == "none"]
    widest = max((max(abs(r.low), abs(r.high)) for r in among), default=0.04)
    return next((step for step in STEPS if widest <= step), 1.0)


def level_words(lang: Language, level: float) -> str:
    """`95%`, `98.8%`."""
    return lang.share(level, 0 if round(level, 4) == 0.95 else 1)


def axis_of(lang: Language, reach: float) -> tuple[Tick, ...]:
    return (Tick(lang.points(-reach, 0), "0"), Tick("0", "50%"), Tick(lang.points(reach, 0), "100%"))


def rows_of(lang: Language, found: Compared, reach: float, every: bool) -> list[Row]:
    """The rows, in the order of the comparison. Without `every`, only those tested or used by enough visitors."""
    rows = found.rows
    shown = [(n, row) for n, row in enumerate(rows) if every or says_something(row)] or list(enumerate(rows))
    names = shown_names(lang, found)
    return [_row(lang, n, row, reach, names[row.path], found.kind) for n, row in shown[:MOST]]


def says_something(row: CompareRow) -> bool:
    """Whether a row belongs in the short table."""
    return row.verdict != "few" and (row.verdict not in ("only_a", "only_b") or max(row.a, row.b) >= USED)


def shown_names(lang: Language, found: Compared) -> dict[str, str]:
    """Path → name on the page of side a, or of side b if a lacks it."""
    names: dict[str, str] = {}
    for layout in reversed(found.layouts):
        names |= dict(zip(layout.paths, names_of(lang, layout), strict=True))
    return names


def _row(lang: Language, n: int, row: CompareRow, reach: float, name: str, kind: MapKind) -> Row:
    alone = row.verdict in ("only_a", "only_b")
    forest = None if alone or row.verdict == "few" else _forest(row, reach)
    to = lang.text("%(low)s to %(high)s", low=lang.points(row.low), high=lang.points(row.high))
    return Row(
        number=n,
        name=name,
        css=row.verdict if row.verdict in ("more", "less") else "",
        a="" if row.share_a is None else lang.share(row.share_a),
        na="" if row.verdict == "only_b" else lang.number(row.a),
        b="" if row.share_b is None else lang.share(row.share_b),
        nb="" if row.verdict == "only_a" else lang.number(row.b),
        difference="" if alone else lang.points(row.diff),
        interval="" if forest is None else to,
        forest=forest,
        q="" if row.q is None else lang.chance(row.q),
        says=says(lang, row.verdict, kind),
        says_much=row.verdict in ("more", "less"),
    )


def says(lang: Language, verdict: str, kind: MapKind) -> str:
    """The verdict of a row as text."""
    _ = lang.text
    clicked = kind == "click"
    return {
        "more": _("More visitors clicked it in B") if clicked else _("More visitors pointed at it in B"),
        "less": _("Fewer visitors clicked it in B") if clicked else _("Fewer visitors pointed at it in B"),
        "none": _("No difference seen"),
        "few": _("Too few to tell"),
        "only_a": _("Only in A"),
        "only_b": _("Only in B"),
        "early": _("Held back until the planned size is reached"),
        "srm": _("Held back: the split is broken"),
        "step": _("The step itself: not counted"),
    }[verdict]


def _forest(row: CompareRow, reach: float) -> Forest:
    def at(value: float) -> float:
        return min(1.0, max(0.0, 0.5 + value / reach / 2))

    low, high = at(row.low), at(row.high)
    return Forest(charts.percent(low, 1), charts.percent(max(0.004, high - low), 1), charts.percent(at(row.diff), 1))


def _small(box: tuple[float, float, float, float], width: float) -> bool:
    """Whether to outline a box in grey: outlines of whole sections would hide their contents."""
    return box[2] * box[3] <= LARGEST * width * width


def difference_of(
    lang: Language, urls: Urls, site: str, found: Compared, strips: Strips, reach: float
) -> DifferencePane:
    """B's picture with the elements that were compared; only those that differ are filled."""
    _, layout = lang.text, found.layouts[1]
    names, size = shown_names(lang, found), (float(layout.width), float(layout.height))
    marks = [_mark(lang, n, row, names[row.path], size, reach) for n, row in enumerate(found.rows[:MOST])]
    ticks = (
        Tick(_("%(points)s fewer", points=lang.points(-reach, 0)), "0"),
        Tick(_("grey: none shown"), "50%"),
        Tick(_("more %(points)s", points=lang.points(reach, 0)), "100%"),
    )
    differ, tested = lang.number(found.differ), lang.number(found.tested)
    held = found.verdict in HELD
    return DifferencePane(
        title=_("Difference, B minus A"),
        count=_("held back") if held else _("%(n)s of %(all)s differ", n=differ, all=tested),
        picture=drawn_picture(urls, site, found.snapshots[1], strips, None),
        boxes=without_overlap([mark for mark in marks if mark], size),
        ticks=ticks,
    )


def _mark(lang: Language, n: int, row: CompareRow, name: str, size: tuple[float, float], reach: float) -> Mark | None:
    """The box of an element on B's picture; None if it has none or would hide others."""
    flagged = row.verdict in ("more", "less")
    box = box_of(*row.box_b, *size) if row.box_b and (flagged or _small(row.box_b, size[0])) else None
    if box is None:
        return None
    end = " end" if float(box.left.rstrip("%")) > 55 else ""
    css = row.verdict if flagged else "only" if row.verdict == "only_b" else ""
    alpha = f"{18 + 50 * min(1.0, abs(row.diff) / reach):.0f}%"
    return Mark(n, name, (css + end).strip(), box, alpha, lang.points(row.diff) if flagged else "")


def without_overlap(marks: Sequence[Mark], size: tuple[float, float]) -> list[Mark]:
    """The marks, those with the largest difference first where two labels want the same place: the other one goes below
    its box, or is shown by the title of its box alone."""
    taken: list[tuple[float, float, float, float]] = []
    return [_placed(mark, size, taken) for mark in marks]


def _placed(mark: Mark, size: tuple[float, float], taken: list[tuple[float, float, float, float]]) -> Mark:
    """`taken`: what labels cover, as left, top, right, bottom in shares of the picture's width."""
    if not mark.label:
        return mark
    box = mark.box
    left, top, width, height = (float(one.rstrip("%")) / 100 for one in (box.left, box.top, box.width, box.height))
    tall = size[1] / size[0]
    left, top, bottom = (left + width - TAG[0] if "end" in mark.css else left), top * tall, (top + height) * tall
    for css, at in (("", top - TAG[1]), (" below", bottom)):
        area = (left, at, left + TAG[0], at + TAG[1])
        if not any(_overlap(area, other) for other in taken):
            taken.append(area)
            return replace(mark, css=mark.css + css)
    return replace(mark, label="")


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
