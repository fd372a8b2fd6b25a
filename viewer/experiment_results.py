"""Results of experiments on demand, computed in threads and shared for some seconds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from aggregator.answers.experiment_result import ExperimentResult, experiment_result
from aggregator.answers.placed_goals import placed_goal
from aggregator.shapes.scope import Scope
from rules.fields import day_of
from rules.find import named
from rules.period import Period, today
from rules.question import Question
from store.client import Store
from store.records import Experiment, Site
from store.segments import Goal
from store.snapshots import Snapshots
from viewer.maps import Maps
from viewer.traffic import TrafficReader
from viewer.work import Work

SECONDS = 30.0  # how long the list of experiments shows the same results


def period_of(experiment: Experiment, today: date) -> Period:
    """The days of an experiment: from its first to its last day or today; the last 28 days without a first day."""
    started, ended = day_of(experiment.started), day_of(experiment.ended)
    until = min(ended, today) if ended else None
    if started and started <= (until or today):
        return Period(since=started, until=until)
    return Period(until=until)


class ExperimentResults:
    """Who reached the goals of experiments in each variant."""

    def __init__(self, store: Store, snapshots: Snapshots, work: Work, maps: Maps, traffic: TrafficReader) -> None:
        self._snapshots = snapshots
        self._store = store
        self._work = work
        self._maps = maps
        self.visited = traffic.visited  # the pages that an experiment may run on

    async def of(self, question: Question, experiment: Experiment, goals: Sequence[Goal]) -> ExperimentResult:
        """The result of an experiment in the period of a question, among those whom it counts."""
        await self._maps.drained()
        day = today(question.zone)
        since, until = question.period.span(day)
        scope = Scope(
            question.site, experiment.pages, "click", since, until,
            device=question.device, zone=question.zone, segment=question.narrowing,
        )  # fmt: skip
        return await self._work.heavy(self._result, scope, experiment, goals, day)

    async def all(
        self, site: Site, experiments: Sequence[Experiment], goals: Sequence[Goal]
    ) -> tuple[ExperimentResult, ...]:
        """The results of experiments of a site, each over its own days."""
        await self._maps.drained()
        day = today(site.zone)

        def compute() -> tuple[ExperimentResult, ...]:
            return tuple(self._result(_whole(site, one, day), one, goals, day) for one in experiments)

        key = ("experiments", site.id, day, tuple((one.id, one.version) for one in (*experiments, *goals)))
        return await self._work.once(key, SECONDS, compute)

    def _result(self, scope: Scope, experiment: Experiment, goals: Sequence[Goal], day: date) -> ExperimentResult:
        goal = named(goals, experiment.goal) if experiment.goal else None
        if goal is not None:
            goal = placed_goal(self._store, self._snapshots, scope, goal)
        return experiment_result(self._store, scope, experiment, goal, day)


def _whole(site: Site, experiment: Experiment, day: date) -> Scope:
    """Everybody on the pages of an experiment, on its days."""
    since, until = period_of(experiment, day).span(day)
    return Scope(int(site.id), experiment.pages, "click", since, until, zone=site.zone)
