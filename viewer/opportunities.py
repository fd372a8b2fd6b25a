"""What is measured of a journey's opportunities: what they may win, and their figure before and after shipping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace as changed

from aggregator.answers.journey import JourneyMeasure
from aggregator.answers.opportunities import OPEN, OpportunityFigures, opportunity_figures
from aggregator.answers.opportunity_effect import (
    MOST,
    EffectFigure,
    MeasuredPlace,
    PlaceMetric,
    compared_figures,
    frozen_figure,
    measured_place,
    place_metrics,
    share_at,
)
from aggregator.measures.shares import ShareOf, share_of
from rules.fields import day_of
from rules.period import Period
from rules.question import Question
from rules.shipped import DaySpan, days_after, days_before, span_of
from store.journeys import FrozenFigure, Journey, Opportunity
from viewer.journey_maps import JourneyMaps
from viewer.questions import Asked

MOST_EFFECTS = 12  # opportunities, the last shipped ones, whose effect a page measures


@dataclass(frozen=True)
class Effect:
    """The figures of the place of an opportunity before it was shipped and after, of everyone, the main one first.
    `over`: the days after are over; until then there are no figures of them."""

    before_days: DaySpan
    after_days: DaySpan
    over: bool
    figures: tuple[EffectFigure, ...]

    @property
    def main(self) -> EffectFigure:
        return self.figures[0]


@dataclass(frozen=True)
class MeasuredOpportunities:
    """By the key of the opportunity: `figures`; `today`, the figures of its place in the period, of one that was not
    shipped; `effects` of those that were shipped, where anybody was there before."""

    figures: Mapping[str, OpportunityFigures] = field(default_factory=dict)
    today: Mapping[str, Mapping[PlaceMetric, ShareOf]] = field(default_factory=dict)
    effects: Mapping[str, Effect] = field(default_factory=dict)

    def ranked(self, journey: Journey) -> list[Opportunity]:
        """What may win most first, then what is open without a range, then what was shipped, then dropped."""
        return sorted(journey.opportunities, key=self._rank)

    def _rank(self, one: Opportunity) -> tuple[int, float, float]:
        found = self.figures.get(one.key)
        if found and found.win:
            return 0, -found.win.high, -found.win.low
        return (1 if one.state in OPEN else 2 if one.state == "shipped" else 3), 0.0, 0.0


class OpportunityReader:
    """Measures opportunities on demand."""

    def __init__(self, maps: JourneyMaps) -> None:
        self._maps = maps

    async def measured(self, journey: Journey, asked: Asked, measure: JourneyMeasure) -> MeasuredOpportunities:
        """`measure`: that of the journey for the question. Nothing is measured again for a first answer, which is of
        one visitor in ten: the exact one follows."""
        if measure.one_in > 1 or not journey.opportunities:
            return MeasuredOpportunities()
        devices = await self._maps.journey_by_device(journey, asked.question, asked.known.goals)
        shipped = [one for one in journey.opportunities if one.state == "shipped"]
        newest = sorted(shipped, key=lambda one: one.shipped_on, reverse=True)[:MOST_EFFECTS]
        effects = {one.key: await self.effect(journey, one, asked) for one in newest}
        return MeasuredOpportunities(
            opportunity_figures(journey, measure, devices),
            {one.key: _today(journey, one, measure, asked) for one in journey.opportunities if one.state in OPEN},
            {key: effect for key, effect in effects.items() if effect is not None},
        )

    async def effect(self, journey: Journey, one: Opportunity, asked: Asked) -> Effect | None:
        """None for one that was not shipped, or whose place nobody came to before."""
        shipped, place = day_of(one.shipped_on) if one.state == "shipped" else None, measured_place(journey, one)
        if shipped is None or place is None:
            return None
        days = span_of(one.before) if one.before else days_before(shipped)
        if days is None:
            return None
        before = await self._before(journey, one, asked, days)
        if not before:
            return None
        later = days_after(shipped, days)
        over = asked.today > later.until
        after = await self._as_of(place.journey, asked, later) if over else None
        shares = {key: share_at(place, after, key) for key in before} if after else {}
        return Effect(days, later, over, compared_figures(before, shares))

    async def frozen(self, journey: Journey, one: Opportunity, asked: Asked) -> tuple[FrozenFigure, ...]:
        """The figures of its place over the days before it was shipped; none without that day, or if nobody came."""
        shipped = day_of(one.shipped_on)
        if shipped is None:
            return ()
        days = days_before(shipped)
        since, until = days.since.isoformat(), days.until.isoformat()
        measured = await self._measured_before(journey, one, asked, days)
        return tuple(frozen_figure(key, share, since, until) for key, share in measured.items())

    async def with_frozen(self, journey: Journey, asked: Asked) -> Journey:
        """The journey whose shipped opportunities all have the figures from before, where there are any."""
        if all(one.before or one.state != "shipped" for one in journey.opportunities):
            return journey
        found = []
        for one in journey.opportunities:
            figures = await self.frozen(journey, one, asked) if one.state == "shipped" and not one.before else ()
            found.append(changed(one, before=figures[0], also_before=figures[1:]) if figures else one)
        return changed(journey, opportunities=tuple(found))

    async def _before(
        self, journey: Journey, one: Opportunity, asked: Asked, days: DaySpan
    ) -> dict[PlaceMetric, tuple[ShareOf, bool]]:
        """Each figure from before with whether it was kept. What was not kept is measured now, over the same days."""
        kept = {PlaceMetric(figure.metric, figure.goal): share_of(figure.k, figure.n) for figure in one.kept}
        found = {key: (share, True) for key, share in kept.items() if share}
        if len(found) < MOST:
            measured = await self._measured_before(journey, one, asked, days)
            known = {key.metric for key in found}
            found |= {key: (share, False) for key, share in measured.items() if key.metric not in known}
        return dict(list(found.items())[:MOST])

    async def _measured_before(
        self, journey: Journey, one: Opportunity, asked: Asked, days: DaySpan
    ) -> dict[PlaceMetric, ShareOf]:
        """The figures that matter at the place of an opportunity, of those days; without those that nobody has."""
        place = measured_place(journey, one)
        if place is None:
            return {}
        measure = await self._as_of(place.journey, asked, days)
        return _shares(place, measure, asked, one)

    async def _as_of(self, journey: Journey, asked: Asked, days: DaySpan) -> JourneyMeasure:
        """The journey of everyone in these days, as it was at their end."""
        question = Question(
            asked.question.site, zone=asked.question.zone, period=Period(since=days.since, until=days.until)
        )
        return await self._maps.journey_as_of(journey, question, asked.known.goals)


def _today(journey: Journey, one: Opportunity, measure: JourneyMeasure, asked: Asked) -> Mapping[PlaceMetric, ShareOf]:
    """The figures of a place in the period of the map; none of a stage of several touchpoints, as they are not part of
    the map's own figures."""
    place = measured_place(journey, one)
    if place is None or place.journey is not journey:
        return {}
    return _shares(place, measure, asked, one)


def _shares(
    place: MeasuredPlace, measure: JourneyMeasure, asked: Asked, one: Opportunity
) -> dict[PlaceMetric, ShareOf]:
    goal = next((known.goal for known in asked.known.experiments if known.id == one.experiment), "")
    targets = tuple(target.metric for target in place.touchpoint.targets)
    found = {key: share_at(place, measure, key) for key in place_metrics(place, measure, targets, goal)}
    return {key: share for key, share in found.items() if share}
