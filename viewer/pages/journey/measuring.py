"""Measures a journey for its pages: its figures, its opportunities and the experiments that test them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aggregator.answers.experiment_result import ExperimentResult
from aggregator.answers.journey import map_of
from aggregator.answers.unmapped import UnmappedTraffic
from viewer.experiment_results import ExperimentResults
from viewer.journey_before import changes_since
from viewer.journey_feedback import JourneyFeedback
from viewer.journey_maps import JourneyMaps
from viewer.maps import site_scope_of
from viewer.opportunities import OpportunityReader
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.who.bars import WhoBars
from viewer.personas import PersonaReader
from viewer.traffic import TrafficReader


class JourneyMeasurer:
    """Adds figures to a journey that is to be shown."""

    def __init__(
        self,
        maps: JourneyMaps,
        reader: OpportunityReader,
        results: ExperimentResults,
        traffic: TrafficReader,
        personas: PersonaReader,
        bars: WhoBars,
        feedback: JourneyFeedback,
    ) -> None:
        self._maps = maps
        self._reader = reader
        self._results = results
        self._traffic = traffic
        self._personas = personas
        self._bars = bars
        self._feedback = feedback

    async def measured(
        self,
        shown: MeasuredJourney,
        *,
        quick: bool = False,
        opportunities: bool = True,
        before: bool = False,
        lanes: bool = False,
        personas: bool = False,
    ) -> MeasuredJourney:
        """`quick`: the first answer about many views may be of one visitor in ten. `opportunities`: whether they are
        measured too. `before`: whether the exact figures are compared with the period before. `lanes`: whether
        what the measured lanes show is counted too. `personas`: whether each persona is counted, and the one that is on
        compared with the others."""
        journey, asked = shown.journey, shown.asked
        found = await self._maps.journey_measure(journey, asked.question, asked.known.goals, quick=quick)
        shown = replace(shown, figures=map_of(journey, found), measure=found.figures)
        if lanes:
            shown = replace(shown, lanes=await self._maps.journey_lanes(journey, asked.question, found))
            if any(lane.kind == "feedback" and not lane.hidden for lane in journey.lanes):
                shown = replace(shown, feedback=await self._feedback.of(journey, asked.question, asked.site))
        if before and found.one_in == 1:
            shown = replace(shown, changes=await changes_since(self._maps, journey, asked, found))
        if personas:
            beside = await self._personas.measured(journey, asked, shown.persona, found)
            names = await self._bars.names(asked.known, beside.rules) if beside.account else shown.names
            shown = replace(shown, beside=beside, names=names)
        if not opportunities or not journey.opportunities:
            return shown
        measured = await self._reader.measured(journey, asked, found)
        return replace(shown, opportunities=measured, results=await self._tests(shown))

    async def unmapped(self, shown: MeasuredJourney) -> UnmappedTraffic:
        """What no touchpoint claims; beside a first answer, of one visitor in ten too."""
        scope = site_scope_of(shown.asked.question)
        return await self._traffic.unmapped(shown.journey, replace(scope, tenth=shown.figures.one_in > 1))

    async def _tests(self, shown: MeasuredJourney) -> Mapping[str, ExperimentResult]:
        known, wanted = shown.asked.known, {one.experiment for one in shown.journey.opportunities}
        linked = [one for one in known.experiments if one.id in wanted]
        found = await self._results.all(shown.asked.site, linked, known.goals) if linked else ()
        return {one.id: result for one, result in zip(linked, found, strict=True)}
