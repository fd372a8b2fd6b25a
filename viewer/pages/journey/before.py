"""The figures of a map beside those of the period before, in words, and the controls for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from aggregator.measures.change import FigureChange
from aggregator.measures.journey_periods import ALARM, ChangedMetric, ShareChange
from store.journeys import Stage, Touchpoint
from viewer.pages.frame.languages import Language
from viewer.pages.journey.facts import MapFact
from viewer.pages.journey.measured import MeasuredJourney

METRICS: tuple[ChangedMetric, ...] = ("reach", "forward", "goal", "frustrated", "exits")


def with_before(measured: MeasuredJourney, touchpoint: Touchpoint, facts: Sequence[MapFact]) -> tuple[MapFact, ...]:
    """The figures of a touchpoint with those before beside them, if the map is compared."""
    changes, number = measured.changes, measured.number_of(touchpoint)
    if changes is None:
        return tuple(facts)
    lang, shares = measured.lang, changes.touchpoints.get(number, {})
    found = []
    for fact in facts:
        if fact.metric == "visitors":
            visitors = changes.before.touchpoints[number].visitors
            found.append(replace(fact, before=_of_number(lang, visitors, changes.visitors_of_touchpoint[number])))
            continue
        change = next((shares[metric] for metric in METRICS if metric == fact.metric and metric in shares), None)
        if change is None:
            found.append(fact)
            continue
        detail = "; ".join((fact.detail, interval_of(lang, change)))
        found.append(replace(fact, detail=detail, before=of_share(lang, change), bad=change.worse))
    return tuple(found)


def alarms(measured: MeasuredJourney, stage: Stage) -> bool:
    """Whether a figure of a stage, or of a touchpoint in it, is worse than before."""
    if measured.changes is None:
        return False
    numbers = [measured.number_of(touchpoint) for touchpoint in stage.touchpoints]
    found = [measured.changes.touchpoints.get(number, {}) for number in numbers]
    return stage_is_worse(measured, stage) or any(one.worse for shares in found for one in shares.values())


def touchpoint_alarms(measured: MeasuredJourney, touchpoint: Touchpoint) -> bool:
    shares = measured.changes.touchpoints.get(measured.number_of(touchpoint), {}) if measured.changes else {}
    return any(one.worse for one in shares.values())


def stage_is_worse(measured: MeasuredJourney, stage: Stage) -> bool:
    change = stage_change(measured, stage)
    return change is not None and change.worse


def stage_change(measured: MeasuredJourney, stage: Stage) -> ShareChange | None:
    """Of the share in the head of a stage: who reached its goal, else who went on."""
    if measured.changes is None:
        return None
    index, row = measured.journey.stages.index(stage), measured.stage_row(stage)
    return measured.changes.stages.get(index, {}).get("goal" if row.goal else "forward")


def stage_visitors(measured: MeasuredJourney, stage: Stage) -> str:
    """The visitors of a stage before, in words; "" if the map is not compared."""
    if measured.changes is None:
        return ""
    index = measured.journey.stages.index(stage)
    changes = measured.changes
    return _of_number(measured.lang, changes.before.stages[index].visitors, changes.visitors_of_stage[index])


def of_share(lang: Language, change: ShareChange) -> str:
    """`before 61.3%, −3.3 points`; without the points where the difference may be chance."""
    found, words = change.difference, lang.text("before %(value)s", value=lang.share(change.difference.share_a or 0.0))
    if change.adjusted is not None and change.adjusted <= ALARM:
        return ", ".join((words, lang.text("%(points)s points", points=lang.points(found.diff))))
    return words


def interval_of(lang: Language, change: ShareChange) -> str:
    """`against before: −3.3 points (−5.2 to −1.4)`."""
    found = change.difference
    return lang.text(
        "against before: %(points)s points (%(low)s to %(high)s)",
        points=lang.points(found.diff),
        low=lang.points(found.low),
        high=lang.points(found.high),
    )


def _of_number(lang: Language, before: int, change: FigureChange | None) -> str:
    words = lang.text("before %(value)s", value=lang.number(before))
    if change is None or not change.beyond_chance:
        return words
    by = ("+" if change.by > 0 else "") + lang.share(change.by)
    return f"{words}, {by}"
