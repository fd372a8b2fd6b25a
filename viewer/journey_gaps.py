"""A future state against the map of today, with the figures of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.answers.journey import JourneyMap, JourneyMeasure, map_of
from aggregator.answers.journey_gap import PathGap, TargetGap, path_gaps, target_gaps
from rules.find import Rejected, named
from rules.journey_gap import JourneyGap, gap_between
from store.journeys import Journey
from viewer.http.errors import Problem
from viewer.journey_maps import JourneyMaps
from viewer.questions import Asked
from viewer.registry import Registry


@dataclass(frozen=True)
class MeasuredGap:
    """`today`: the map that `future` is based on, with its `figures`. `targets` and `paths` by the keys of the
    touchpoints of the future."""

    today: Journey
    future: Journey
    gap: JourneyGap
    figures: JourneyMap
    targets: Mapping[str, tuple[TargetGap, ...]]
    paths: Mapping[str, PathGap]


class GapReader:
    """Measures the gap on demand."""

    def __init__(self, maps: JourneyMaps, registry: Registry) -> None:
        self._maps = maps
        self._registry = registry

    async def base(self, asked: Asked, future: Journey) -> Journey | None:
        """The map that it is based on; None if it names none, itself, or one that is not there any more or broken."""
        if not future.based_on or future.based_on == future.id:
            return None
        found = await self._registry.listing(Journey, asked.site)
        every: tuple[Journey | Rejected[Journey], ...] = found.records
        one = named(every, future.based_on)
        return one if isinstance(one, Journey) else None

    async def measured(self, asked: Asked, today: Journey, future: Journey) -> MeasuredGap:
        """The question must have no faults."""
        of_today, of_future = await self._measure(asked, today), await self._measure(asked, future)
        return MeasuredGap(
            today=today,
            future=future,
            gap=gap_between(today, future),
            figures=map_of(today, of_today),
            targets=target_gaps(today, of_today, future),
            paths=path_gaps(future, of_future),
        )

    async def of(self, asked: Asked, future: Journey) -> MeasuredGap:
        """Problem 404 without a map that it is based on."""
        today = await self.base(asked, future)
        if today is None:
            raise Problem(404, "no_current_map", *without_base(future))
        return await self.measured(asked, today, future)

    async def _measure(self, asked: Asked, journey: Journey) -> JourneyMeasure:
        return await self._maps.journey_measure(journey, asked.question, asked.known.goals)


def without_base(future: Journey) -> tuple[str, str]:
    """Why there is no gap, and what to do."""
    if not future.based_on:
        return "This map is not based on another one.", "Set based_on to the id of the map of today."
    return f"The map {future.based_on!r}, which this one is based on, is not there any more.", (
        "Restore it, or set based_on to another map."
    )
