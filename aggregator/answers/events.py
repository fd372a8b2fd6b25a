"""The events of a site by name, against the period before, and who sent one of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from aggregator.answers.overview import before
from aggregator.measures.change import FigureChange, SummedFigure, change_of_total
from aggregator.measures.statistics import wilson
from aggregator.queries.events import (
    read_event_account,
    read_event_days,
    read_event_pages,
    read_event_senders,
    read_event_totals,
)
from aggregator.queries.overview import read_site_visits
from aggregator.shapes.events import EventAccount, EventPage, EventTotals
from aggregator.shapes.overview import ListedValues, Split
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.segments import Group, Rule

MOST_NAMES = 200  # in one answer
SHOWN_PAGES = 3
DETAIL_PAGES = 20


@dataclass(frozen=True)
class EventRow:
    """The events with one name. `share` of all visitors who sent it, with its 95 % interval; `each`: times a visitor.

    `value` and `median` of the `valued` ones that had a value. `daily`: times a day, oldest first. `pages`: the
    busiest of `page_count`.
    """

    name: str
    times: int
    before: int
    change: FigureChange | None
    visitors: int
    share: float
    low: float
    high: float
    each: float
    valued: int
    value: float
    median: float
    daily: tuple[int, ...]
    pages: tuple[EventPage, ...]
    page_count: int


@dataclass(frozen=True)
class EventFigures:
    """The names sent most often, of `names` in all. `senders`: how many of the `visitors` sent any event.

    `gone`: names of the period before that were not sent any more. `alike`: pairs of names that differ only in case,
    hyphens and the like, the rarer one first.
    """

    names: int
    visitors: int
    senders: int
    events: tuple[EventRow, ...]
    gone: tuple[str, ...]
    alike: tuple[tuple[str, str], ...]
    account: EventAccount


@dataclass(frozen=True)
class SenderRow:
    """The visitors with one value of a split: `visitors` of `of` sent the event in such a visit."""

    value: str
    visitors: int
    of: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class EventDetail:
    """Who sent the events with one name, by a split, and on which pages."""

    name: str
    by: Split
    rows: tuple[SenderRow, ...]
    pages: tuple[EventPage, ...]


def event_figures(store: Store, scope: SiteScope) -> EventFigures:
    """The events of a scope, and how often each was sent in as many days just before."""
    earlier = before(scope)
    totals, names = read_event_totals(store, scope, MOST_NAMES)
    listed = [one.name for one in totals]
    then = {one.name: one for one in read_event_totals(store, earlier, MOST_NAMES)[0]}
    visitors, senders = read_event_senders(store, scope)
    days: dict[str, dict[int, int]] = defaultdict(dict)
    pages: dict[str, list[EventPage]] = defaultdict(list)
    if listed:
        if missing := [name for name in listed if name not in then]:
            then |= {one.name: one for one in read_event_totals(store, earlier, MOST_NAMES, missing)[0]}
        for day in read_event_days(store, scope, listed):
            days[day.name][(day.day - scope.since).days] = day.times
        for page in read_event_pages(store, scope, listed, SHOWN_PAGES):
            pages[page.name].append(page)
    length = (scope.until - scope.since).days + 1
    return EventFigures(
        names=names,
        visitors=visitors,
        senders=senders,
        events=tuple(
            _row(one, then.get(one.name), visitors, [days[one.name].get(n, 0) for n in range(length)], pages[one.name])
            for one in totals
        ),
        gone=tuple(sorted(set(then) - set(listed))) if names <= MOST_NAMES else (),
        alike=look_alikes(totals),
        account=read_event_account(store, scope),
    )


def event_detail(store: Store, scope: SiteScope, name: str, by: Split) -> EventDetail:
    """Who sent the events with a name, of the visitors with each value of a split."""
    listing = ListedValues(most=0, whole=by, whole_most=30)
    sent = Rule(what="sent", scope="visit", name=name)
    groups = (scope.segment,) if scope.segment else ()
    found = read_site_visits(store, replace(scope, segment=Group(rules=(sent,), groups=groups)), listing)
    senders = {one.value: one.totals.visitors for one in found.splits if one.by == by}
    only = tuple((by, value) for value in senders)
    everyone = read_site_visits(store, scope, replace(listing, only=only)).splits
    rows = []
    for one in sorted(everyone, key=lambda one: (-senders[one.value], one.value)):
        n, of = senders[one.value], one.totals.visitors
        low, high = wilson(n, of)
        rows.append(SenderRow(one.value, n, of, n / of, float(low), float(high)))
    return EventDetail(name, by, tuple(rows), tuple(read_event_pages(store, scope, [name], DETAIL_PAGES)))


def look_alikes(totals: Sequence[EventTotals]) -> tuple[tuple[str, str], ...]:
    """Pairs of names that are the same letters and digits, whatever their case and what stands between them."""
    by_letters: dict[str, list[EventTotals]] = defaultdict(list)
    for one in totals:
        by_letters[re.sub(r"[\W_]+", "", one.name).casefold()].append(one)
    pairs = [pair for same in by_letters.values() for pair in combinations(same, 2)]
    return tuple((few.name, many.name) for many, few in pairs)


def _row(
    one: EventTotals, then: EventTotals | None, visitors: int, daily: Sequence[int], pages: Sequence[EventPage]
) -> EventRow:
    low, high = wilson(one.visitors, visitors)
    now = SummedFigure(one.times, one.times_squared)
    return EventRow(
        name=one.name,
        times=one.times,
        before=then.times if then else 0,
        change=change_of_total(now, SummedFigure(then.times, then.times_squared)) if then else None,
        visitors=one.visitors,
        share=one.visitors / visitors,
        low=float(low),
        high=float(high),
        each=one.times / one.visitors,
        valued=one.valued,
        value=one.value,
        median=one.median,
        daily=tuple(daily),
        pages=tuple(pages),
        page_count=pages[0].pages if pages else 0,
    )
