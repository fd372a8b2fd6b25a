"""The overview of a site: its figures against the period before, the trend, and the visitors by how they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, timedelta
from math import sqrt

import numpy as np

from aggregator.measures.change import (
    FigureChange,
    Ratio,
    SummedFigure,
    change_of_ratio,
    change_of_total,
    of_visitors,
    total_interval,
)
from aggregator.measures.statistics import FEW, benjamini_hochberg, expected_floor, two_proportion_z
from aggregator.queries.overview import read_site_visits, read_visitor_account
from aggregator.shapes.overview import (
    ListedValues,
    SiteVisits,
    Split,
    SplitTotals,
    VisitorAccount,
    VisitTotals,
)
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.segments import Goal

BOUNCE, GOAL = "bounce", "goal:"  # names of figures; that of a goal ends with its id
FALSE_DISCOVERIES = 0.05  # rate among the rows of a table that differ from the period before


@dataclass(frozen=True)
class SiteFigure:
    """One figure of a site: `value` with its 95 % interval (none for an exact count), and that of the period `before`.

    `name`: visitors, visits, views, bounce, engaged_ms, or `goal:` and the id of a goal, whose value is the share of
    visitors who reached it. `change`: relative for a count, otherwise the difference; None if there was nothing before.
    `hits`: how many visits or visitors a share is made of. `everyone`: the value without the filters and the segment,
    on the same devices; None if nothing narrows.
    """

    name: str
    value: float
    low: float | None
    high: float | None
    before: float
    change: FigureChange | None
    hits: int | None = None
    everyone: float | None = None


@dataclass(frozen=True)
class DayFigures:
    """One day; visits count on the day on which they began. `reached`: goal → how many of the visitors of the day
    reached it on that day."""

    day: date
    visitors: int
    visits: int
    views: int
    bounced: int
    engaged_ms: float
    reached: Mapping[str, int]


@dataclass(frozen=True)
class SplitRow:
    """The visitors with one value of a split: `share` of all visitors, `rate` of the table's measure with its interval.

    `beyond_chance`: the rate differs from that of the period before, at a false-discovery rate of 5 % over the rows of
    the table. `everyone_visitors`, `everyone_rate`: without the filters and the segment; None if nothing narrows.
    """

    value: str
    visitors: int
    share: float
    visits: int
    views: int
    rate: float
    low: float
    high: float
    before_visitors: int
    before_rate: float
    beyond_chance: bool
    everyone_visitors: int | None = None
    everyone_rate: float | None = None


@dataclass(frozen=True)
class SplitTable:
    """The values of a split with most visitors, of `values` in all. A visitor counts in each row that fits."""

    by: Split
    values: int
    rows: tuple[SplitRow, ...]


@dataclass(frozen=True)
class OverviewFigures:
    """Everything about a site's visits in a period. `measure`: what the rates of the tables are of, by the name of a
    figure: `bounce` (of visits) or a goal (of visitors). `one_in`: counts are estimated from one visitor in so many,
    and intervals are as wide as so few visitors make them."""

    since: date
    until: date
    before_since: date
    before_until: date
    measure: str
    figures: tuple[SiteFigure, ...]
    days: tuple[DayFigures, ...]
    days_before: tuple[DayFigures, ...]
    splits: tuple[SplitTable, ...]
    account: VisitorAccount
    one_in: int = 1


@dataclass(frozen=True)
class AskedOverview:
    """What is asked of an overview: which values are listed, which goals are counted (all those of the site), and what
    the rates of the tables are of: `bounce`, or the id of one of the goals."""

    listing: ListedValues = ListedValues()
    goals: tuple[Goal, ...] = ()
    measure: str = BOUNCE


def overview(store: Store, scope: SiteScope, wanted: AskedOverview) -> OverviewFigures:
    """The figures of a scope, and those of as many days just before it; of a tenth of the visitors, estimates."""
    earlier, goals = before(scope), wanted.goals
    now = read_site_visits(store, scope, wanted.listing, goals)
    only = tuple((one.by, one.value) for one in now.splits)
    listed = replace(wanted.listing, only=only)
    then = read_site_visits(store, earlier, listed, goals)
    everyone = read_site_visits(store, replace(scope, segment=None), listed, goals) if scope.segment else None
    one_in, account = (10 if scope.tenth else 1), read_visitor_account(store, scope)
    measured = next((n for n, goal in enumerate(goals) if goal.id == wanted.measure), None)
    return OverviewFigures(
        since=scope.since,
        until=scope.until,
        before_since=earlier.since,
        before_until=earlier.until,
        measure=BOUNCE if measured is None else GOAL + wanted.measure,
        figures=_with_everyone(figures_of(now.totals, then.totals, goals, one_in), everyone, goals, one_in),
        days=_days(now, scope, goals, one_in),
        days_before=_days(then, earlier, goals, one_in),
        splits=tuple(_table(by, (now, then, everyone), measured, one_in) for by in wanted.listing.splits),
        account=VisitorAccount(*(n * one_in for n in astuple(account))),
        one_in=one_in,
    )


def before(scope: SiteScope) -> SiteScope:
    """As many days just before those of a scope."""
    length = timedelta(days=(scope.until - scope.since).days + 1)
    return replace(scope, since=scope.since - length, until=scope.until - length)


def figures_of(
    now: VisitTotals, then: VisitTotals, goals: Sequence[Goal] = (), one_in: int = 1
) -> tuple[SiteFigure, ...]:
    """The figures of two periods: counts, bounce, engaged time and goals. `one_in`: of one visitor in so many."""
    counts = (
        ("visitors", SummedFigure(now.visitors, now.visitors), SummedFigure(then.visitors, then.visitors)),
        ("visits", SummedFigure(now.visits, now.visits_squared), SummedFigure(then.visits, then.visits_squared)),
        ("views", SummedFigure(now.views, now.views_squared), SummedFigure(then.views, then.views_squared)),
    )
    return (
        *(_count(name, one, other, one_in) for name, one, other in counts),
        _share(BOUNCE, _rate(now, None), _rate(then, None), one_in),
        _engaged(now, then),
        *(_share(GOAL + goal.id, _rate(now, n), _rate(then, n), one_in) for n, goal in enumerate(goals)),
    )


def _with_everyone(
    figures: tuple[SiteFigure, ...], everyone: SiteVisits | None, goals: Sequence[Goal], one_in: int
) -> tuple[SiteFigure, ...]:
    if everyone is None:
        return figures
    of_all = figures_of(everyone.totals, VisitTotals(), goals, one_in)
    return tuple(replace(one, everyone=other.value) for one, other in zip(figures, of_all, strict=True))


def _count(name: str, now: SummedFigure, then: SummedFigure, one_in: int) -> SiteFigure:
    low, high = total_interval(now, one_in) if one_in > 1 else (None, None)
    return SiteFigure(name, now.sum * one_in, low, high, then.sum * one_in, change_of_total(now, then))


def _share(name: str, now: Ratio, then: Ratio, one_in: int) -> SiteFigure:
    low, high = now.interval if now.of else (0.0, 1.0)
    return SiteFigure(name, now.share, low, high, then.share, change_of_ratio(now, then), now.hits * one_in)


def _engaged(now: VisitTotals, then: VisitTotals) -> SiteFigure:
    """The median, whose change has the spread of the two intervals together."""
    change = None
    if now.visits and then.visits:
        by = now.engaged_ms - then.engaged_ms
        half = sqrt((now.engaged_high - now.engaged_low) ** 2 + (then.engaged_high - then.engaged_low) ** 2) / 2
        enough = min(now.visitors, then.visitors) >= FEW
        change = FigureChange(by, by - half, by + half, enough and abs(by) > half)
    return SiteFigure("engaged_ms", now.engaged_ms, now.engaged_low, now.engaged_high, then.engaged_ms, change)


def _rate(totals: VisitTotals, goal: int | None) -> Ratio:
    """The share of visitors who reached a goal (its number); without one, of visits that bounced."""
    if goal is not None:
        return of_visitors(totals.reached[goal] if totals.reached else 0, totals.visitors)
    return Ratio(
        hits=totals.bounced,
        of=totals.visits,
        visitors=totals.visitors,
        hits_squared=totals.bounced_squared,
        hits_by_of=totals.bounced_by_visits,
        of_squared=totals.visits_squared,
    )


def _days(found: SiteVisits, scope: SiteScope, goals: Sequence[Goal], one_in: int) -> tuple[DayFigures, ...]:
    """Every day of a scope, without gaps."""
    days = [scope.since + timedelta(days=n) for n in range((scope.until - scope.since).days + 1)]
    return tuple(_day(day, found.days.get(day.isoformat(), VisitTotals()), goals, one_in) for day in days)


def _day(day: date, totals: VisitTotals, goals: Sequence[Goal], one_in: int) -> DayFigures:
    counts = totals.reached or (0,) * len(goals)
    return DayFigures(
        day=day,
        visitors=totals.visitors * one_in,
        visits=totals.visits * one_in,
        views=totals.views * one_in,
        bounced=totals.bounced * one_in,
        engaged_ms=totals.engaged_ms,
        reached={goal.id: n * one_in for goal, n in zip(goals, counts, strict=True)},
    )


def _table(
    by: Split, visits: tuple[SiteVisits, SiteVisits, SiteVisits | None], goal: int | None, one_in: int
) -> SplitTable:
    """A table of the visits now, in the period before, and of everyone if the question is narrowed."""
    now, then, everyone = visits
    rows = [one for one in now.splits if one.by == by]
    of_then, of_all = _by_value(then, by), _by_value(everyone, by) if everyone else None
    pairs = [(_rate(one.totals, goal), _rate(of_then.get(one.value, VisitTotals()), goal)) for one in rows]
    found = []
    for one, pair, beyond in zip(rows, pairs, differing(pairs), strict=True):
        row = _row(one, pair, now.totals.visitors, beyond, one_in)
        if of_all is not None:
            rate = _rate(of_all.get(one.value, VisitTotals()), goal)
            row = replace(row, everyone_visitors=rate.visitors * one_in, everyone_rate=rate.share)
        found.append(row)
    return SplitTable(by, rows[0].values if rows else 0, tuple(found))


def _by_value(found: SiteVisits, by: Split) -> dict[str, VisitTotals]:
    return {one.value: one.totals for one in found.splits if one.by == by}


def _row(one: SplitTotals, rates: tuple[Ratio, Ratio], of: int, beyond: bool, one_in: int) -> SplitRow:
    rate, rate_before = rates
    low, high = rate.interval
    return SplitRow(
        value=one.value,
        visitors=one.totals.visitors * one_in,
        share=one.totals.visitors / of,
        visits=one.totals.visits * one_in,
        views=one.totals.views * one_in,
        rate=rate.share,
        low=low,
        high=high,
        before_visitors=rate_before.visitors * one_in,
        before_rate=rate_before.share,
        beyond_chance=beyond,
    )


def differing(pairs: list[tuple[Ratio, Ratio]]) -> list[bool]:
    """Which of the rows of a table differ from the period before; rows with too little in either never do."""
    n1 = np.array([now.effective for now, _ in pairs])
    n0 = np.array([then.effective for _, then in pairs])
    x1 = np.array([now.share for now, _ in pairs]) * n1
    x0 = np.array([then.share for _, then in pairs]) * n0
    tested = np.flatnonzero(expected_floor(x0, n0, x1, n1))
    differ = np.zeros(len(pairs), bool)
    differ[tested] = benjamini_hochberg(two_proportion_z(x0, n0, x1, n1)[1][tested]) <= FALSE_DISCOVERIES
    return [bool(one) for one in differ]
