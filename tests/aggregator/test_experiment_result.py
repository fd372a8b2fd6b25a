"""Results of experiments with a goal: the engine against a plain loop over the rows."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace as changed

from aggregator.answers.experiment_result import ExperimentResult, experiment_result, in_line, state_of
from aggregator.measures.goal_tests import compare_goal
from aggregator.shapes.goals import NOBODY
from aggregator.shapes.scope import Scope
from store.client import Store
from store.records import Experiment, Variant
from store.segments import Action, Goal
from tests.aggregator.build import DAY, NOON, PAGE, insert

BUTTON = Experiment(
    id="button", site="1", name="Button", pages=("/lamps",), variants=(Variant("a", "A"), Variant("b", "B")),
    goal="order", planned=50, started=DAY.isoformat(),
)  # fmt: skip
ORDER = Goal(id="order", site="1", name="Order", action=Action(what="sent", name="order"), counted="each")
SCOPE = Scope(1, ("/lamps",), "click", DAY, DAY + timedelta(days=1))
THANKS = "shop.example/thanks"
Row = dict[str, Any]


def result(store: Store, experiment: Experiment = BUTTON, goal: Goal | None = ORDER) -> ExperimentResult:
    return experiment_result(store, SCOPE, experiment, goal, DAY + timedelta(days=1))


def views(of: dict[str, int], browser: str = "Firefox", first: int = 1, **columns: Any) -> list[Row]:
    """A view for each visitor: variant → visitors."""
    rows: list[Row] = []
    for variant, n in of.items():
        for _ in range(n):
            number = first + len(rows)
            rows.append({"view": number, "visitor": number, "time": NOON, "variants": {"button": variant},
                         "browser": browser, **columns})  # fmt: skip
    return rows


def orders(visitors: range, value: float = 10.0) -> list[Row]:
    return [
        {"view": 10_000 + n, "visitor": n, "page": THANKS, "time": NOON + 1000, "name": "order", "value": value}
        for n in visitors
    ]


def test_conversion_and_value_of_each_variant(store: Store) -> None:
    insert(store, "views", views({"a": 60, "b": 60}))
    insert(store, "events", orders(range(1, 13)) + orders(range(1, 4), 5.0) + orders(range(61, 85)))
    found = result(store)
    a, b = found.arms
    assert (a.variant, a.exposed, a.times, a.value, a.value_each) == ("a", 60, 15, 135.0, 9.0)
    assert a.share is not None
    assert b.share is not None
    assert (a.share.visitors, a.share.share, b.share.visitors, b.share.share) == (12, 0.2, 24, 0.4)
    assert (a.value_per_visitor, b.value_per_visitor) == (2.25, 4.0)
    (contrast,) = found.contrasts
    assert contrast.test is not None
    assert (contrast.variant, contrast.against, contrast.test.verdict) == ("b", "a", "more")
    assert contrast.test.share.diff == pytest.approx(0.2)
    assert (found.verdict, found.state, found.early, found.smallest) == ("difference", "enough", False, 60)
    assert (found.day, found.days) == (2, None)


def test_differences_are_kept_back_before_the_planned_size(store: Store) -> None:
    insert(store, "views", views({"a": 49, "b": 60}))
    insert(store, "events", orders(range(1, 8)) + orders(range(60, 70)))
    found = result(store)
    assert (found.verdict, found.state) == ("early", "running")
    assert found.contrasts[0].test is None


def test_a_broken_split_hides_the_verdict_and_says_where_the_gap_sits(store: Store) -> None:
    insert(store, "views", views({"a": 300, "b": 300}) + views({"a": 200, "b": 80}, "Safari", 1001, device="phone"))
    insert(store, "events", orders(range(1, 200)))
    found = result(store)
    assert (found.verdict, found.state) == ("srm", "broken")
    assert found.contrasts[0].test is None
    assert {(gap.dimension, gap.value, gap.sits_here) for gap in found.gaps[:2]} == {
        ("browser", "Safari", True), ("device", "phone", True)
    }  # fmt: skip
    assert found.gaps[0].exposed == {"a": 200, "b": 80}
    # The day holds everybody: it is split wrongly, but there is nobody else to compare it with.
    assert [gap.sits_here for gap in found.gaps if gap.dimension == "day"] == [False]


def test_no_goal_and_a_variant_without_visitors_have_no_verdict(store: Store) -> None:
    insert(store, "views", views({"a": 60}))
    assert result(store).verdict == "nobody"
    assert result(store, goal=None).verdict == "no_goal"
    assert result(store, goal=None).exposed == {"a": 60, "b": 0}


def test_three_variants_are_each_compared_with_the_first(store: Store) -> None:
    three = changed(BUTTON, variants=(*BUTTON.variants, Variant("c", "C")))
    insert(store, "views", views({"a": 60, "b": 60, "c": 60}))
    insert(store, "events", orders(range(1, 13)) + orders(range(61, 75)) + orders(range(121, 150)))
    found = result(store, three)
    assert [(one.variant, one.test.verdict if one.test else None) for one in found.contrasts] == [
        ("b", "none"), ("c", "more")
    ]  # fmt: skip


def test_states_and_their_order() -> None:
    today = date(2026, 3, 10)

    def state(verdict: Any = "early", n: int = 10, **days: str) -> str:
        return state_of(changed(BUTTON, **({"started": ""} | days)), verdict, n, today)

    assert state(started="2026-03-01") == "running"
    assert state(started="2026-03-11") == "waiting"
    assert state(started="2026-03-01", ended="2026-03-09") == "ended"
    assert state("srm", started="2026-03-01", ended="2026-03-10") == "broken"
    assert state("none", 50) == "enough"
    assert state("difference", 10) == "enough"


def test_those_that_need_somebody_come_first(store: Store) -> None:
    one = result(store)
    states = ("ended", "running", "broken", "waiting", "enough")
    line = in_line(replace(one, experiment=name, state=name) for name in states)  # type: ignore[arg-type]
    assert [each.state for each in line] == ["broken", "enough", "running", "waiting", "ended"]


@pytest.mark.parametrize("seed", range(3))
def test_the_engine_agrees_with_a_plain_loop(store: Store, seed: int) -> None:
    random_ = random.Random(seed)
    rows: list[Row] = []
    for number in range(1, 401):
        rows.append({
            "view": number, "visitor": random_.randint(1, 150), "time": NOON + random_.randint(0, 36_000_000),
            "page": random_.choice([PAGE, PAGE, THANKS]), "bot": random_.choice(["", "", "", "crawler"]),
            "variants": random_.choice([{}, {"button": "a"}, {"button": "b"}, {"button": "b", "other": "x"}]),
        })  # fmt: skip
    events = [
        {"view": one["view"], "visitor": one["visitor"], "time": one["time"] + random_.randint(0, 9_000_000),
         "bot": one["bot"], "page": one["page"], "name": random_.choice(["order", "call"]),
         "value": float(random_.randint(0, 9))}
        for one in random_.sample(rows, 200)
    ]  # fmt: skip
    insert(store, "views", rows)
    insert(store, "events", events)
    counted = [r for r in rows if r["page"] == PAGE and not r["bot"] and "button" in r["variants"]]
    seen: dict[int, set[str]] = {}
    since: dict[int, int] = {}
    for row in counted:
        seen.setdefault(row["visitor"], set()).add(row["variants"]["button"])
        since[row["visitor"]] = min(since.get(row["visitor"], row["time"]), row["time"])
    arms = {}
    for key in "ab":
        of = [who for who, variants in seen.items() if variants == {key}]
        mine = {
            who: [e["value"] for e in events if e["visitor"] == who and e["name"] == "order" and not e["bot"]
                  and e["time"] >= since[who]]
            for who in of
        }  # fmt: skip
        arms[key] = replace(
            NOBODY, of=len(of), visitors=sum(bool(v) for v in mine.values()), times=sum(map(len, mine.values())),
            value=sum(map(sum, mine.values())), value_squares=sum(sum(v) ** 2 for v in mine.values()),
            times_squares=sum(len(v) ** 2 for v in mine.values()), products=sum(len(v) * sum(v) for v in mine.values()),
        )  # fmt: skip
    found = result(store, changed(BUTTON, planned=10))
    assert found.in_both == sum(len(variants) > 1 for variants in seen.values()) > 0
    for arm in found.arms:
        assert arm.share is not None
        expected = arms[arm.variant]
        assert (arm.exposed, arm.share.visitors, arm.times, arm.value) == (
            expected.of, expected.visitors, expected.times, expected.value
        )  # fmt: skip
    assert found.contrasts[0].test == compare_goal(arms["a"], arms["b"], 10)
