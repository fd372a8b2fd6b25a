"""The worst figure of a map: the one furthest beyond its target; without one, the lowest share that goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aggregator.answers.journey import JourneyMap
from aggregator.measures.targets import MetricShare, target_state
from store.journeys import Journey, KpiTarget, Touchpoint
from viewer.pages.frame.languages import Language
from viewer.pages.journey.facts import metric_share
from viewer.pages.journey.lanes.targets import wanted_words
from viewer.pages.journey.metrics import metric_names


@dataclass(frozen=True)
class WorstFigure:
    """The figure in words: `bold` `rest`, and what it rests on in `small`. `bad`: it missed its target by more than
    chance."""

    bold: str
    rest: str
    small: str
    bad: bool


def worst_figure(lang: Language, journey: Journey, figures: JourneyMap) -> WorstFigure | None:
    """None if no figure of the map is known."""
    missed = max(_missed(journey, figures), key=lambda one: one[0], default=None)
    if missed:
        _, touchpoint, target, share = missed
        return _beyond(lang, journey, touchpoint, target, share)
    lowest = min(_going_on(journey, figures), key=lambda one: one[1].value, default=None)
    if lowest is None:
        return None
    touchpoint, share = lowest
    has_target = any(target.metric == "forward" for target in touchpoint.targets)
    return WorstFigure(
        bold=lang.share(share.value),
        rest=lang.text("go on from %(name)s", name=lang.words(touchpoint.name, touchpoint.key)),
        small=", ".join(
            (
                lang.between(share.low, share.high),
                lang.text("the target lies inside or is met") if has_target else lang.text("no target yet"),
                _of(lang, share),
            )
        ),
        bad=False,
    )


def _missed(journey: Journey, figures: JourneyMap) -> Iterator[tuple[float, Touchpoint, KpiTarget, MetricShare]]:
    """Every target whose figure lies beyond it with its whole interval, with the distance of that."""
    for _, touchpoint in journey.touchpoints:
        row = figures.touchpoints.get(touchpoint.key)
        for target in touchpoint.targets if row else ():
            share = metric_share(row, target.metric, figures.visitors) if row else None
            if share and target_state(target, share) == "missed":
                nearest = share.high if target.wanted == "least" else share.low
                yield abs(target.value - nearest), touchpoint, target, share


def _going_on(journey: Journey, figures: JourneyMap) -> Iterator[tuple[Touchpoint, MetricShare]]:
    """The touchpoints from which visitors should go on: those before the stage that holds the goal."""
    goal = next((i for i, stage in enumerate(journey.stages) if stage.completes), len(journey.stages) - 1)
    for i, touchpoint in journey.touchpoints:
        row = figures.touchpoints.get(touchpoint.key)
        share = metric_share(row, "forward", figures.visitors) if row and i < goal else None
        if share:
            yield touchpoint, share


def _beyond(
    lang: Language, journey: Journey, touchpoint: Touchpoint, target: KpiTarget, share: MetricShare
) -> WorstFigure:
    name, wanted = lang.words(touchpoint.name, touchpoint.key), wanted_words(lang, target)
    if journey.kind == "future":
        points = lang.number(abs(target.value - share.value) * 100, 1)
        return WorstFigure(
            lang.text("%(n)s points", n=points),
            lang.text("missing at %(name)s", name=name),
            lang.text("%(share)s today, %(target)s", share=lang.share(share.value), target=wanted),
            True,
        )
    if target.metric == "forward":
        rest = lang.text("go on from %(name)s", name=name)
    else:
        rest = lang.named(name, metric_names(lang)[target.metric])
    return WorstFigure(lang.share(share.value), rest, f"{wanted}, {_of(lang, share)}", True)


def _of(lang: Language, share: MetricShare) -> str:
    return lang.plural("%(num)s visitor", "%(num)s visitors", share.n)
