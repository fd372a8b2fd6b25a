"""The lane of actions: the elements that most visitors of each touchpoint used, and which of them do nothing."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.touchpoint import UsedElement
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW
from store.journeys import Stage
from viewer.pages.frame.languages import Language
from viewer.pages.journey.facts import MapFact
from viewer.pages.journey.measured import MeasuredJourney

DEAD_LEAST = 0.30  # of an element's clickers; below, dead clicks are not mentioned (aggregator/answers/troubles.py)


@dataclass(frozen=True)
class ActionList:
    """The elements of a touchpoint. `about`: its name; "" if the stage has no other."""

    about: str
    lines: tuple[MapFact, ...]


def action_lists(measured: MeasuredJourney, stage: Stage) -> tuple[ActionList, ...]:
    """One for each touchpoint of a stage of which elements were used by enough visitors."""
    lang, found = measured.lang, []
    for touchpoint in stage.touchpoints:
        used = measured.lanes.elements.get(touchpoint.key, ())
        lines = tuple(_line(lang, one, one.share) for one in used if one.share and one.share.of >= FEW)
        about = lang.words(touchpoint.name, touchpoint.key) if len(stage.touchpoints) > 1 else ""
        if lines:
            found.append(ActionList(about, lines))
    return tuple(found)


def _line(lang: Language, one: UsedElement, share: ShareOf) -> MapFact:
    detail = lang.text(
        "%(interval)s, %(n)s of %(all)s visitors",
        interval=lang.between(share.low, share.high),
        n=lang.number(share.visitors),
        all=lang.number(share.of),
    )
    if one.dead and one.dead.of >= FEW and one.dead.share >= DEAD_LEAST:
        nothing = lang.text("for %(share)s of them nothing happened", share=lang.share(one.dead.share))
        detail = f"{detail}; {nothing}"
    return MapFact(one.name or lang.text("An element without a name"), lang.share(share.share), detail)
