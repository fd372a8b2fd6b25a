"""What is measured of a journey's opportunities: what they may win, and their figure before and after shipping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace as changed

from aggregator.answers.journey import JourneyMeasure
from aggregator.answers.opportunities import (
    OPEN,
    OpportunityFigures,
    frozen_figure,
    kept_share,
    opportunity_figures,
    place_figure,
)
from aggregator.measures.share_differences import ShareDifference, share_difference
from aggregator.measures.shares import ShareOf, share_of
from rules.fields import day_of
from rules.period import Period
from rules.question import Question
from rules.shipped import DaySpan, days_after, days_before, span_of
from store.journeys import FrozenFigure, Journey, Metric, Opportunity
from viewer.maps import Maps
from viewer.questions import Asked

MOST_EFFECTS = 12  # opportunities, the last shipped ones, whose effect a page measures


@dataclass(frozen=True)
class Effect:
    """A figure of the place of an opportunity before it was shipped and after, of everyone. `after` and `difference`
    are None until the days after are over, or where nobody was there. `kept`: it was stored when it was shipped; else
    it is measured now, over the same days."""

    metric: Metric
    before: ShareOf
    before_days: DaySpan
    kept: bool
    after: ShareOf | None
    after_days: DaySpan
    over: bool
    difference: ShareDifference | None


@dataclass(frozen=True)
class MeasuredOpportunities:
    """`figures` by the key of the opportunity; `effects` of those that were shipped, where anybody was there before."""

    figures: Mapping[str, OpportunityFigures] = field(default_factory=dict)
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

    def __init__(self, maps: Maps) -> None:
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
            {key: effect for key, effect in effects.items() if effect is not None},
        )

    async def effect(self, journey: Journey, one: Opportunity, asked: Asked) -> Effect | None:
        """None for one that was not shipped, or whose place nobody came to before."""
        shipped = day_of(one.shipped_on) if one.state == "shipped" else None
        if shipped is None:
            return None
        kept = one.before or await self.frozen(journey, one, asked)
        days = span_of(kept) if kept else None
        before = share_of(kept.k, kept.n) if kept else None
        if kept is None or days is None or before is None:
            return None
        later = days_after(shipped, days)
        over = asked.today > later.until
        after = None
        if over:
            measure = await self._as_of(journey, asked, later)
            after = kept_share(journey, one, measure, kept.metric)
        difference = share_difference(before.visitors, before.of, after.visitors, after.of) if after else None
        return Effect(kept.metric, before, days, one.before is not None, after, later, over, difference)

    async def frozen(self, journey: Journey, one: Opportunity, asked: Asked) -> FrozenFigure | None:
        """The figure of its place over the days before it was shipped; None without that day, or if nobody came."""
        shipped = day_of(one.shipped_on)
        if shipped is None:
            return None
        days = days_before(shipped)
        measure = await self._as_of(journey, asked, days)
        return frozen_figure(place_figure(journey, one, measure), days.since.isoformat(), days.until.isoformat())

    async def with_frozen(self, journey: Journey, asked: Asked) -> Journey:
        """The journey whose shipped opportunities all have the figure from before, where there is one."""
        if all(one.before or one.state != "shipped" for one in journey.opportunities):
            return journey
        found = []
        for one in journey.opportunities:
            missing = one.state == "shipped" and one.before is None
            before = await self.frozen(journey, one, asked) if missing else one.before
            found.append(changed(one, before=before) if missing else one)
        return changed(journey, opportunities=tuple(found))

    async def _as_of(self, journey: Journey, asked: Asked, days: DaySpan) -> JourneyMeasure:
        """The journey of everyone in these days, as it was at their end."""
        question = Question(
            asked.question.site, zone=asked.question.zone, period=Period(since=days.since, until=days.until)
        )
        return await self._maps.journey_as_of(journey, question, asked.known.goals)
