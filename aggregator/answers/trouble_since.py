"""Since when the elements that frustrate visitors do so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from aggregator.measures.frustration import EDITABLE, UNJUDGED
from aggregator.measures.trouble_since import TroubleSince, trouble_since
from aggregator.queries.records import read_pressing
from aggregator.queries.trouble_days import DayCounts, daily_clickers, daily_dead, daily_failed, daily_raging
from aggregator.queries.troubles import Place
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.troubles import ElementTrouble
from store.client import Store

DAYS = 42  # looked at, to the end of the period


def troubles_since(store: Store, scope: SiteScope, found: Sequence[ElementTrouble]) -> dict[Place, TroubleSince]:
    """Of these elements, those whose worst trouble began on one of the last DAYS days of the period or of those before
    it (or in the period, if it is longer), with that day."""
    if not found:
        return {}
    since = min(scope.since, scope.until - timedelta(days=DAYS - 1))
    whole = replace(scope, since=since, tenth=False)
    places = [(one.page, one.key) for one in found]
    unjudged, editable = read_pressing(store, scope.site, sorted({page for page, _ in places}), UNJUDGED, EDITABLE)
    readers: dict[str, Callable[[list[Place]], DayCounts]] = {
        "dead": lambda wanted: daily_dead(store, whole, wanted, unjudged),
        "rage": lambda wanted: daily_raging(store, whole, wanted, editable),
        "failed": lambda wanted: daily_failed(store, whole, wanted),
    }
    hurt: DayCounts = {}
    for kind, read in readers.items():
        if wanted := [(one.page, one.key) for one in found if one.worst_kind == kind]:
            counts = read(wanted)
            hurt |= {place: n for place, n in counts.items() if place[:2] in wanted}
    clickers = daily_clickers(store, whole, places)
    days = [since + timedelta(days=n) for n in range((scope.until - since).days + 1)]
    series = {place: trouble_since(list(_series(place, days, hurt, clickers))) for place in places}
    return {place: one for place, one in series.items() if one is not None}


def _series(
    place: Place, days: Sequence[date], hurt: DayCounts, clickers: DayCounts
) -> Sequence[tuple[date, int, int]]:
    """(day, hurt, clickers) of an element. An error may follow a click of the day before."""
    of = [(day, hurt.get((*place, day), 0), clickers.get((*place, day), 0)) for day in days]
    return [(day, n, max(n, all_of)) for day, n, all_of in of]
