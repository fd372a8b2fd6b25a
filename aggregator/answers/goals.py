"""The figures of goals: how many visitors reached each, how often and with what value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aggregator.measures.statistics import wilson
from aggregator.queries.goals import Starts, of_site, read_goal_totals
from aggregator.shapes.goals import NOBODY
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.segments import Goal


@dataclass(frozen=True)
class GoalFigures:
    """A goal among `of` visitors: `visitors` reached it, `share` of all (None without any) with its 95 % interval.

    `times`: how often in all (the visitors, for a goal that is counted once); `value`: the sum of the values.
    """

    id: str
    name: str
    of: int
    visitors: int
    share: float | None
    low: float
    high: float
    times: int
    value: float


def goal_figures(store: Store, scope: SiteScope, goals: Iterable[Goal]) -> tuple[GoalFigures, ...]:
    """The figures of each goal among the visitors of a site."""
    starts = of_site(scope)
    return tuple(_figures(store, goal, starts) for goal in goals)


def _figures(store: Store, goal: Goal, starts: Starts) -> GoalFigures:
    totals = read_goal_totals(store, goal, starts).get("", NOBODY)
    low, high = wilson(totals.visitors, totals.of)
    return GoalFigures(
        id=goal.id,
        name=goal.name,
        of=totals.of,
        visitors=totals.visitors,
        share=totals.visitors / totals.of if totals.of else None,
        low=float(low),
        high=float(high),
        times=totals.times,
        value=totals.value,
    )
