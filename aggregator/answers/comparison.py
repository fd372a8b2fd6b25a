"""Two variants of a page side by side: two maps on one scale, and one tested table."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from aggregator.answers.explain import MapWarning
from aggregator.answers.heatmap import Heatmap, draw, read_sample
from aggregator.grids.scale import Scale, scale_for
from aggregator.measures.elements_table import visitors_per_element
from aggregator.measures.statistics import srm
from aggregator.measures.variant_tests import ArmTests, Verdict, compare_arms
from aggregator.pictures.newest import picture
from aggregator.pictures.pairing import pair_elements
from aggregator.placing.elements import LayoutIndex
from aggregator.queries.exposure import read_arms
from aggregator.queries.pages import resolve_pages
from aggregator.shapes.columns import Int64, UInt64
from aggregator.shapes.scope import BadScope, Scope
from store.client import Store
from store.records import Experiment
from store.snapshots import Snapshots

SRM_ALARM = 0.001
SRM_FROM = 100  # exposed visitors: below, the check says nothing

Box = tuple[float, float, float, float]  # x, y, w, h in px of the arm's picture


@dataclass(frozen=True)
class CompareRow:
    """One element: `a` of `na` and `b` of `nb` exposed visitors used it; `diff` = b/nb − a/na.

    `share_a` = a/na, `share_b` = b/nb: None in an arm that has no visitor or no such element.
    `low`…`high` is the interval of the difference, `q` the adjusted p (None where not tested),
    `relative` = b's share ÷ a's − 1 (None where a has none). The boxes are None in an arm that
    has no such element. An element of one arm only is listed, never tested.
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

    `srm`: p of the planned shares against the exposed visitors of all variants (None below 100);
    `both`: visitors seen in more than one variant, left out of everything.
    `verdict`: `srm` (the split is broken: no verdicts), `nobody` (an arm has no visitors),
    `early` (planned size not reached), `few` (nothing could be tested), `difference`, `none`.
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
    """Compare two variants (`pair`; the first two without). NoSnapshot, BadScope as for a heatmap."""
    a, b = _arms_of(experiment, pair)
    if scope.kind == "scroll":
        raise BadScope("Variants are compared by click or hover; ask for the reach map of each.")
    pages = resolve_pages(store, scope.site, scope.pages)
    visitors, seen = read_arms(store, replace(scope, variant=None), pages, experiment.id)
    in_both = np.sort(visitors[[len(variants) > 1 for variants in seen]]) if len(visitors) else visitors
    exposed = {v.key: sum(variants == [v.key] for variants in seen) for v in experiment.variants}
    maps: list[tuple[Heatmap, LayoutIndex]] = []
    for key in (a, b):
        arm = replace(scope, variant=(experiment.id, key))
        maps.append(_draw_arm(store, snapshots, arm, pages, width, state, in_both, exposed[key]))
    (map_a, index_a), (map_b, index_b) = maps
    scale = scale_for([map_a.grid, map_b.grid], scope.kind)
    p = _srm(experiment, exposed)
    early = min(exposed[a], exposed[b]) < experiment.planned
    held: Verdict | None = "srm" if p is not None and p < SRM_ALARM else "early" if early else None
    rows = _rows(map_a, index_a, map_b, index_b, exposed[a], exposed[b], held)
    return Comparison(
        experiment=experiment,
        arms=(replace(map_a, scale=scale), replace(map_b, scale=scale)),
        scale=scale,
        rows=rows,
        srm=p,
        both=len(in_both),
        exposed=exposed,
        planned=experiment.planned,
        verdict="nobody" if min(exposed[a], exposed[b]) == 0 else held or _overall(rows),
        warnings=_warnings(experiment, (map_a, map_b), len(in_both), len(visitors)),
    )


def _arms_of(experiment: Experiment, pair: tuple[str, str] | None) -> tuple[str, str]:
    keys = [variant.key for variant in experiment.variants]
    if len(keys) < 2:
        raise BadScope(f"Experiment {experiment.name!r} has one variant: a comparison needs two.")
    a, b = pair or (keys[0], keys[1])
    for key in (a, b):
        if key not in keys:
            raise BadScope(f"Experiment {experiment.name!r} has no variant {key!r}: it has {', '.join(keys)}.")
    return a, b


def _draw_arm(
    store: Store,
    snapshots: Snapshots,
    arm: Scope,
    pages: tuple[str, ...],
    width: int,
    state: str,
    without: UInt64,
    exposed: int,
) -> tuple[Heatmap, LayoutIndex]:
    snapshot, index = picture(snapshots, arm, pages, width, state)
    sample = read_sample(store, arm, pages, snapshot.width, without)
    sample = replace(sample, exposed=replace(sample.exposed, visitors=exposed))
    return draw(store, arm, pages, snapshot, index, sample), index


def _srm(experiment: Experiment, exposed: dict[str, int]) -> float | None:
    shares = [variant.share for variant in experiment.variants]
    if sum(exposed.values()) < SRM_FROM or min(shares) <= 0:
        return None
    return srm([exposed[variant.key] for variant in experiment.variants], shares)


def _rows(
    map_a: Heatmap, index_a: LayoutIndex, map_b: Heatmap, index_b: LayoutIndex, na: int, nb: int, held: Verdict | None
) -> list[CompareRow]:
    a, b = _users(map_a), _users(map_b)
    pairs = [(i, j) for i, j in pair_elements(index_a, index_b) if a[i] or b[j]]
    at_a, at_b = (np.array(side, np.int64) for side in (list(zip(*pairs, strict=True)) or [(), ()]))
    # A view begun before midnight is exposed the day before: an arm has at least the users it shows.
    na, nb = max(na, int(a.max(initial=0))), max(nb, int(b.max(initial=0)))
    tests = compare_arms(a[at_a], na, b[at_b], nb)
    rows = [_row(map_a, i, map_b, j, int(a[i]), int(b[j]), na, nb, tests, n, held) for n, (i, j) in enumerate(pairs)]
    rows += [_only(map_a, i, int(a[i]), na, nb, "only_a") for i in _unpaired(a, at_a)]
    rows += [_only(map_b, j, int(b[j]), na, nb, "only_b") for j in _unpaired(b, at_b)]
    return sorted(rows, key=lambda r: (r.verdict not in ("more", "less"), -(r.a + r.b), r.path))


def _users(heat: Heatmap) -> Int64:
    return visitors_per_element(heat.points, heat.placed, heat.layout)


def _unpaired(users: Int64, paired: Int64) -> list[int]:
    alone = users > 0
    alone[paired] = False
    return np.flatnonzero(alone).tolist()


def _row(
    map_a: Heatmap, i: int, map_b: Heatmap, j: int, a: int, b: int, na: int, nb: int, tests: ArmTests, n: int,
    held: Verdict | None,
) -> CompareRow:  # fmt: skip
    verdict = tests.verdict(n)
    return CompareRow(
        name=map_a.layout.names[i] or map_b.layout.names[j],
        path=map_a.layout.paths[i],
        key=int(map_a.layout.keys[i]),
        a=a,
        b=b,
        na=na,
        nb=nb,
        share_a=a / na if na else None,
        share_b=b / nb if nb else None,
        diff=float(tests.diff[n]),
        low=float(tests.low[n]),
        high=float(tests.high[n]),
        relative=None if np.isnan(tests.relative[n]) else float(tests.relative[n]),
        q=None if held or np.isnan(tests.q[n]) else float(tests.q[n]),
        verdict=held if held and verdict != "few" else verdict,
        box_a=_box(map_a, i),
        box_b=_box(map_b, j),
    )


def _only(heat: Heatmap, i: int, users: int, na: int, nb: int, which: Verdict) -> CompareRow:
    in_a = which == "only_a"
    a, b = (users, 0) if in_a else (0, users)
    diff = b / max(nb, 1) - a / max(na, 1)
    box = _box(heat, i)
    return CompareRow(
        name=heat.layout.names[i],
        path=heat.layout.paths[i],
        key=int(heat.layout.keys[i]),
        a=a,
        b=b,
        na=na,
        nb=nb,
        share_a=a / na if na and in_a else None,
        share_b=b / nb if nb and not in_a else None,
        diff=diff,
        low=diff,
        high=diff,
        relative=None,
        q=None,
        verdict=which,
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


def _warnings(experiment: Experiment, arms: tuple[Heatmap, Heatmap], both: int, visitors: int) -> list[MapWarning]:
    # On a picture of the other arm, what moved or is new looks like a difference in clicks.
    found = [warning for arm in arms for warning in arm.warnings if warning.code == "variant_picture_missing"]
    if both:
        found.append(MapWarning("in_both", {"n": both, "share": round(both / visitors, 4)}))
    if not experiment.planned:
        found.append(MapWarning("no_planned_size"))
    return found
