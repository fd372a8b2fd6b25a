"""Two variants of a page side by side: two maps on one scale, and one tested table."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from aggregator.answers.explain import MapWarning
from aggregator.answers.heatmap import Heatmap, draw
from aggregator.answers.sample import read_sample
from aggregator.grids.scale import Scale, scale_for
from aggregator.measures.elements_table import visitors_per_element
from aggregator.measures.statistics import srm
from aggregator.measures.variant_tests import VariantTests, Verdict, compare_variants
from aggregator.pictures.newest import newest_picture
from aggregator.pictures.pairing import pair_elements
from aggregator.placing.elements import LayoutIndex
from aggregator.queries.exposure import read_seen_variants
from aggregator.queries.pages import resolve_pages
from aggregator.shapes.columns import Int64, UInt64
from aggregator.shapes.scope import BadScope, Scope
from store.client import Store
from store.records import Experiment
from store.snapshots import Snapshots

SRM_ALARM = 0.001
SRM_FROM = 100  # exposed visitors: below, the check says nothing

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
class Comparison:
    """`arms`: (a, b), the first two variants of the experiment, on one `scale`.

    `srm`: p of the planned shares against the exposed visitors of all variants (None below 100); `both`: visitors
    seen in more than one variant, left out of everything. `verdict`: `srm` (the split is broken: no verdicts),
    `nobody` (a variant has no visitors), `early` (planned size not reached), `few` (nothing could be tested),
    `difference`, `none`.
    """

    experiment: Experiment
    arms: tuple[Heatmap, Heatmap]
    scale: Scale
    rows: list[CompareRow]
    srm: float | None
    both: int
    exposed: dict[str, int]  # variant → exposed visitors without those in both
    planned: int
    verdict: str
    warnings: list[MapWarning]


def comparison(
    store: Store,
    snapshots: Snapshots,
    scope: Scope,
    experiment: Experiment,
    width: int,
    state: str = "",
    pair: tuple[str, str] | None = None,
) -> Comparison:
    """Compare two variants: those of `pair`, or the first two. NoSnapshot and BadScope as for a heatmap."""
    a, b = _compared(experiment, pair)
    if scope.kind == "scroll":
        raise BadScope("Variants are compared by click or hover; ask for the reach map of each.")
    pages = resolve_pages(store, scope.site, scope.pages)
    split = _read_split(store, replace(scope, variant=None), pages, experiment)
    sides = [
        _read_side(store, snapshots, replace(scope, variant=(experiment.id, key)), pages, (width, state), split)
        for key in (a, b)
    ]
    maps = sides[0].map, sides[1].map
    scale = scale_for([one.grid for one in maps], scope.kind)
    p = _srm(experiment, split.exposed)
    smallest = min(split.exposed[a], split.exposed[b])
    held: Verdict | None = None
    if p is not None and p < SRM_ALARM:
        held = "srm"
    elif smallest < experiment.planned:
        held = "early"
    rows = _rows(sides[0], sides[1], held)
    return Comparison(
        experiment=experiment,
        arms=(replace(maps[0], scale=scale), replace(maps[1], scale=scale)),
        scale=scale,
        rows=rows,
        srm=p,
        both=len(split.in_both),
        exposed=split.exposed,
        planned=experiment.planned,
        verdict="nobody" if smallest == 0 else held or _overall(rows),
        warnings=_warnings(experiment, maps, split),
    )


def _compared(experiment: Experiment, pair: tuple[str, str] | None) -> tuple[str, str]:
    """The keys of the two variants to compare."""
    keys = [variant.key for variant in experiment.variants]
    if len(keys) < 2:
        raise BadScope(f"Experiment {experiment.name!r} has one variant: a comparison needs two.")
    a, b = pair or (keys[0], keys[1])
    for key in (a, b):
        if key not in keys:
            raise BadScope(f"Experiment {experiment.name!r} has no variant {key!r}: it has {', '.join(keys)}.")
    return a, b


@dataclass(frozen=True)
class _Split:
    """Who saw which variant: `in_both` (sorted ids) saw more than one, `exposed` are those of one alone, by variant,
    and `visitors` is how many there are of both sorts together."""

    in_both: UInt64
    exposed: dict[str, int]
    visitors: int


def _read_split(store: Store, scope: Scope, pages: tuple[str, ...], experiment: Experiment) -> _Split:
    visitors, seen = read_seen_variants(store, scope, pages, experiment.id)
    in_both = np.sort(visitors[[len(variants) > 1 for variants in seen]]) if len(visitors) else visitors
    exposed = {v.key: sum(variants == [v.key] for variants in seen) for v in experiment.variants}
    return _Split(in_both, exposed, len(visitors))


@dataclass(frozen=True)
class _Side:
    """One variant: its map, the users of each element i64[M], and its exposed visitors."""

    map: Heatmap
    index: LayoutIndex
    users: Int64
    exposed: int


def _read_side(
    store: Store,
    snapshots: Snapshots,
    scope: Scope,
    pages: tuple[str, ...],
    drawn_on: tuple[int, str],
    split: _Split,
) -> _Side:
    """`scope` is of one variant; `drawn_on` is (width, state) of the picture."""
    picture = newest_picture(snapshots, scope, pages, *drawn_on)
    sample = read_sample(store, scope, pages, picture.snapshot.width, split.in_both)
    exposed = split.exposed[scope.variant[1] if scope.variant else ""]
    found = draw(store, picture, replace(sample, exposed=replace(sample.exposed, visitors=exposed)))
    users = visitors_per_element(found.points, found.placed, found.layout)
    # A view begun before midnight is exposed the day before: a variant has at least the users it shows.
    return _Side(found, picture.index, users, max(exposed, int(users.max(initial=0))))


def _srm(experiment: Experiment, exposed: dict[str, int]) -> float | None:
    shares = [variant.share for variant in experiment.variants]
    if sum(exposed.values()) < SRM_FROM or min(shares) <= 0:
        return None
    return srm([exposed[variant.key] for variant in experiment.variants], shares)


def _rows(a: _Side, b: _Side, held: Verdict | None) -> list[CompareRow]:
    """The elements that anyone used; `held` takes the place of every tested verdict."""
    pairs = [(i, j) for i, j in pair_elements(a.index, b.index) if a.users[i] or b.users[j]]
    at_a, at_b = (np.array(side, np.int64) for side in (list(zip(*pairs, strict=True)) or [(), ()]))
    tests = compare_variants(a.users[at_a], a.exposed, b.users[at_b], b.exposed)
    rows = [_row(a, b, pair, tests, n, held) for n, pair in enumerate(pairs)]
    rows += [_row_of_one(a, i, b, "only_a") for i in _unpaired(a.users, at_a)]
    rows += [_row_of_one(b, j, a, "only_b") for j in _unpaired(b.users, at_b)]
    return sorted(rows, key=lambda r: (r.verdict not in ("more", "less"), -(r.a + r.b), r.path))


def _unpaired(users: Int64, paired: Int64) -> list[int]:
    alone = users > 0
    alone[paired] = False
    return np.flatnonzero(alone).tolist()


def _row(a: _Side, b: _Side, pair: tuple[int, int], tests: VariantTests, n: int, held: Verdict | None) -> CompareRow:
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
        verdict=held if held and verdict != "few" else verdict,
        box_a=_box(a.map, i),
        box_b=_box(b.map, j),
    )


def _row_of_one(side: _Side, i: int, other: _Side, verdict: Verdict) -> CompareRow:
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


def _overall(rows: list[CompareRow]) -> str:
    verdicts = {row.verdict for row in rows}
    if verdicts & {"more", "less"}:
        return "difference"
    return "none" if "none" in verdicts else "few"


def _warnings(experiment: Experiment, maps: tuple[Heatmap, Heatmap], split: _Split) -> list[MapWarning]:
    # On a picture of the other variant, what moved or is new looks like a difference in clicks.
    found = [warning for one in maps for warning in one.warnings if warning.code == "variant_picture_missing"]
    if both := len(split.in_both):
        found.append(MapWarning("in_both", {"n": both, "share": round(both / split.visitors, 4)}))
    if not experiment.planned:
        found.append(MapWarning("no_planned_size"))
    return found
