"""Events by name: every figure against a plain loop over the stored events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from statistics import median
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.answers.events import event_detail, event_figures, look_alikes
from aggregator.shapes.events import EventTotals
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.segments import Group, Rule
from store.zones import Zone
from tests.aggregator.build import DAY, NOON, insert

PARIS = Zone("Europe/Paris")
SCOPE = SiteScope(1, DAY, DAY + timedelta(days=1), zone=PARIS)
DAY_MS = 86_400_000
PAGES = ("shop.example/", "shop.example/lamps")
Row = Mapping[str, Any]

event = st.fixed_dictionaries(
    {
        "visitor": st.integers(1, 5),
        "view": st.integers(1, 8),
        "time": st.integers(NOON - 2 * DAY_MS - 10 * 3_600_000, NOON + DAY_MS + 10 * 3_600_000),
        "page": st.sampled_from(PAGES),
        "name": st.sampled_from(("order", "search", "add_to_basket", "addToBasket")),
        "value": st.sampled_from((None, None, -3.0, 0.0, 10.5, 99.0)),
        "kind": st.sampled_from(("custom", "custom", "custom", "resize")),
        "bot": st.sampled_from(("", "", "", "crawler")),
        "excluded": st.sampled_from((0, 0, 0, 1)),
    }
)


def counted(rows: Sequence[Row], since: int, until: int) -> list[Row]:
    """The custom events of people on the days from `since` to `until`, counted from DAY."""
    return [
        row
        for row in rows
        if row["kind"] == "custom"
        and not row["bot"]
        and not row["excluded"]
        and since <= (PARIS.day(row["time"]) - DAY).days <= until
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(event, max_size=16))
def test_every_figure_is_that_of_a_plain_loop(store: Store, rows: list[dict[str, Any]]) -> None:
    for table in ("views", "events"):
        store.command(f"TRUNCATE TABLE {table}")
    insert(store, "events", rows)
    insert(store, "views", [{"view": n, "visitor": n, "time": NOON} for n in range(4, 9)])
    now, then = counted(rows, 0, 1), counted(rows, -2, -1)
    found = event_figures(store, SCOPE)
    people = {row["visitor"] for row in now} | set(range(4, 9))
    assert (found.visitors, found.senders) == (len(people), len({row["visitor"] for row in now}))
    assert sorted(one.name for one in found.events) == sorted({row["name"] for row in now})
    assert list(found.gone) == sorted({row["name"] for row in then} - {row["name"] for row in now})
    for one in found.events:
        mine = [row for row in now if row["name"] == one.name]
        values = [row["value"] for row in mine if row["value"] is not None]
        senders = {row["visitor"] for row in mine}
        assert (one.times, one.visitors, one.each) == (len(mine), len(senders), len(mine) / len(senders))
        assert one.before == sum(row["name"] == one.name for row in then)
        assert (one.change is None) == (one.before == 0)
        assert (one.valued, one.value) == (len(values), pytest.approx(sum(values)))
        assert one.median == (median(values) if values else 0)
        assert one.share == len(senders) / len(people)
        days = Counter((PARIS.day(row["time"]) - DAY).days for row in mine)
        assert one.daily == (days[0], days[1])
        on = Counter(row["page"] for row in mine)
        assert one.page_count == len(on)
        assert {page.page: page.times for page in one.pages} == dict(on)
    account = found.account
    assert account.counted == len(now) == sum(one.times for one in found.events)
    assert account.received == account.bots + account.excluded + account.outside + account.counted


def test_who_sent_an_event_is_split_by_how_they_came(store: Store) -> None:
    insert(store, "views", [
        {"view": n, "visitor": n, "time": NOON, "channel": "mail" if n <= 4 else "direct"} for n in range(1, 11)
    ])  # fmt: skip
    insert(store, "events", [
        {"view": n, "visitor": n, "time": NOON + 1, "kind": "custom", "name": "order"} for n in (1, 2, 5)
    ])  # fmt: skip
    found = event_detail(store, SiteScope(1, DAY, DAY), "order", "channel")
    assert [(row.value, row.visitors, row.of) for row in found.rows] == [("mail", 2, 4), ("direct", 1, 6)]
    assert found.pages[0].times == 3
    mail = Group(rules=(Rule(what="channel", values=("mail",)),))
    narrowed = event_detail(store, SiteScope(1, DAY, DAY, segment=mail), "order", "channel")
    assert [(row.value, row.visitors, row.of) for row in narrowed.rows] == [("mail", 2, 4)]
    figures = event_figures(store, SiteScope(1, DAY, DAY, segment=mail))
    assert [(one.times, one.share) for one in figures.events] == [(2, 0.5)]
    assert (figures.account.outside, figures.account.counted) == (1, 2)


def test_names_that_differ_in_case_and_hyphens_look_alike() -> None:
    names = [EventTotals(name, times, 1, 1, 0, 0.0, 0.0) for name, times in
             (("add_to_basket", 90), ("order", 8), ("addToBasket", 3), ("Add-to basket", 1))]  # fmt: skip
    assert look_alikes(names) == (
        ("addToBasket", "add_to_basket"), ("Add-to basket", "add_to_basket"), ("Add-to basket", "addToBasket")
    )  # fmt: skip
