"""A journey with its figures, and what the parts of its map need for their words and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from aggregator.answers.experiment_result import ExperimentResult
from aggregator.answers.journey import JourneyMap, StageRow, TouchpointRow
from aggregator.answers.journey_lanes import MeasuredLanes
from aggregator.measures.journey_figures import JourneyFigures, TouchpointFigures
from aggregator.measures.journey_periods import PeriodChanges
from store.journeys import Journey, Stage, Touchpoint
from viewer.http.urls import Urls
from viewer.journey_feedback import TouchpointFeedback
from viewer.opportunities import MeasuredOpportunities
from viewer.pages.frame.languages import Language
from viewer.pages.map.links import Links
from viewer.pages.sentences.names import NO_NAMES, SiteNames
from viewer.personas import PersonaFigures
from viewer.questions import Asked


@dataclass(frozen=True)
class MeasuredJourney:
    """`journey`: with its lanes and cells (`rules.journey_lanes.laid_out`). `unfolded`: keys of the empty stages that
    the reader opened. `edit`: address of the map open for editing; "" if the person may not edit it. `persona`: the key
    of the one whose numbers are shown; "" for everyone."""

    lang: Language
    urls: Urls
    asked: Asked
    journey: Journey
    figures: JourneyMap
    measure: JourneyFigures | None = None  # everything measured; None before it was
    edit: str = ""
    unfolded: frozenset[str] = frozenset()
    persona: str = ""
    beside: PersonaFigures = PersonaFigures()  # the personas, and the one that is on beside the others
    names: SiteNames = NO_NAMES  # of what the rules of that persona refer to
    compared: bool = False  # with the period before
    changes: PeriodChanges | None = None  # against it; None if it was not measured
    futures: tuple[Journey, ...] = ()  # the future states that are based on it, or itself if it is one
    opportunities: MeasuredOpportunities = MeasuredOpportunities()
    feedback: Mapping[str, tuple[TouchpointFeedback, ...]] = field(default_factory=dict)  # by key of touchpoint
    lanes: MeasuredLanes = MeasuredLanes()  # what the measured lanes show beside the figures
    results: Mapping[str, ExperimentResult] = field(default_factory=dict)  # of the experiments that test opportunities

    @property
    def site(self) -> str:
        return self.asked.site.id

    @property
    def links(self) -> Links:
        """Links of the page."""
        compared = "before" if self.compared else ""
        chosen = (("persona", self.persona), ("with", compared), ("open", "~".join(sorted(self.unfolded))))
        return Links(
            self.urls.journey(self.site, self.journey.id),
            self.asked.question,
            extra=tuple(pair for pair in chosen if pair[1]),
        )

    @cached_property
    def query(self) -> dict[str, str]:
        """Period, device and who is counted, with the journey to come back to: for links to maps."""
        return self.asked.question.query() | {"journey": self.journey.id}

    @cached_property
    def pictured(self) -> set[str]:
        """The pages that have a picture."""
        return {s.page for s in self.asked.known.snapshots if not s.variant and not s.state}

    @cached_property
    def usual(self) -> list[float]:
        """The frustrated shares of all touchpoints with enough visitors."""
        rows = self.figures.touchpoints.values()
        return [row.frustrated for row in rows if row.frustrated is not None and not row.few]

    @cached_property
    def goal_stage(self) -> int:
        """Index of the last stage that completes a goal; the number of stages if none does."""
        found = [i for i, stage in enumerate(self.journey.stages) if stage.completes]
        return found[-1] if found else len(self.journey.stages)

    @cached_property
    def open_stages(self) -> tuple[Stage, ...]:
        """The stages shown as columns: an empty one is folded until the reader opens it."""
        return tuple(stage for stage in self.journey.stages if not self.is_folded(stage))

    def is_folded(self, stage: Stage) -> bool:
        """Whether nothing is on the map for this stage, and the reader did not open it."""
        if stage.touchpoints or stage.key in self.unfolded:
            return False
        journey = self.journey
        filled = {cell.stage for cell in journey.cells} | {one.stage for one in journey.opportunities}
        return stage.key not in filled

    def stage_row(self, stage: Stage) -> StageRow:
        return self.figures.stages[self.journey.stages.index(stage)]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {touchpoint.key: number for number, (_, touchpoint) in enumerate(self.journey.touchpoints, 1)}

    def number_of(self, touchpoint: Touchpoint) -> int:
        """The number by which the figures name a touchpoint."""
        return self._numbers[touchpoint.key]

    def touchpoint_figures(self, touchpoint: Touchpoint) -> TouchpointFigures | None:
        """Everything measured about a touchpoint."""
        return self.measure.touchpoints.get(self._numbers[touchpoint.key]) if self.measure else None

    @property
    def goal(self) -> str:
        """Id of the goal of the map; "" without one."""
        return self.journey.main_goal

    def touchpoint_row(self, touchpoint: Touchpoint) -> TouchpointRow | None:
        return self.figures.touchpoints.get(touchpoint.key)

    def goal_name(self, goal: str) -> str:
        """The name of a goal of the site; its id if it has been deleted."""
        return next((one.name for one in self.asked.known.goals if one.id == goal), goal)
