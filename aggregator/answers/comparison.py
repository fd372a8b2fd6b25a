"""Two variants of a page side by side: two maps on one scale, and one tested table."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aggregator.answers.explain import MapWarning
from aggregator.answers.heatmap import Heatmap
from aggregator.answers.sides import CompareRow, Side, overall, read_side, rows_of_sides
from aggregator.grids.scale import Scale, scale_for
from aggregator.measures.statistics import srm
from aggregator.measures.variant_tests import Verdict
from aggregator.pictures.newest import newest_picture
from aggregator.queries.conditions import Condition
from aggregator.queries.exposure import read_seen_variants, saw_one_variant
from aggregator.queries.pages import resolve_pages
from aggregator.shapes.scope import BadScope, Scope
from store.client import Store
from store.records import Experiment
from store.snapshots import Snapshots

SRM_ALARM = 0.001
SRM_FROM = 100  # exposed visitors: below, the check says nothing


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
    level: float
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
        _read_arm(store, snapshots, replace(scope, variant=(experiment.id, key)), pages, (width, state), split)
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
    tested = rows_of_sides(sides[0], sides[1], held)
    return Comparison(
        experiment=experiment,
        arms=(replace(maps[0], scale=scale), replace(maps[1], scale=scale)),
        scale=scale,
        rows=tested.rows,
        level=tested.level,
        srm=p,
        both=split.in_both,
        exposed=split.exposed,
        planned=experiment.planned,
        verdict="nobody" if smallest == 0 else held or overall(tested.rows),
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
    """Who saw which variant: `in_both` visitors saw more than one, `exposed` are those of one alone, by variant, and
    `visitors` is how many there are of both sorts together. `of_one`: the condition of a visitor of one alone."""

    in_both: int
    exposed: dict[str, int]
    visitors: int
    of_one: Condition


def _read_split(store: Store, scope: Scope, pages: tuple[str, ...], experiment: Experiment) -> _Split:
    seen = read_seen_variants(store, scope, pages, experiment.id)
    in_both = sum(n for variants, n in seen.items() if len(variants) > 1)
    exposed = {v.key: seen.get((v.key,), 0) for v in experiment.variants}
    return _Split(in_both, exposed, sum(seen.values()), saw_one_variant(scope, pages, experiment.id))


def _read_arm(
    store: Store,
    snapshots: Snapshots,
    scope: Scope,
    pages: tuple[str, ...],
    drawn_on: tuple[int, str],
    split: _Split,
) -> Side:
    """`scope` is of one variant; `drawn_on` is (width, state) of the picture."""
    picture = newest_picture(snapshots, scope, pages, *drawn_on)
    exposed = split.exposed[scope.variant[1] if scope.variant else ""]
    return read_side(store, scope, pages, picture, split.of_one if split.in_both else None, exposed)


def _srm(experiment: Experiment, exposed: dict[str, int]) -> float | None:
    shares = [variant.share for variant in experiment.variants]
    if sum(exposed.values()) < SRM_FROM or min(shares) <= 0:
        return None
    return srm([exposed[variant.key] for variant in experiment.variants], shares)


def _warnings(experiment: Experiment, maps: tuple[Heatmap, Heatmap], split: _Split) -> list[MapWarning]:
    # On a picture of the other variant, what moved or is new looks like a difference in clicks.
    found = [warning for one in maps for warning in one.warnings if warning.code == "variant_picture_missing"]
    if both := split.in_both:
        found.append(MapWarning("in_both", {"n": both, "share": round(both / split.visitors, 4)}))
    if not experiment.planned:
        found.append(MapWarning("no_planned_size"))
    return found
