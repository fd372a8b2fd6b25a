"""Two sets of visitors of a page side by side: periods, segments, devices, or those who went on and those who left.

The same functions as for two variants. The sets were not split at random, so nothing is planned and no ratio is
checked. A visitor in both counts in each; the test pairs nothing, which is conservative (docs/statistics.md).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from aggregator.answers.explain import MapWarning
from aggregator.answers.frustrated import frustrated_visitors
from aggregator.answers.heatmap import Heatmap
from aggregator.answers.placed_goals import placed_goal
from aggregator.answers.reach_map import ReachMap, reach_map
from aggregator.answers.sides import CompareRow, overall, read_side, rows_of_sides
from aggregator.grids.scale import Scale, scale_for
from aggregator.measures.share_differences import ShareDifference, share_difference
from aggregator.pictures.newest import newest_picture
from aggregator.queries.goals import of_pages, read_goal_totals
from aggregator.queries.overlap import read_overlap
from aggregator.queries.pages import resolve_pages
from aggregator.shapes.goals import NOBODY
from aggregator.shapes.scope import BadScope, Scope, site_scope
from store.client import Store
from store.segments import Goal
from store.snapshots import Snapshots

MANY_IN_BOTH = 0.05  # share of the visitors


@dataclass(frozen=True)
class SetMap:
    """One set: its map and its reach, on one picture."""

    heat: Heatmap
    reach: ReachMap


@dataclass(frozen=True)
class GoalDifference:
    """How many visitors of each set reached a goal."""

    id: str
    name: str
    shares: ShareDifference


@dataclass(frozen=True)
class SetComparison:
    """`sets`: (a, b) on one `scale`; rows are b minus a, with intervals at `level`. `both`: visitors in both sets.

    `goals`: each goal; `frustrated`: visitors with a dead click or a rage burst on the pages. `verdict`: `nobody` (a
    set is empty), `few` (nothing could be tested), `difference`, `none`.
    """

    sets: tuple[SetMap, SetMap]
    scale: Scale
    rows: list[CompareRow]
    level: float
    both: int
    goals: tuple[GoalDifference, ...]
    frustrated: ShareDifference
    verdict: str
    warnings: list[MapWarning]


def compare_sets(
    store: Store,
    snapshots: Snapshots,
    scopes: Sequence[Scope],
    widths: Sequence[int],
    *,
    goals: Sequence[Goal] = (),
    steps: Collection[int] = (),
    random: bool = False,
) -> SetComparison:
    """Compare two scopes of the same pages and kind, each on the newest picture of its width.

    `random`: visitors were split at random. `steps`: keys of elements whose use is what the sets differ in. NoSnapshot
    without a picture; BadScope for the kind `scroll`.
    """
    if any(scope.kind == "scroll" for scope in scopes):
        raise BadScope("Sets are compared by click or hover; their reach is part of the answer.")
    sides, maps = [], []
    for scope, width in zip(scopes, widths, strict=True):
        pages = resolve_pages(store, scope.site, scope.pages)
        side = read_side(store, scope, pages, newest_picture(snapshots, scope, pages, width))
        sides.append(side)
        maps.append(SetMap(side.map, reach_map(store, snapshots, scope, width)))
    scale = scale_for([one.heat.grid for one in maps], scopes[0].kind)
    a, b = (replace(one, heat=replace(one.heat, scale=scale)) for one in maps)
    tested = rows_of_sides(sides[0], sides[1], None, steps)
    both = read_overlap(store, scopes[0], scopes[1], a.heat.pages)
    smallest = min(side.exposed for side in sides)
    return SetComparison(
        sets=(a, b),
        scale=scale,
        rows=tested.rows,
        level=tested.level,
        both=both,
        goals=tuple(_goal(store, snapshots, goal, scopes, a.heat.pages) for goal in goals),
        frustrated=_frustrated(store, scopes, a.heat.pages, (sides[0].exposed, sides[1].exposed)),
        verdict="nobody" if smallest == 0 else overall(tested.rows),
        warnings=_warnings(both, sides[0].exposed + sides[1].exposed - both, random),
    )


def _warnings(both: int, visitors: int, random: bool) -> list[MapWarning]:
    found = [] if random else [MapWarning("not_random")]
    if visitors and both > MANY_IN_BOTH * visitors:
        found.append(MapWarning("in_both_sets", {"n": both, "share": round(both / visitors, 4)}))
    return found


def _goal(
    store: Store, snapshots: Snapshots, goal: Goal, scopes: Sequence[Scope], pages: tuple[str, ...]
) -> GoalDifference:
    a, b = (
        read_goal_totals(store, placed_goal(store, snapshots, scope, goal), of_pages(scope, pages)).get("", NOBODY)
        for scope in scopes
    )
    return GoalDifference(goal.id, goal.name, share_difference(a.visitors, a.of, b.visitors, b.of))


def _frustrated(
    store: Store, scopes: Sequence[Scope], pages: tuple[str, ...], exposed: tuple[int, int]
) -> ShareDifference:
    together = dict.fromkeys(pages, 1)
    a, b = (frustrated_visitors(store, site_scope(scope), together).get(1, 0) for scope in scopes)
    return share_difference(min(a, exposed[0]), exposed[0], min(b, exposed[1]), exposed[1])
