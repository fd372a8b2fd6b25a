"""The lane of feedback: the figures of the surveys that ask at the touchpoints of a stage."""

from __future__ import annotations

from dataclasses import dataclass

from store.journeys import Stage
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.sentences.scores import NAMES, interval_words, share_words, value_words


@dataclass(frozen=True)
class FeedbackLine:
    """A survey at a touchpoint. `href`: its answers. `about`: the touchpoint; "" if the stage has no other."""

    about: str
    name: str
    href: str
    kind: str
    value: str
    detail: str


def feedback_lines(measured: MeasuredJourney, stage: Stage) -> tuple[FeedbackLine, ...]:
    """Those of a stage."""
    lang, found = measured.lang, []
    for touchpoint in stage.touchpoints:
        about = lang.words(touchpoint.name, touchpoint.key) if len(stage.touchpoints) > 1 else ""
        for one in measured.feedback.get(touchpoint.key, ()):
            n = lang.plural("%(num)s answer", "%(num)s answers", one.figure.n)
            response, _ = share_words(lang, one.response)
            answered = lang.text("%(share)s of those asked answered", share=response) if response else ""
            said = (interval_words(lang, one.figure), n, answered)
            found.append(
                FeedbackLine(
                    about,
                    one.name,
                    measured.urls.survey(measured.site, one.survey),
                    NAMES[one.figure.kind],
                    value_words(lang, one.figure),
                    ", ".join(part for part in said if part),
                )
            )
    return tuple(found)
