"""The two sides of a comparison: two maps, and one tested table of their elements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aggregator.answers.heatmap import Heatmap, asked_again, draw
from aggregator.answers.located import locate_on_one
from aggregator.answers.sample import read_sample
from aggregator.measures.variant_tests import VariantTests, Verdict, compare_variants
from aggregator.pictures.newest import IndexedSnapshot
from aggregator.pictures.pairing import pair_elements
from aggregator.placing.elements import LayoutIndex
from aggregator.queries.chosen_rows import chosen_points
from aggregator.queries.conditions import Condition, where
from aggregator.shapes.columns import Int64
from aggregator.shapes.scope import Scope
from store.client import Store

Box = tuple[float, float, float, float]  # x, y, w, h in px of the variant's picture


@dataclass(frozen=True)
class CompareRow:
    """One element: `a` of `na` and `b` of `nb` exposed visitors used it; `diff` = b/nb − a/na.

    `share_a` = a/na, `share_b` = b/nb: None in a variant that has no visitor or no such element. `low`…`high` is the
    interval of the difference, `q` the adjusted p (None where not tested), `relative` = b's share ÷ a's − 1 (None
    where nobody used it in a). A variant without the element has no box (None). An element of one variant only is
    listed, never tested.
    """

    name: str
    path: str
    key: int
    a: int
    b: int
    na: int
    nb: int
    share_a: float | None
    share_b: float | None
    diff: float
    low: float
    high: float
    relative: float | None
    q: float | None
    verdict: Verdict
    box_a: Box | None
    box_b: Box | None


@dataclass(frozen=True)
class Side:
    """One side: its map, the users of each element i64[M], and its exposed visitors."""

    map: Heatmap
    index: LayoutIndex
    users: Int64
    exposed: int


@dataclass(frozen=True)
class SideRows:
    """The rows of the elements that anyone used, and the level of their intervals (measures.variant_tests)."""

    rows: list[CompareRow]
    level: float


def read_side(
    store: Store,
    scope: Scope,
    pages: tuple[str, ...],
    picture: IndexedSnapshot,
    only: Condition | None = None,
    exposed: int | None = None,
) -> Side:
    """One side on its picture. `only`: a further condition of its points; `exposed`: if it is known already."""
    with chosen_points(store, scope, pages) as asked:
        sample = read_sample(store, asked, pages, picture.snapshot.width, only)
        visitors = sample.exposed.visitors if exposed is None else exposed
        sample = replace(sample, exposed=replace(sample.exposed, visitors=visitors))
        found = draw(store, locate_on_one(store, picture, sample))
    condition = where(scope, pages, kind=True)
    found = asked_again(found, scope, condition.only(only) if only else condition)
    users = found.counts.visitors
    # A view begun before midnight is exposed the day before: a side has at least the users it shows.
    return Side(found, picture.index, users, max(visitors, int(users.max(initial=0))))


def rows_of_sides(a: Side, b: Side, held: Verdict | None, steps: Collection[int] = ()) -> SideRows:
    """The elements that anyone used; `held` takes the place of every tested verdict.

    `steps`: keys of the elements whose use is what the sets differ in. They differ by definition and are not tested.
    """
    used = [(i, j) for i, j in pair_elements(a.index, b.index) if a.users[i] or b.users[j]]
    pairs = [(i, j) for i, j in used if int(a.map.layout.keys[i]) not in steps]
    at_a, at_b = _columns(pairs)
    tests = compare_variants(a.users[at_a], a.exposed, b.users[at_b], b.exposed)
    rows = [_row(a, b, pair, tests, n, held) for n, pair in enumerate(pairs)]
    of_steps = [pair for pair in used if pair not in set(pairs)]
    step_a, step_b = _columns(of_steps)
    untested = compare_variants(a.users[step_a], a.exposed, b.users[step_b], b.exposed)
    rows += [_row(a, b, pair, untested, n, "step") for n, pair in enumerate(of_steps)]
    at_a, at_b = _columns(used)
    rows += [_row_of_one(a, i, b, "only_a") for i in _unpaired(a.users, at_a)]
    rows += [_row_of_one(b, j, a, "only_b") for j in _unpaired(b.users, at_b)]
    rows.sort(key=lambda r: (r.verdict not in ("more", "less"), -(r.a + r.b), r.path))
    return SideRows(rows, tests.level)


def _columns(pairs: Sequence[tuple[int, int]]) -> tuple[Int64, Int64]:
    """The indices of pairs by side."""
    a, b = zip(*pairs, strict=True) if pairs else ((), ())
    return np.array(a, np.int64), np.array(b, np.int64)


def _unpaired(users: Int64, paired: Int64) -> list[int]:
    alone = users > 0
    alone[paired] = False
    return np.flatnonzero(alone).tolist()


def _row(a: Side, b: Side, pair: tuple[int, int], tests: VariantTests, n: int, held: Verdict | None) -> CompareRow:
    """The row of test `n`, of the elements `pair` in the layouts of a and b."""
    i, j = pair
    verdict = tests.verdict(n)
    return CompareRow(
        name=a.map.layout.names[i] or b.map.layout.names[j],
        path=a.map.layout.paths[i],
        key=int(a.map.layout.keys[i]),
        a=int(a.users[i]),
        b=int(b.users[j]),
        na=a.exposed,
        nb=b.exposed,
        share_a=int(a.users[i]) / a.exposed if a.exposed else None,
        share_b=int(b.users[j]) / b.exposed if b.exposed else None,
        diff=float(tests.diff[n]),
        low=float(tests.low[n]),
        high=float(tests.high[n]),
        relative=None if np.isnan(tests.relative[n]) else float(tests.relative[n]),
        q=None if held or np.isnan(tests.q[n]) else float(tests.q[n]),
        verdict=held if held == "step" or (held and verdict != "few") else verdict,
        box_a=_box(a.map, i),
        box_b=_box(b.map, j),
    )


def _row_of_one(side: Side, i: int, other: Side, verdict: Verdict) -> CompareRow:
    """The row of an element that only `side` has."""
    in_a = verdict == "only_a"
    users, share = int(side.users[i]), int(side.users[i]) / max(side.exposed, 1)
    diff = -share if in_a else share
    box = _box(side.map, i)
    return CompareRow(
        name=side.map.layout.names[i],
        path=side.map.layout.paths[i],
        key=int(side.map.layout.keys[i]),
        a=users if in_a else 0,
        b=0 if in_a else users,
        na=side.exposed if in_a else other.exposed,
        nb=other.exposed if in_a else side.exposed,
        share_a=share if side.exposed and in_a else None,
        share_b=share if side.exposed and not in_a else None,
        diff=diff,
        low=diff,
        high=diff,
        relative=None,
        q=None,
        verdict=verdict,
        box_a=box if in_a else None,
        box_b=None if in_a else box,
    )


def _box(heat: Heatmap, i: int) -> Box:
    layout = heat.layout
    return float(layout.x[i]), float(layout.y[i]), float(layout.w[i]), float(layout.h[i])


def overall(rows: list[CompareRow]) -> str:
    verdicts = {row.verdict for row in rows}
    if verdicts & {"more", "less"}:
        return "difference"
    return "none" if "none" in verdicts else "few"
