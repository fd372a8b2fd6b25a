"""The figures of goals on demand, computed in a thread."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.answers.goals import GoalFigures, goal_figures
from aggregator.answers.placed_goals import placed_goal
from rules.question import Question
from store.client import Store
from store.segments import Goal
from store.snapshots import Snapshots
from viewer.maps import Maps, site_scope_of
from viewer.work import Work


class Goals:
    """Who reached the goals of a site."""

    def __init__(self, store: Store, snapshots: Snapshots, work: Work, maps: Maps) -> None:
        self._snapshots = snapshots
        self._store = store
        self._work = work
        self._maps = maps

    async def figures(self, question: Question, goals: Iterable[Goal]) -> tuple[GoalFigures, ...]:
        """The figures of these goals among the visitors of a question about the site."""
        await self._maps.drained()
        scope, wanted = site_scope_of(question), tuple(goals)

        def compute() -> tuple[GoalFigures, ...]:
            placed = [placed_goal(self._store, self._snapshots, scope, goal) for goal in wanted]
            return goal_figures(self._store, scope, placed)

        return await self._work.heavy(compute)
