"""Two sets of visitors that were not split at random: periods, segments, devices, outcomes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from aggregator.answers.sets import SetComparison, compare_sets
from aggregator.answers.sets_figures import sets_figures
from aggregator.measures.variant_tests import compare_variants
from aggregator.queries.overlap import read_overlap
from aggregator.shapes.scope import BadScope, Scope
from store.client import Store
from store.layouts import path_key
from store.segments import Action, Goal, Group, Rule
from store.snapshots import Snapshot, Snapshots, new_id
from tests.aggregator.build import DAY, NOON, PAGE, fp, insert, insert_elements, layout, record_id

DAY_MS = 86_400_000
BUY = ("a#buy", fp(id="buy", text="Buy"))
HELP = ("a#help", fp(id="help", text="Help"))
LAYOUT = layout((*BUY, (0, 0, 100, 40)), (*HELP, (200, 0, 50, 20)))
THAT_DAY = Scope(1, (PAGE,), "click", DAY, DAY)
DAY_BEFORE = replace(THAT_DAY, since=DAY - timedelta(days=1), until=DAY - timedelta(days=1))


def picture(store: Store) -> None:
    snapshot = Snapshot(new_id(), 1, PAGE, 1000, "", "", "", NOON, LAYOUT.height, 800, "")
    Snapshots(store).save(snapshot, LAYOUT, [])
    insert_elements(store, [BUY, HELP])


def visits(store: Store, visitors: range, clicked: range, time: int = NOON, **of: object) -> None:
    """A view of each visitor, and a click on Buy by those of `clicked`."""
    insert(store, "views", [{"visitor": v, "view": v + time % 977, "time": time, **of} for v in visitors])
    on_buy = {"key": path_key(BUY[0]), "record": record_id(*BUY)}
    insert(store, "points", [{"visitor": v, "view": v + time % 977, "time": time, **on_buy} for v in clicked])


def ask(store: Store, a: Scope, b: Scope, *goals: Goal, steps: tuple[int, ...] = ()) -> SetComparison:
    return compare_sets(store, Snapshots(store), (a, b), (1000, 1000), goals=goals, steps=steps)


def test_periods_are_compared_by_visitor(store: Store) -> None:
    picture(store)
    visits(store, range(1, 401), range(1, 61), NOON - DAY_MS)
    visits(store, range(301, 701), range(301, 421))
    found = ask(store, DAY_BEFORE, THAT_DAY)
    (buy,) = found.rows
    assert (buy.a, buy.na, buy.b, buy.nb, buy.verdict) == (60, 400, 120, 400, "more")
    assert buy.diff == pytest.approx(0.15)
    assert (found.verdict, found.level, found.both) == ("difference", 0.95, 100)
    assert [w.code for w in found.warnings] == ["not_random", "in_both_sets"]
    figures = sets_figures(found)
    assert figures.both_share == pytest.approx(100 / 700)
    assert [one.reach.views for one in figures.sets] == [400, 400]
    assert found.sets[0].heat.scale == found.sets[1].heat.scale == found.scale


def test_segment_against_the_rest(store: Store) -> None:
    picture(store)
    visits(store, range(1, 201), range(1, 101), channel="mail")
    visits(store, range(1001, 1401), range(1001, 1041))
    mail = Group(rules=(Rule(what="channel", values=("mail",)),))
    rest = Group(match="none", groups=(mail,))
    found = ask(store, replace(THAT_DAY, segment=rest), replace(THAT_DAY, segment=mail))
    (buy,) = found.rows
    assert (buy.a, buy.na, buy.b, buy.nb, found.both) == (40, 400, 100, 200, 0)
    assert [one.heat.account.outside for one in found.sets] == [100, 40]


def test_goals_and_frustration_are_compared(store: Store) -> None:
    picture(store)
    visits(store, range(1, 201), range(1, 51), NOON - DAY_MS)
    visits(store, range(1001, 1201), range(1001, 1101))
    dead = {"effect": 0, "effect_ms": 0, "key": path_key(BUY[0]), "record": record_id(*BUY)}
    insert(store, "points", [{"visitor": v, "view": v + NOON % 977, "time": NOON, **dead} for v in range(1001, 1041)])
    bought = Goal(id="buy", site="1", name="Bought", action=Action(what="clicked", element=f"{path_key(BUY[0]):016x}"))
    found = ask(store, DAY_BEFORE, THAT_DAY, bought)
    (goal,) = found.goals
    assert (goal.shares.a, goal.shares.na, goal.shares.b, goal.shares.nb) == (50, 200, 100, 200)
    assert goal.shares.diff == pytest.approx(0.25)
    assert goal.shares.low < 0.25 < goal.shares.high
    assert (found.frustrated.a, found.frustrated.b) == (0, 40)
    assert found.frustrated.p is not None
    assert found.frustrated.p < 0.001


def test_the_step_itself_is_not_a_finding(store: Store) -> None:
    picture(store)
    visits(store, range(1, 401), range(1, 61), NOON - DAY_MS)
    visits(store, range(1001, 1401), range(1001, 1121))
    found = ask(store, DAY_BEFORE, THAT_DAY, steps=(path_key(BUY[0]),))
    (buy,) = found.rows
    assert (buy.verdict, buy.q, found.verdict) == ("step", None, "few")
    assert buy.diff == pytest.approx(0.15)


def test_an_empty_set_has_no_verdict(store: Store) -> None:
    picture(store)
    visits(store, range(1, 30), range(1, 20))
    assert ask(store, replace(THAT_DAY, device="phone"), THAT_DAY).verdict == "nobody"
    with pytest.raises(BadScope):
        ask(store, replace(THAT_DAY, kind="scroll"), THAT_DAY)


def test_visitors_in_both_sets_are_counted(store: Store) -> None:
    visits(store, range(1, 11), range(0), NOON - DAY_MS)
    visits(store, range(6, 21), range(0))
    assert read_overlap(store, DAY_BEFORE, THAT_DAY, (PAGE,)) == 5


@pytest.mark.parametrize("kind", ["period", "segment", "device"])
def test_identical_sets_rarely_differ(store: Store, kind: str) -> None:
    """A/A with bursts of clicks; the share of such comparisons with a flag is simulated in docs/statistics.md."""
    elements = [(f"a#e{n}", fp(id=f"e{n}")) for n in range(20)]
    on = layout(*((*one, (0, 30 * n, 100, 20)) for n, one in enumerate(elements)))
    Snapshots(store).save(Snapshot(new_id(), 1, PAGE, 1000, "", "", "", NOON, on.height, 800, ""), on, [])
    insert_elements(store, elements)
    random = np.random.default_rng(["period", "segment", "device"].index(kind))
    rows, clicks = [], []
    for visitor in range(1, 4001):
        group = visitor % 2
        where = {
            "time": NOON - DAY_MS * group if kind == "period" else NOON,
            "channel": ("mail", "search")[group] if kind == "segment" else "direct",
            "device": ("phone", "desktop")[group] if kind == "device" else "desktop",
        }
        rows.append({"visitor": visitor, "view": visitor, **where})
        for n in np.flatnonzero(random.random(20) < 0.05):
            of = {"key": path_key(elements[n][0]), "record": record_id(*elements[n])}
            at = {"time": where["time"], "device": where["device"]}
            times = 1 + (random.random() < 0.1) * random.integers(3, 20)
            clicks += [{"visitor": visitor, "view": visitor, **at, **of}] * int(times)
    insert(store, "views", rows)
    insert(store, "points", clicks)
    scopes = {
        "period": (DAY_BEFORE, THAT_DAY),
        "segment": tuple(
            replace(THAT_DAY, segment=Group(rules=(Rule(what="channel", values=(one,)),))) for one in ("mail", "search")
        ),
        "device": (replace(THAT_DAY, device="phone"), replace(THAT_DAY, device="desktop")),
    }[kind]
    found = ask(store, *scopes)
    assert len(found.rows) == 20
    assert all(row.na + row.nb == 4000 for row in found.rows)
    assert [row.path for row in found.rows if row.verdict in ("more", "less")] == []


@pytest.mark.parametrize(("na", "nb", "shared"), [(4000, 4000, 0), (6000, 1500, 0), (4000, 4000, 800)])
def test_any_element_of_identical_sets_is_flagged_in_at_most_8_percent(na: int, nb: int, shared: int) -> None:
    """A/A, 40 elements, 200 comparisons, fixed seed: sets of equal and unequal size, and two that share visitors, whose
    habits are then the same in both."""
    random, shares, flagged = np.random.default_rng(17), np.geomspace(0.12, 0.01, 40), 0
    for _ in range(200):
        active = random.gamma(0.6, 1 / 0.6, na + nb - shared)
        of_a, of_b = active[:na], active[-nb:]
        users = [np.array([(random.random(len(of)) < share * of).sum() for share in shares]) for of in (of_a, of_b)]
        flagged += bool(compare_variants(users[0], na, users[1], nb).flagged.any())
    assert flagged / 200 <= 0.08
