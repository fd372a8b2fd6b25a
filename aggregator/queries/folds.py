"""What was counted of closed days (aggregator/queries/folding.py), in place of their rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import xxhash

from aggregator.measures.frustration import DEAD_AFTER, EDITABLE, OWN_EFFECT, RAGE_CLICKS, RAGE_GAP, RAGE_PX
from aggregator.measures.in_view import IN_VIEW_MS
from aggregator.queries.conditions import Condition
from aggregator.shapes.cells import HOVER_PARTS, MOST_PARTS, PARTS_OF_1024_PX, STEPS
from aggregator.shapes.depths import BANDS
from aggregator.shapes.scope import Scope
from store.client import Store
from store.zones import DAY_MS, day_numbered

VIEW = "view"  # the kind of a fold of views
DEAD, DEAD_DISABLED, RAGE = 1, 2, 4  # flags of a visitor of a record
# Everything by which clicks are judged and divided into cells: folds made by other rules are not read.
_JUDGED_BY = (DEAD_AFTER, RAGE_CLICKS, RAGE_GAP, RAGE_PX, OWN_EFFECT, sorted(EDITABLE))
_DIVIDED_BY = (PARTS_OF_1024_PX, MOST_PARTS, HOVER_PARTS, STEPS)
_SEEN_BY = (IN_VIEW_MS, BANDS)
_FORMAT = 2  # of the tables: folds made in another one are made again
RULES = xxhash.xxh64_intdigest(repr((_JUDGED_BY, _DIVIDED_BY, _SEEN_BY, _FORMAT)).encode())


@dataclass(frozen=True)
class Folds:
    """The folds of a page that are read in place of the rows of `days`; none of either if every row is read.

    `complete`: whether the scope has no other days.
    """

    ids: tuple[int, ...] = ()
    days: tuple[date, ...] = ()
    complete: bool = False
    site: int = 0
    page: str = ""
    kind: str = ""

    @property
    def sql(self) -> str:
        """The condition of the folds' rows; `params` has its bound values."""
        return (
            "site = {folded_site:UInt32} AND page = {folded_page:String} AND kind = {folded_kind:String} "
            "AND day IN {folded_days:Array(Date)} AND fold IN {folds:Array(UInt64)}"
        )

    @property
    def params(self) -> dict[str, Any]:
        return {
            "folded_site": self.site,
            "folded_page": self.page,
            "folded_kind": self.kind,
            "folded_days": list(self.days),
            "folds": list(self.ids),
        }

    @property
    def other_days(self) -> Condition:
        """The condition of the rows that are read themselves."""
        if not self.days:
            return Condition("1", {})
        return Condition("day NOT IN {folded_days:Array(Date)}", {"folded_days": list(self.days)})


@dataclass(frozen=True)
class FoldedPoints:
    """The folds of a scope's points, and the rows that they are made of by (reason of the bot, whether of the team)."""

    folds: Folds = Folds()
    counts: Counter[tuple[str, bool]] = field(default_factory=Counter)


@dataclass(frozen=True)
class FoldedViews:
    """The folds of a scope's views, and their figures.

    `visitors`: the sum of the days, and `devices` those of each device. `sizes`: views by (width of the window, height
    of the page), px.
    """

    folds: Folds = Folds()
    views: int = 0
    cut: int = 0
    visitors: int = 0
    devices: Counter[str] = field(default_factory=Counter)
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)


NO_FOLDS, NO_POINTS, NO_VIEWS = Folds(), FoldedPoints(), FoldedViews()


def read_folds(store: Store, scope: Scope, pages: tuple[str, ...]) -> tuple[FoldedPoints, FoldedViews]:
    """Of the days of UTC that are entirely in the scope, if it asks about everybody on one page."""
    narrowed = scope.device or scope.variant or scope.segment or scope.bots or scope.tenth
    spans = scope.zone.spans(scope.since, scope.until)
    if narrowed or len(pages) != 1 or not spans:
        return NO_POINTS, NO_VIEWS
    rows = store.rows(
        "SELECT toString(kind) AS of, day, toUnixTimestamp64Milli(time) AS begin, fold, reasons, excluded, counts, "
        "views, cut, visitors, sizes, of_size, devices, of_device FROM folded_days "
        "WHERE site = {site:UInt32} AND page = {page:String} AND kind IN {kinds:Array(String)} "
        "AND rules = {rules:UInt64} AND day BETWEEN {first:Date} AND {last:Date} "
        "ORDER BY day, fold DESC LIMIT 1 BY of, day",
        site=scope.site,
        page=pages[0],
        kinds=[scope.kind, VIEW],
        rules=RULES,
        first=day_numbered(max(spans[0][0] // DAY_MS, 0)),
        last=day_numbered(spans[-1][1] // DAY_MS),
    )
    whole = [row for row in rows if any(a <= row["begin"] and row["begin"] + DAY_MS <= b for a, b in spans)]
    of_points, of_views = ([row for row in whole if row["of"] == kind] for kind in (scope.kind, VIEW))
    days = sum(b - a for a, b in spans) / DAY_MS

    def folds(rows: list[dict[str, Any]], kind: str) -> Folds:
        ids, of_days = tuple(int(row["fold"]) for row in rows), tuple(row["day"] for row in rows)
        return Folds(ids, of_days, len(rows) == days, scope.site, pages[0], kind)

    counts: Counter[tuple[str, bool]] = Counter()
    for row in of_points:
        for reason, of_team, n in zip(row["reasons"], row["excluded"], row["counts"], strict=True):
            counts[reason, bool(of_team)] += int(n)
    sizes: Counter[tuple[int, int]] = Counter()
    devices: Counter[str] = Counter()
    for row in of_views:
        devices.update(dict(zip(row["devices"], map(int, row["of_device"]), strict=True)))
        for size, n in zip(row["sizes"], row["of_size"], strict=True):
            sizes[int(size) >> 32, int(size) & 0xFFFFFFFF] += int(n)
    views, cut, visitors = (sum(int(row[name]) for row in of_views) for name in ("views", "cut", "visitors"))
    return (
        FoldedPoints(folds(of_points, scope.kind), counts),
        FoldedViews(folds(of_views, VIEW), views, cut, visitors, devices, sizes),
    )
