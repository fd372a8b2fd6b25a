"""What visitors answered at the touchpoints of a journey, for its lane of feedback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from aggregator.measures.feedback import ScoreFigure, ShareFigure
from rules.question import Question
from store.journeys import Journey, Touchpoint
from store.records import Site
from store.surveys import SCALES, Survey
from viewer.registry import Registry
from viewer.surveys import SurveyReader


@dataclass(frozen=True)
class TouchpointFeedback:
    """The main figure of a survey that asks at a touchpoint, and how many of those asked answered."""

    survey: str
    name: str
    figure: ScoreFigure
    response: ShareFigure


Feedbacks = Mapping[str, tuple[TouchpointFeedback, ...]]  # by the key of a touchpoint


class JourneyFeedback:
    """Reads it."""

    def __init__(self, registry: Registry, surveys: SurveyReader) -> None:
        self._registry = registry
        self._surveys = surveys

    async def of(
        self, journey: Journey, question: Question, site: Site
    ) -> Mapping[str, tuple[TouchpointFeedback, ...]]:
        """Key of a touchpoint → its surveys with a score, of the visitors whom the question asks about."""
        asking = [one for one in (await self._registry.listing(Survey, site)).records if one.state != "draft"]
        scored = [one for one in asking if any(part.kind in SCALES for part in one.questions)]
        wanted = {
            touchpoint.key: [one for one in scored if asks_at(one, journey.id, touchpoint)]
            for stage in journey.stages
            for touchpoint in stage.touchpoints
        }
        figures = {
            one.id: await self._figure(one, question) for one in scored if any(one in all for all in wanted.values())
        }
        return {
            key: tuple(figure for one in surveys if (figure := figures[one.id]) is not None)
            for key, surveys in wanted.items()
            if surveys
        }

    async def _figure(self, survey: Survey, question: Question) -> TouchpointFeedback | None:
        report = await self._surveys.report(replace(question, page="", page_group=None), survey)
        found = next((one.figure for one in report.questions if one.question == report.score), None)
        if found is None or not found.n:
            return None
        return TouchpointFeedback(survey.id, survey.name, found, report.account.response)


def asks_at(survey: Survey, journey: str, touchpoint: Touchpoint) -> bool:
    """Whether a survey asks at a touchpoint: it names it, or a pattern of its pages."""
    if survey.touchpoint:
        return (survey.journey, survey.touchpoint) == (journey, touchpoint.key)
    return bool(set(survey.pages) & set(touchpoint.patterns))
