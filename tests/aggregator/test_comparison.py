"""Two variants on the real engine: one scale, tested rows, and when there is no verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest

from aggregator.answers.comparison import Comparison, comparison
from aggregator.shapes.scope import BadScope, Scope
from store.client import Store
from store.layouts import Layout, path_key
from store.records import Experiment, Variant
from store.snapshots import Snapshot, Snapshots, new_id
from tests.aggregator.build import DAY, NOON, PAGE, fp, insert, insert_elements, layout, record_id

BUY = ("a#buy", fp(id="buy", text="Buy", href="/buy"))
HELP = ("nav>a:1", fp(text="Help", href="/help"))
HELP_B = ("footer>a:1", fp(text="Help", href="/help"))
NEW = ("a#new", fp(id="new", text="New"))
RARE = ("a#rare", fp(id="rare", text="Rare"))
LAYOUT_A = layout((*BUY, (0, 0, 100, 40)), (*HELP, (200, 0, 50, 20)), (*RARE, (300, 0, 50, 20)))
LAYOUT_B = layout(
    (*BUY, (0, 500, 100, 40)), (*HELP_B, (0, 1900, 50, 20)), (*NEW, (0, 700, 50, 20)), (*RARE, (300, 0, 50, 20))
)
EXPERIMENT = Experiment(
    id="exp", site="1", name="Button", pages=("/lamps",), variants=(Variant("a", "As is"), Variant("b", "Below"))
)
N = 400


def fill(store: Store, na: int = N, nb: int = N, both: int = 0) -> None:
    """`na` visitors of a from 1, `nb` of b from 10,000; the first `both` of a see b as well."""
    a = {"variants": {"exp": "a"}}
    b = {"variants": {"exp": "b"}}
    insert(store, "views", [{"visitor": v, "view": v, **a} for v in range(1, na + 1)])
    insert(store, "views", [{"visitor": v, "view": v, **b} for v in range(10_000, 10_000 + nb)])
    insert(store, "views", [{"visitor": v, "view": v + 50_000, **b} for v in range(1, both + 1)])
    insert(store, "views", [{"visitor": 90_000, "view": 90_000}])  # before or outside the experiment
    insert_elements(store, [BUY, HELP, HELP_B, NEW, RARE])

    def click(element: tuple[str, str], visitors: range, of: dict[str, Any]) -> None:
        who = {"key": path_key(element[0]), "record": record_id(*element)} | of
        insert(store, "points", [{"visitor": v, "view": v} | who for v in visitors])

    click(BUY, range(1, 61), a)
    click(BUY, range(1, 2), a)
    click(BUY, range(10_000, 10_120), b)
    click(HELP, range(1, 41), a)
    click(HELP_B, range(10_000, 10_040), b)
    click(NEW, range(10_000, 10_030), b)
    click(RARE, range(1, 4), a)


def pictures(store: Store) -> None:
    for variant, on in (("exp=a", LAYOUT_A), ("exp=b", LAYOUT_B)):
        take(store, on, variant)


def take(store: Store, on: Layout, variant: str) -> None:
    snapshot = Snapshot(new_id(), 1, PAGE, 1000, variant, "", "", NOON, on.height, 800, "")
    Snapshots(store).save(snapshot, on, [])


def ask(store: Store, **experiment: Any) -> Comparison:
    scope = Scope(1, (PAGE,), "click", DAY, DAY)
    return comparison(store, Snapshots(store), scope, msgspec.structs.replace(EXPERIMENT, **experiment), 1000)


def test_rows_are_matched_tested_and_listed(store: Store) -> None:
    pictures(store)
    fill(store)
    found = ask(store)
    rows = {row.path: row for row in found.rows}
    buy = rows[BUY[0]]
    assert (buy.a, buy.b, buy.na, buy.nb, buy.verdict) == (60, 120, N, N, "more")
    assert buy.diff == pytest.approx(0.15)
    assert buy.relative == pytest.approx(1.0)
    assert 0 < buy.low < 0.15 < buy.high
    assert buy.q is not None
    assert buy.q < 0.001
    assert (buy.box_a, buy.box_b) == ((0, 0, 100, 40), (0, 500, 100, 40))
    moved = rows[HELP[0]]  # its key differs between the variants
    assert (moved.a, moved.b, moved.verdict, moved.box_b) == (40, 40, "none", (0, 1900, 50, 20))
    assert (rows[NEW[0]].verdict, rows[NEW[0]].q, rows[NEW[0]].box_a) == ("only_b", None, None)
    assert rows[RARE[0]].verdict == "few"
    assert found.rows[0] is buy
    assert (found.verdict, found.both, found.exposed) == ("difference", 0, {"a": N, "b": N})
    assert found.srm == pytest.approx(1.0)
    assert found.arms[0].scale == found.arms[1].scale == found.scale
    tops = [float(arm.grid.values.max()) for arm in found.arms]
    assert tops[1] == pytest.approx(2 * tops[0], rel=0.05)
    assert [w.code for w in found.warnings] == ["no_planned_size"]


def test_visitors_of_both_variants_are_left_out_and_counted(store: Store) -> None:
    pictures(store)
    fill(store, both=10)
    found = ask(store)
    assert (found.both, found.exposed) == (10, {"a": N - 10, "b": N})
    buy = next(row for row in found.rows if row.path == BUY[0])
    assert (buy.a, buy.na) == (50, N - 10)
    assert found.arms[0].visitors == N - 10
    assert found.arms[0].account.received == found.arms[0].account.outside + found.arms[0].account.drawn
    assert found.warnings[0].values == {"n": 10, "share": round(10 / (2 * N), 4)}


def test_no_verdict_before_the_planned_size(store: Store) -> None:
    pictures(store)
    fill(store)
    found = ask(store, planned=N + 1)
    assert (found.verdict, found.planned) == ("early", N + 1)
    assert {row.verdict for row in found.rows} == {"early", "only_b", "few"}
    assert all(row.q is None for row in found.rows)
    assert ask(store, planned=N).verdict == "difference"


def test_a_broken_split_hides_the_verdicts(store: Store) -> None:
    pictures(store)
    fill(store, na=N, nb=N // 2)
    found = ask(store)
    assert found.srm is not None
    assert found.srm < 0.001
    assert found.verdict == "srm"
    assert not {row.verdict for row in found.rows} & {"more", "less", "none"}
    assert ask(store, variants=(Variant("a", "A", 2.0), Variant("b", "B", 1.0))).verdict == "difference"


def test_one_picture_for_both_variants(store: Store) -> None:
    take(store, LAYOUT_A, "")
    fill(store)
    found = ask(store)
    assert {row.verdict for row in found.rows} == {"more", "less", "few"}  # b's other link is not on a's picture
    assert [(w.code, w.values) for w in found.warnings[:2]] == [
        ("variant_picture_missing", {"variant": "a"}),
        ("variant_picture_missing", {"variant": "b"}),
    ]


def test_a_variant_without_visitors(store: Store) -> None:
    take(store, LAYOUT_A, "")
    fill(store, nb=0)
    store.command("TRUNCATE TABLE points")
    found = ask(store)
    assert (found.verdict, found.rows) == ("nobody", [])
    assert np.all(found.arms[1].grid.values == 0)


def test_comparisons_that_are_refused(store: Store) -> None:
    with pytest.raises(BadScope, match="needs two"):
        ask(store, variants=(Variant("a", "A"),))
    scope = Scope(1, (PAGE,), "click", DAY, DAY)
    with pytest.raises(BadScope, match="no variant 'z'"):
        comparison(store, Snapshots(store), scope, EXPERIMENT, 1000, pair=("a", "z"))
    with pytest.raises(BadScope, match="reach map"):
        comparison(store, Snapshots(store), replace(scope, kind="scroll"), EXPERIMENT, 1000)
