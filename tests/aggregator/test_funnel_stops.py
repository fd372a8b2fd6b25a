"""The sets of a funnel's comparison on the real engine: the visitors whom the funnel counts, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from aggregator.answers.funnel import FunnelAsked, measure_funnel
from aggregator.answers.funnel_stops import stopped_visitors
from aggregator.queries.conditions import where
from aggregator.shapes.scope import Scope, SiteScope
from rules.resolved_rules import KnownNames
from store.client import Store
from store.journeys import Journey
from store.segments import FunnelStop, Group, Rule
from tests.aggregator.journey_loop import DAY, Row
from tests.aggregator.test_funnel import (
    KEYS,
    STEPS,
    WAYS,
    WINDOW,
    done_in_any_order,
    done_in_order,
    of_visits,
    rows_of,
)
from tests.aggregator.test_journey_figures import JOURNEY, SCOPE, put, truth_of

PATTERNS = {touchpoint.key: touchpoint.patterns for _, touchpoint in JOURNEY.touchpoints}
BY_MAIL = Group(rules=(Rule(what="channel", scope="visit", values=("mail",)),))
TODAY = date(2026, 3, 30)


def seen(store: Store, scope: SiteScope, stop: FunnelStop, now: datetime, journey: Journey = JOURNEY) -> set[int]:
    """The visitors of the map of a step: those at this place in the funnel who have a view of the step's pages."""
    stopped = stopped_visitors(store, journey, scope, stop, now)
    tree = KnownNames(stopped=(stopped,)).resolved(Group(rules=(Rule(what="funnel", scope="visitor", funnel=stop),)))
    patterns = PATTERNS[stop.steps[stop.step - 1]]
    pages = tuple(f"shop.example{page}" for page in ("/", "/blog/a", "/blog/b", "/lamps", "/basket", "/paid")
                  if page in patterns or (page.startswith("/blog") and "/blog/*" in patterns))  # fmt: skip
    until = min(TODAY, scope.until + timedelta(days=stop.days))
    w = where(Scope(scope.site, pages, "click", scope.since, until, segment=tree), pages)
    return {
        int(row["visitor"]) for row in store.rows(f"SELECT DISTINCT visitor FROM views FINAL WHERE {w.sql}", **w.params)
    }


def loop(rows: Sequence[Row], steps: Sequence[str], now: int, *, any_order: bool) -> list[set[int]]:
    """The visitors who did the steps up to each, of those whom the funnel counts."""
    stepped: list[tuple[int, int, list[int | None]]] = []
    truth = truth_of(rows)
    for visitor, way in truth.ways().items():
        touched = [(row.ms, KEYS.get(row.touchpoint, ""), truth.counts(row)) for row in way if row.touchpoint]
        times = done_in_any_order(touched, steps) if any_order else done_in_order(touched, steps)[0]
        joins = next((ms for ms, key, counts in touched if key in steps and counts), None)
        start = joins if any_order or times[0] is None else times[0]
        if start is not None:
            stepped.append((visitor, start, times))
    counted = [one for one in stepped if one[1] + WINDOW * DAY <= now] or stepped
    return [{visitor for visitor, _, times in counted if times[n] is not None} for n in range(len(steps))]


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.generate, Phase.target],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    ways=WAYS,
    steps=STEPS,
    any_order=st.booleans(),
    days_later=st.sampled_from([0, 3, 8, 15]),
    narrowed=st.sampled_from(["", "segment", "device"]),
    data=st.data(),
)
def test_the_sides_of_a_comparison_are_the_visitors_whom_the_funnel_counts(
    store: Store, ways: Any, steps: list[str], any_order: bool, days_later: int, narrowed: str, data: st.DataObject
) -> None:
    """Also with steps that occur twice, visitors who join later, and visitors who go on with another device."""
    for table in ("views", "touches"):
        store.command(f"TRUNCATE TABLE {table}")
    ordered = [sorted(way, key=lambda one: one[1]) for way in ways]
    by_mail = iter([mail for way in ordered for _, _, mail in way])
    rows = [
        replace(row, selected=next(by_mail))
        for row in rows_of(*([(page, minute) for page, minute, _ in way] for way in ordered))
    ]
    put(store, truth_of(rows), device=lambda row: "phone" if row.selected else "desktop")
    now = datetime(2026, 3, 10, tzinfo=UTC) + timedelta(days=days_later)
    device, among = ("phone" if narrowed == "device" else ""), (BY_MAIL if narrowed == "segment" else None)
    scope = replace(SCOPE, device=device, segment=among)
    counted = {"segment": of_visits(rows, by_mail=True), "device": rows}.get(
        narrowed, [replace(row, selected=True) for row in rows]
    )
    funnel = measure_funnel(store, JOURNEY, scope, FunnelAsked(tuple(steps), WINDOW, any_order), now)
    truth = loop(counted, steps, int(now.timestamp() * 1000), any_order=any_order)
    assert [step.visitors for step in funnel.steps] == [len(one) for one in truth]
    n = data.draw(st.integers(1, len(steps) - 1))
    went_on = FunnelStop(
        journey="j", steps=tuple(steps), step=n, days=WINDOW, in_any_order=any_order, device=device, among=among,
        since=SCOPE.since.isoformat(), until=SCOPE.until.isoformat(),
    )  # fmt: skip
    assert seen(store, scope, went_on, now) == truth[n]
    assert seen(store, scope, changed(went_on, went_on=False), now) == truth[n - 1] - truth[n]


def test_any_order_and_a_step_that_occurs_twice(store: Store) -> None:
    ways = [[("/lamps", 0), ("/", 2), ("/", 3)], [("/", 0), ("/lamps", 2)], [("/lamps", 0)]]
    put(store, truth_of(rows_of(*ways)))
    now = datetime(2026, 3, 30, tzinfo=UTC)
    stop = FunnelStop(
        journey="j", steps=("home", "lamps", "home"), step=2, days=WINDOW, in_any_order=True,
        since=SCOPE.since.isoformat(), until=SCOPE.until.isoformat(),
    )  # fmt: skip
    funnel = measure_funnel(store, JOURNEY, SCOPE, FunnelAsked(stop.steps, WINDOW, True), now)
    assert [step.visitors for step in funnel.steps] == [2, 2, 1]
    assert seen(store, SCOPE, stop, now) == {1}
    assert seen(store, SCOPE, changed(stop, went_on=False), now) == {2}


def test_who_goes_on_after_the_period_with_another_device_is_on_the_map(store: Store) -> None:
    """Page and event steps alike: 21 March is after the period, and only the first step is on a phone."""
    day = 1440
    rows = rows_of(
        [("/", 19 * day), ("/lamps", 21 * day), ("/basket", 22 * day)], [("/", 19 * day), ("/lamps", 21 * day)]
    )
    put(store, truth_of(rows), device=lambda row: "phone" if row.page == "/" else "desktop")
    scope, now = replace(SCOPE, device="phone"), datetime(2026, 3, 30, tzinfo=UTC)
    stop = FunnelStop(
        journey="j", steps=("home", "lamps", "basket"), step=2, days=WINDOW, device="phone",
        since=SCOPE.since.isoformat(), until=SCOPE.until.isoformat(),
    )  # fmt: skip
    funnel = measure_funnel(store, JOURNEY, scope, FunnelAsked(stop.steps, WINDOW), now)
    assert [step.visitors for step in funnel.steps] == [2, 2, 1]
    assert seen(store, scope, stop, now) == {1}
    assert seen(store, scope, changed(stop, went_on=False), now) == {2}
