"""The parts of a page of paths, in words: the picture, its tables, and the ways taken most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from aggregator.answers.paths import PathBand, PathColumn, PathName, PathPlace, Paths, PathsAccount
from aggregator.measures.statistics import FEW
from viewer.pages.journey.path_words import PathWords, is_place
from viewer.pages.journey.paths_picture import HEIGHT, TWO_LINES, WIDTH, BarPlace, bands_of, bars_of
from viewer.pages.map.ledger import LedgerRow

SHORT_NAME = 13  # characters that leave room for a share on the same line
SHOWN = 5  # rows of a table before the rest is folded


@dataclass(frozen=True)
class DrawnName:
    """A bar with its name. `left`: of its column in percent; `top`, `height`, `middle` in px; `two`: the visits are
    below the name. `href`: where the name leads; "" for where visits begin and end. `all`: with its share, for which
    there may be no room beside the name."""

    name: str
    numbers: str
    all: str
    href: str
    css: str
    left: str
    top: str
    height: str
    middle: str
    two: bool


@dataclass(frozen=True)
class DrawnBand:
    """`ends`: numbers of the names that it joins, from 0; `href`: the paths through the one farther away."""

    d: str
    ends: tuple[int, int]
    css: str
    label: str
    href: str


@dataclass(frozen=True)
class PathsDrawing:
    """`heads`: what each column is, and whether it is the one of the chosen place."""

    width: int
    height: int
    heads: tuple[tuple[str, bool], ...]
    names: tuple[DrawnName, ...]
    bands: tuple[DrawnBand, ...]


@dataclass(frozen=True)
class PathFoot:
    """The share of visits that kept to the expected path up to a column. `worst`: most visits leave it here."""

    share: str
    words: str
    more: str
    worst: bool


@dataclass(frozen=True)
class PathRow:
    """A place in a column with the share of visits. `left`: it is leaving the site; `width`: of its bar, in percent."""

    name: str
    href: str
    visits: str
    share: str
    width: str
    left: bool = False
    heatmap: str = ""
    comparison: str = ""


@dataclass(frozen=True)
class PathList:
    heading: str
    rows: tuple[PathRow, ...]
    is_chosen: bool = False


@dataclass(frozen=True)
class WayRow:
    """`steps`: names, and whether each is leaving the site; empty for the row of all other ways, with `words`."""

    steps: tuple[tuple[str, bool], ...]
    visits: str
    share: str
    expected: bool = False
    words: str = ""


@dataclass(frozen=True)
class PathStepRow:
    start: str
    end: str
    left: bool
    visits: str
    share: str


@dataclass(frozen=True)
class PathTable:
    """The steps between two columns. `more`: says how many of them are folded."""

    heading: str
    rows: tuple[PathStepRow, ...]
    folded: tuple[PathStepRow, ...]
    more: str


def drawing_of(words: PathWords, paths: Paths, unfold: str) -> PathsDrawing:
    """The picture. `unfold`: where "other" leads."""
    bars = bars_of(paths)
    number = {(bar.column, bar.name.place): n for n, bar in enumerate(bars)}
    return PathsDrawing(
        WIDTH,
        HEIGHT,
        tuple((_head(words, paths, column.offset), not column.offset) for column in paths.columns),
        tuple(_name(words, paths, bar, unfold) for bar in bars),
        tuple(
            DrawnBand(
                shape.d,
                (number[shape.column, shape.band.start], number[shape.column + 1, shape.band.end]),
                "out" if words.is_loss(shape.band.start, shape.band.end) else "exp" if shape.band.expected else "",
                band_words(words, shape.band),
                words.paths_of(_farther(shape.band)),
            )
            for shape in bands_of(paths, bars)
        ),
    )


def _farther(band: PathBand) -> PathPlace:
    """The end of a band that is farther from the chosen place, if it can be asked for."""
    ends = (band.start, band.end) if band.offset < 0 else (band.end, band.start)
    return next((place for place in ends if is_place(place)), ends[0])


def _head(words: PathWords, paths: Paths, offset: int) -> str:
    lang, steps = words.lang, abs(offset)
    if not offset:
        visits = lang.plural("%(num)s visit", "%(num)s visits", paths.visits)
        return f"{words.name(words.chosen)}, {visits}" if words.chosen else visits
    if steps == 1:
        return lang.text("just before") if offset < 0 else lang.text("just after")
    if offset < 0:
        return lang.plural("%(num)s step before", "%(num)s steps before", steps)
    return lang.plural("%(num)s step after", "%(num)s steps after", steps)


def _name(words: PathWords, paths: Paths, bar: BarPlace, unfold: str) -> DrawnName:
    lang, one, offset = words.lang, bar.name, paths.columns[bar.column].offset
    name, visits, share = words.in_column(one, offset), lang.number(one.visits), lang.share(one.share)
    two = bar.room >= TWO_LINES
    return DrawnName(
        name=name,
        numbers=f"{visits}, {share}" if two or len(name) <= SHORT_NAME else visits,
        all=lang.named(name, f"{visits}, {share}"),
        href=unfold if one.place.kind == "other" else words.paths_of(one.place),
        css="ctr"
        if not offset
        else "oth"
        if one.place.kind == "other"
        else "out"
        if _is_lost(words, paths, bar)
        else "",
        left=f"{100 * bar.column / len(paths.columns):.0f}",
        top=f"{bar.top + (bar.room - bar.height) / 2:.1f}",
        height=f"{bar.height:.1f}",
        middle=f"{bar.middle:.1f}",
        two=two,
    )


def _is_lost(words: PathWords, paths: Paths, bar: BarPlace) -> bool:
    """Whether most of the visits that leave the site in a column are losses."""
    before = paths.columns[bar.column - 1].offset
    leave = [one for one in paths.bands if one.offset == before and one.end == bar.name.place]
    return 2 * sum(one.visits for one in leave if words.is_loss(one.start, one.end)) > bar.name.visits


def band_words(words: PathWords, band: PathBand) -> str:
    """`Payment, then Basket: 392 visits, 11.6%`."""
    lang = words.lang
    visits = lang.plural("%(num)s visit", "%(num)s visits", band.visits)
    step = lang.text("%(start)s, then %(end)s", start=words.name(band.start), end=words.name(band.end))
    share = f", {lang.share(band.of_start.share)}" if band.of_start else ""
    return lang.named(step, visits + share)


def feet_of(words: PathWords, paths: Paths) -> tuple[PathFoot, ...]:
    if paths.as_expected is None:
        return ()
    shares = [column.kept.visitors if column.kept else 0 for column in paths.columns]
    losses = [0, *(before - after for before, after in pairwise(shares))]
    worst = losses.index(max(losses)) if max(losses) >= FEW else -1
    return tuple(_foot(words, paths, i, i == worst) for i in range(len(paths.columns)))


def _foot(words: PathWords, paths: Paths, i: int, worst: bool) -> PathFoot:
    lang, column = words.lang, paths.columns[i]
    _, kept, of_before = lang.text, column.kept, column.kept_of_before
    names = [words.name(PathPlace("touchpoint", key)) for key in column.expected]
    if not column.offset and words.chosen:
        names = [words.name(words.chosen)]
    if not i:
        said = _("began as expected") if column.offset else _("from “%(name)s”", name=names[0])
    else:
        said = _("then “%(name)s”", name=names[0]) if len(names) == 1 else _("then as expected")
    more = _("%(share)s of those before", share=lang.share(of_before.share)) if worst and of_before else ""
    return PathFoot(lang.share(kept.share) if kept else "", said, more, worst)


def account_of(words: PathWords, account: PathsAccount) -> tuple[LedgerRow, ...]:
    """Received → counted, in visits."""
    lang = words.lang
    _ = lang.text

    def row(label: str, n: int, *, total: bool = False) -> LedgerRow:
        share = lang.share(n / account.received) if account.received else ""
        return LedgerRow(label, lang.number(n) if total else lang.number(-n), share, sum=total)

    lost = (
        (_("Bots"), account.bots),
        (_("Excluded visitors"), account.excluded),
        (_("Outside the device, filters or segment"), account.outside),
    )
    return (
        LedgerRow(_("Visits received"), lang.number(account.received), sum=True),
        *(row(label, n) for label, n in lost if n),
        row(_("Counted"), account.counted, total=True),
    )


def lists_of(words: PathWords, paths: Paths) -> tuple[PathList, ...]:
    """What was just before, the chosen place, and what was just after."""
    lang, found = words.lang, []
    for column in paths.columns:
        if abs(column.offset) > 1:
            continue
        rows = tuple(_row(words, column, one) for one in column.names)
        visits = lang.plural("%(num)s visit", "%(num)s visits", paths.visits)
        before, after = lang.text("Just before, of %(visits)s", visits=visits), lang.text("Just after")
        heading = "" if not column.offset else before if column.offset < 0 else after
        found.append(PathList(heading, rows, not column.offset))
    return tuple(found)


def rows_of(words: PathWords, paths: Paths) -> tuple[PathRow, ...]:
    """Each place with a name once, the chosen one first, then those with most visits, with where it leads."""
    found: dict[PathPlace, tuple[PathColumn, PathName]] = {}
    for column in sorted(paths.columns, key=lambda one: abs(one.offset)):
        for one in column.names:
            if is_place(one.place):
                found.setdefault(one.place, (column, one))
    rows = sorted(found.values(), key=lambda pair: -pair[1].visits)
    return tuple(_row(words, column, one, linked=True) for column, one in rows)


def _row(words: PathWords, column: PathColumn, one: PathName, *, linked: bool = False) -> PathRow:
    lang = words.lang
    return PathRow(
        name=words.name(one.place) if linked else words.in_column(one, column.offset),
        href=words.paths_of(one.place),
        visits=lang.number(one.visits),
        share=lang.share(one.share),
        width=f"{100 * one.share:.1f}",
        left=column.offset == 1 and words.chosen is not None and words.is_loss(words.chosen, one.place),
        heatmap=words.heatmap(one.place) if linked or not column.offset else "",
        comparison=words.comparison(one) if linked or not column.offset else "",
    )


def ways_of(words: PathWords, paths: Paths) -> tuple[WayRow, ...]:
    lang = words.lang
    rows = [
        WayRow(tuple(words.steps(way)), lang.number(way.visits), lang.share(way.share.share), way.as_expected)
        for way in paths.ways
    ]
    if paths.other_ways:
        other = lang.plural("%(num)s other way", "%(num)s other ways", paths.other_ways)
        share = lang.share(paths.other_visits / paths.visits)
        rows.append(WayRow((), lang.number(paths.other_visits), share, words=other))
    return tuple(rows)


def tables_of(words: PathWords, paths: Paths) -> tuple[PathTable, ...]:
    """The bands of each pair of columns, those nearest to the chosen place first."""
    lang, offsets = words.lang, [column.offset for column in paths.columns[:-1]]
    found = []
    for offset in sorted(offsets, key=lambda one: (abs(2 * one + 1), -one)):
        bands = sorted((one for one in paths.bands if one.offset == offset), key=lambda one: -one.visits)
        if not bands:
            continue
        rest = bands[SHOWN:]
        visits = lang.plural("%(num)s visit", "%(num)s visits", sum(one.visits for one in rest))
        more = lang.text("%(n)s more with %(visits)s", n=lang.number(len(rest)), visits=visits) if rest else ""
        farther = offset if offset < 0 else offset + 1
        found.append(
            PathTable(_head(words, paths, farther), _step_rows(words, bands[:SHOWN]), _step_rows(words, rest), more)
        )
    return tuple(found)


def _step_rows(words: PathWords, bands: Sequence[PathBand]) -> tuple[PathStepRow, ...]:
    return tuple(
        PathStepRow(
            words.name(one.start),
            words.name(one.end),
            words.is_loss(one.start, one.end),
            words.lang.number(one.visits),
            words.lang.share(one.of_start.share) if one.of_start else "",
        )
        for one in bands
    )
