"""The result of an experiment: who reached its goal in each variant, and what may be concluded from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from aggregator.measures.goal_tests import GoalTest, compare_goal
from aggregator.measures.shares import ShareOf, share_of
from aggregator.measures.split import ALARM, SplitPart, split_p, split_parts
from aggregator.queries.experiments import exposed_to, read_split_parts
from aggregator.queries.exposure import read_seen_variants
from aggregator.queries.goals import read_goal_totals
from aggregator.queries.pages import resolve_pages
from aggregator.shapes.goals import NOBODY, GoalTotals
from aggregator.shapes.scope import Scope
from store.client import Store
from store.records import Experiment
from store.segments import Goal

MOST_GAPS = 5
ResultVerdict = Literal["srm", "nobody", "no_goal", "early", "few", "none", "difference"]
ExperimentState = Literal["broken", "enough", "running", "waiting", "ended"]


@dataclass(frozen=True)
class GoalArm:
    """A variant: of its `exposed` visitors, `share` reached the goal (None of nobody), `times` in all and with the sum
    `value`. `value_per_visitor` is of all exposed, `value_each` of the times; None where there are none."""

    variant: str
    name: str
    exposed: int
    share: ShareOf | None
    times: int
    value: float
    value_per_visitor: float | None
    value_each: float | None


@dataclass(frozen=True)
class Contrast:
    """A further variant against the first. `test` is None while it is kept back: before the planned size, unless the
    confidence sequence calls a difference, and with a broken split."""

    variant: str
    against: str
    test: GoalTest | None


@dataclass(frozen=True)
class ExperimentResult:
    """`exposed`: variant → visitors who saw it alone; `in_both` saw several and are left out. `smallest` of the
    variants, of the `planned` size. `sample_ratio_p`: of the planned shares, None below 100 visitors; with a broken
    split, `gaps` says where. `verdict`: `srm` (the split is broken), `nobody` (a variant has no visitor), `no_goal`
    (none is planned, or it was deleted), `early` (not a result yet), `few`, `none` (no difference seen), `difference`.
    `state`: `broken`, `enough` (there is a result to act on), `running`, `waiting` (before its first day), `ended`.
    `day` of `days` since its start, the last one being None without an end.
    """

    experiment: str
    goal: str
    since: date
    until: date
    day: int
    days: int | None
    state: ExperimentState
    planned: int
    exposed: Mapping[str, int]
    smallest: int
    in_both: int
    planned_shares: Mapping[str, float]
    sample_ratio_p: float | None
    gaps: tuple[SplitPart, ...]
    verdict: ResultVerdict
    early: bool
    arms: tuple[GoalArm, ...]
    contrasts: tuple[Contrast, ...]


def experiment_result(
    store: Store, scope: Scope, experiment: Experiment, goal: Goal | None, today: date
) -> ExperimentResult:
    """The result over the days of a scope, whose pages are those of the experiment."""
    scope = replace(scope, variant=None)
    pages = resolve_pages(store, scope.site, scope.pages)
    seen = read_seen_variants(store, scope, pages, experiment.id)
    shares = {variant.key: variant.share for variant in experiment.variants}
    exposed = {key: seen.get((key,), 0) for key in shares}
    totals = {key: replace(NOBODY, of=n) for key, n in exposed.items()}
    if goal is not None:
        totals |= read_goal_totals(store, goal, exposed_to(scope, pages, experiment.id))
    p = split_p(exposed, shares)
    broken = p is not None and p < ALARM
    gaps = split_parts(read_split_parts(store, scope, pages, experiment.id), exposed, shares) if broken else ()
    held = _held(broken, min(exposed.values()), goal)
    tests = {} if held else _tests(experiment, totals)
    verdict = held or _verdict(tests)
    every = sum(shares.values())
    return ExperimentResult(
        experiment=experiment.id,
        goal=goal.id if goal else "",
        since=scope.since,
        until=scope.until,
        day=(min(today, scope.until) - scope.since).days + 1,
        days=(date.fromisoformat(experiment.ended) - scope.since).days + 1 if experiment.ended else None,
        state=state_of(experiment, verdict, min(exposed.values()), today),
        planned=experiment.planned,
        exposed=exposed,
        smallest=min(exposed.values()),
        in_both=sum(n for variants, n in seen.items() if len(variants) > 1),
        planned_shares={key: share / every for key, share in shares.items()},
        sample_ratio_p=p,
        gaps=gaps[:MOST_GAPS],
        verdict=verdict,
        early=any(test.early for test in tests.values()),
        arms=tuple(_arm(variant.key, variant.name, totals[variant.key]) for variant in experiment.variants),
        contrasts=tuple(
            Contrast(variant.key, experiment.variants[0].key, _shown(tests.get(variant.key)))
            for variant in experiment.variants[1:]
        ),
    )


def state_of(experiment: Experiment, verdict: ResultVerdict, smallest: int, today: date) -> ExperimentState:
    """In which state an experiment is on a day, given its verdict and the visitors of its smallest variant."""
    day = today.isoformat()
    if experiment.started and experiment.started > day:
        return "waiting"
    if experiment.ended and experiment.ended < day:
        return "ended"
    if verdict == "srm":
        return "broken"
    enough = bool(experiment.planned) and smallest >= experiment.planned
    return "enough" if enough or verdict == "difference" else "running"


def in_line(results: Iterable[ExperimentResult]) -> tuple[ExperimentResult, ...]:
    """Those that need somebody first: broken ones, those with a result to act on, running ones, then the others; within
    each, the one that began last."""
    order: tuple[ExperimentState, ...] = ("broken", "enough", "running", "waiting", "ended")
    return tuple(sorted(results, key=lambda one: (order.index(one.state), -one.since.toordinal(), one.experiment)))


def _held(broken: bool, smallest: int, goal: Goal | None) -> ResultVerdict | None:
    """Why there is nothing to test."""
    if broken:
        return "srm"
    if goal is None:
        return "no_goal"
    return None if smallest else "nobody"


def _tests(experiment: Experiment, totals: Mapping[str, GoalTotals]) -> dict[str, GoalTest]:
    first, *others = experiment.variants
    return {
        one.key: compare_goal(totals[first.key], totals[one.key], experiment.planned, len(others)) for one in others
    }


def _verdict(tests: Mapping[str, GoalTest]) -> ResultVerdict:
    verdicts = {test.verdict for test in tests.values()}
    if verdicts & {"more", "less"}:
        return "difference"
    for one in ("early", "none"):
        if one in verdicts:
            return "early" if one == "early" else "none"
    return "few"


def _shown(test: GoalTest | None) -> GoalTest | None:
    return None if test is None or test.verdict == "early" else test


def _arm(key: str, name: str, totals: GoalTotals) -> GoalArm:
    return GoalArm(
        variant=key,
        name=name,
        exposed=totals.of,
        share=share_of(totals.visitors, totals.of),
        times=totals.times,
        value=totals.value,
        value_per_visitor=totals.value / totals.of if totals.of else None,
        value_each=totals.value / totals.times if totals.times else None,
    )
