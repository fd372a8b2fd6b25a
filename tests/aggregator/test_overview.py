"""The overview of a site: every figure against a plain loop over the stored views."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from statistics import median
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.answers.overview import AskedOverview, overview
from aggregator.queries.overview import read_site_visits, read_visitor_account
from aggregator.shapes.overview import SPLITS, ListedValues, VisitorAccount, VisitTotals
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.segments import Action, Goal, Group, Rule
from store.zones import Zone
from tests.aggregator.build import DAY, NOON, insert

MINUTE = 60_000
PARIS = Zone("Europe/Paris")
SCOPE = SiteScope(1, DAY - timedelta(days=1), DAY + timedelta(days=1), zone=PARIS)
PAGES = ("shop.example/", "shop.example/lamps", "shop.example/basket")

Row = Mapping[str, Any]


def visits(rows: Iterable[Row]) -> list[list[Row]]:
    """The views of each visitor, cut where more than half an hour passed."""
    made: list[list[Row]] = []
    for row in sorted(rows, key=lambda one: (one["visitor"], one["time"], one["view"])):
        last = made[-1][-1] if made else None
        if last is None or last["visitor"] != row["visitor"] or row["time"] - last["time"] > 30 * MINUTE:
            made.append([])
        made[-1].append(row)
    return made


def values_of(visit: Sequence[Row], by: str, people: Sequence[Row]) -> set[str]:
    if by == "visitor":
        own = [row["time"] for row in people if row["visitor"] == visit[0]["visitor"]]
        return {"returning" if min(own) < visit[0]["time"] else "new"}
    if by == "saw":
        return {row["page"] for row in visit}
    if by in ("landing", "exit"):
        return {visit[0 if by == "landing" else -1]["page"]}
    return {visit[0][by]}


LAMPS = Goal(id="lamps", site="1", name="Lamps", action=Action(what="saw", page="/lamps"))
SOON = Goal(id="soon", site="1", name="Soon", within_days=1, action=Action(what="stayed", least=10))


def reached(goal: Goal, visitor: int, since: int, rows: Sequence[Row], on: str = "") -> bool:
    """Whether a visitor did what the goal asks for, in time; `on`: on that day."""
    until = since + goal.within_days * 24 * 60 * MINUTE if goal.within_days else 2**63
    return any(
        row["visitor"] == visitor
        and since <= row["time"] < until
        and (not on or day([row]) == on)
        and (row["page"] == PAGES[1] if goal is LAMPS else row["engaged_ms"] >= 10_000)
        for row in rows
    )


def reached_by(goals: Sequence[Goal], found: Sequence[Sequence[Row]], rows: Sequence[Row], on: str = "") -> list[int]:
    since: dict[int, int] = {}
    for visit in found:
        since[visit[0]["visitor"]] = min(visit[0]["time"], since.get(visit[0]["visitor"], 2**63))
    return [sum(reached(goal, who, at, rows, on) for who, at in since.items()) for goal in goals]


def totals(found: Sequence[Sequence[Row]]) -> dict[str, Any]:
    of: dict[int, list[Sequence[Row]]] = defaultdict(list)
    for visit in found:
        of[visit[0]["visitor"]].append(visit)
    bounces = {visitor: sum(map(bounced, own)) for visitor, own in of.items()}
    return {
        "visitors": len(of),
        "visits": len(found),
        "views": sum(map(len, found)),
        "bounced": sum(bounces.values()),
        "visits_squared": sum(len(own) ** 2 for own in of.values()),
        "views_squared": sum(sum(map(len, own)) ** 2 for own in of.values()),
        "bounced_squared": sum(n * n for n in bounces.values()),
        "bounced_by_visits": sum(bounces[visitor] * len(own) for visitor, own in of.items()),
    }


def bounced(visit: Sequence[Row]) -> bool:
    return len(visit) == 1 and visit[0]["clicks"] == 0 and visit[0]["engaged_ms"] < 10_000


def day(visit: Sequence[Row]) -> str:
    return str(PARIS.day(visit[0]["time"]))


def plain(found: VisitTotals, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(found, name) for name in names}


def check(store: Store, rows: Sequence[Row]) -> None:
    """Every figure of the engine is that of the loop."""
    counted = visits(row for row in rows if not row["bot"] and not row["excluded"])
    people = [row for row in rows if not row["bot"] and not row["excluded"]]
    goals = (LAMPS, SOON)
    found = read_site_visits(store, SCOPE, ListedValues(most=100), goals)
    assert list(found.totals.reached or (0, 0)) == reached_by(goals, counted, people)
    assert plain(found.totals, totals(counted)) == totals(counted)
    if counted:
        assert found.totals.engaged_ms == median(sum(row["engaged_ms"] for row in visit) for visit in counted)
        assert found.totals.engaged_low <= found.totals.engaged_ms <= found.totals.engaged_high
    days = {day(visit): [one for one in counted if day(one) == day(visit)] for visit in counted}
    assert {name: plain(one, totals([])) for name, one in found.days.items()} == {
        name: totals(of) for name, of in days.items()
    }
    for name, one in found.days.items():
        assert list(one.reached) == reached_by(goals, days[name], people, name)
    for by in SPLITS:
        values = sorted({value for visit in counted for value in values_of(visit, by, people)})
        rows_of = {one.value: one for one in found.splits if one.by == by}
        assert sorted(rows_of) == values, by
        for value, one in rows_of.items():
            expected = totals([visit for visit in counted if value in values_of(visit, by, people)])
            assert plain(one.totals, expected) == expected, (by, value)
            assert one.values == len(values)
            of = [visit for visit in counted if value in values_of(visit, by, people)]
            assert list(one.totals.reached) == reached_by(goals, of, people)


view = st.fixed_dictionaries(
    {
        "visitor": st.integers(1, 6),
        "time": st.integers(NOON - 20 * 60 * MINUTE, NOON + 20 * 60 * MINUTE),
        "page": st.sampled_from(PAGES),
        "channel": st.sampled_from(("direct", "mail")),
        "source": st.sampled_from(("", "newsletter")),
        "device": st.sampled_from(("phone", "desktop")),
        "engaged_ms": st.sampled_from((0, 9_999, 10_000, 60_000)),
        "clicks": st.sampled_from((0, 0, 3)),
        "bot": st.sampled_from(("", "", "", "crawler")),
        "excluded": st.sampled_from((0, 0, 0, 1)),
    }
)
OTHERS = {
    "medium": "", "campaign": "", "referrer": "", "browser": "Firefox", "os": "Linux", "country": "", "language": "en"
}  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(view, max_size=14))
def test_every_figure_is_that_of_a_plain_loop(store: Store, rows: list[dict[str, Any]]) -> None:
    store.command("TRUNCATE TABLE views")
    full = [{**OTHERS, **row, "view": n} for n, row in enumerate(rows)]
    insert(store, "views", full)
    check(store, full)


def test_views_exactly_half_an_hour_apart_are_one_visit(store: Store) -> None:
    rows = [{**OTHERS, "visitor": 1, "view": n, "time": at, "page": PAGES[0], "channel": "mail", "source": "",
             "device": "phone", "engaged_ms": 1, "clicks": 0, "bot": "", "excluded": 0}
            for n, at in enumerate((NOON, NOON + 30 * MINUTE, NOON + 60 * MINUTE + 1))]  # fmt: skip
    insert(store, "views", rows)
    assert read_site_visits(store, SCOPE, ListedValues()).totals.visits == 2
    check(store, rows)


def test_the_busiest_values_are_listed_and_all_are_counted(store: Store) -> None:
    insert(store, "views", [
        {"visitor": n, "view": n, "time": NOON + n, "source": f"s{n % 7 if n < 40 else 7 + n}"} for n in range(60)
    ])  # fmt: skip
    short = read_site_visits(store, SCOPE, ListedValues(most=3))
    assert [(one.value, one.values) for one in short.splits if one.by == "source"] == [
        ("s0", 27), ("s1", 27), ("s2", 27)
    ]  # fmt: skip
    whole = read_site_visits(store, SCOPE, ListedValues(most=3, whole="source"))
    assert len([one for one in whole.splits if one.by == "source"]) == 27
    only = read_site_visits(store, SCOPE, ListedValues(only=(("source", "s5"), ("source", "gone"))))
    assert [(one.by, one.value, one.totals.visitors) for one in only.splits] == [("source", "s5", 5)]
    assert only.totals.visitors == 60


def test_the_account_of_visitors_closes(store: Store) -> None:
    insert(store, "views", [
        {"visitor": 1, "view": 1, "channel": "mail"},
        {"visitor": 1, "view": 2, "bot": "crawler"},
        {"visitor": 2, "view": 3, "channel": "direct"},
        {"visitor": 3, "view": 4, "bot": "headless"},
        {"visitor": 4, "view": 5, "excluded": 1},
        {"visitor": 5, "view": 6, "excluded": 1, "channel": "mail"},
        {"visitor": 5, "view": 7, "channel": "mail"},
    ])  # fmt: skip
    mail = Group(rules=(Rule(what="channel", values=("mail",)),))
    found = read_visitor_account(store, SiteScope(1, DAY, DAY, segment=mail))
    assert (found.received, found.bots, found.excluded, found.outside, found.counted) == (5, 1, 1, 1, 2)
    everybody = read_visitor_account(store, SiteScope(1, DAY, DAY))
    assert (everybody.outside, everybody.counted) == (0, 3)


def test_a_first_answer_is_ten_times_what_a_tenth_of_the_visitors_did(store: Store) -> None:
    tenth = 2**64 // 10
    rows = [
        {**OTHERS, "visitor": n if n % 3 else tenth + n, "view": 2 * n + again, "time": NOON + n + again * 90 * MINUTE,
         "page": PAGES[n % 3], "channel": "mail" if n % 2 else "direct", "source": "", "device": "phone",
         "engaged_ms": n, "clicks": 0, "bot": "crawler" if n == 1 else "", "excluded": 0}
        for n in range(1, 60) for again in range(1 + n % 2)
    ]  # fmt: skip
    insert(store, "views", rows)
    asked = AskedOverview(ListedValues(most=100), (LAMPS,), LAMPS.id)
    found = overview(store, replace(SCOPE, tenth=True), asked)
    few = [row for row in rows if row["visitor"] < tenth]
    people = [row for row in few if not row["bot"]]
    counted = visits(people)
    assert found.one_in == 10
    assert found.account == VisitorAccount(400, 10, 0, 0, 390)
    figures = {one.name: one for one in found.figures}
    assert figures["visits"].value == 10 * len(counted)
    assert figures["visits"].low < 10 * len(counted) < figures["visits"].high
    assert figures["bounce"].value == totals(counted)["bounced"] / len(counted)
    assert figures["goal:lamps"].hits == 10 * reached_by([LAMPS], counted, people)[0]
    assert sum(day.visits for day in found.days) == 10 * len(counted)
    mail = next(row for table in found.splits if table.by == "channel" for row in table.rows if row.value == "mail")
    assert mail.visitors == 10 * len({row["visitor"] for row in people if row["channel"] == "mail"})


def test_everyone_stands_beside_the_figures_of_a_segment(store: Store) -> None:
    insert(store, "views", [
        {"visitor": n, "view": 10 * n + m, "time": NOON + n + m, "channel": "mail" if n % 3 == 0 else "direct",
         "device": "phone" if n % 2 else "desktop", "engaged_ms": 1_000 * n, "clicks": 0, "source": f"s{n % 2}"}
        for n in range(1, 31) for m in range(1 + n % 2)
    ])  # fmt: skip
    mail = Group(rules=(Rule(what="channel", scope="visit", values=("mail",)),))
    asked = AskedOverview(ListedValues(most=100))
    found = overview(store, replace(SCOPE, segment=mail, device="phone"), asked)
    everyone = overview(store, replace(SCOPE, device="phone"), asked)
    assert [one.everyone for one in found.figures] == [one.value for one in everyone.figures]
    assert {one.everyone for one in everyone.figures} == {None}
    rates = {(table.by, row.value): (row.visitors, row.rate) for table in everyone.splits for row in table.rows}
    rows = [(table.by, row) for table in found.splits for row in table.rows]
    assert rows
    for by, row in rows:
        assert (row.everyone_visitors, row.everyone_rate) == rates[by, row.value]


def test_only_the_splits_that_are_asked_for_are_read(store: Store) -> None:
    insert(store, "views", [{"visitor": 1, "view": 1, "time": NOON, "channel": "mail"}])
    found = read_site_visits(store, SCOPE, ListedValues(splits=("device", "exit")))
    assert [one.by for one in found.splits] == ["exit", "device"]


def test_a_line_has_the_visitors_that_its_filter_leaves(store: Store) -> None:
    """Also of those who came back: a week before the period counts as an earlier visit."""
    week = 7 * 24 * 60 * MINUTE
    insert(store, "views", [
        *({"visitor": n, "view": n, "time": NOON + n, "channel": "mail" if n % 2 else "direct", "page": PAGES[n % 3],
           "device": "phone" if n % 4 else "desktop"} for n in range(1, 31)),
        *({"visitor": n, "view": 100 + n, "time": NOON - week} for n in range(1, 8)),
        *({"visitor": n, "view": 200 + n, "time": NOON + 60 * MINUTE, "channel": "mail"} for n in range(5, 12)),
    ])  # fmt: skip
    found = read_site_visits(store, SCOPE, ListedValues(most=100))
    of = {(one.by, one.value): one.totals.visitors for one in found.splits}
    assert of["visitor", "returning"] == 11
    for by, value in of:
        if by != "device" and value:
            rule = Rule(what=by, scope="visit", values=(value,))
            narrowed = read_site_visits(store, replace(SCOPE, segment=Group(rules=(rule,))), ListedValues())
            assert narrowed.totals.visitors == of[by, value], (by, value)
