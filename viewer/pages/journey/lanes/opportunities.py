"""The lane of opportunities: what the team could change at each stage."""

from __future__ import annotations

from dataclasses import dataclass

from store.journeys import Opportunity, OpportunityState, Stage
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.journey.measured import MeasuredJourney


@dataclass(frozen=True)
class OpportunityLine:
    """`unowned`: nobody has taken it on yet. `tested`: the experiment that tests it, if it is linked."""

    title: str
    state: OpportunityState
    state_words: str
    about: str
    owner: str
    effort: str
    note: str
    unowned: bool
    tested: Choice | None


def opportunity_lines(measured: MeasuredJourney, stage: Stage) -> tuple[OpportunityLine, ...]:
    """The opportunities of a stage and its touchpoints."""
    names = {one.key: measured.lang.words(one.name, one.key) for one in stage.touchpoints}
    here = [one for one in measured.journey.opportunities if one.stage == stage.key]
    return tuple(_line(measured, one, names.get(one.touchpoint, "")) for one in here)


def _line(measured: MeasuredJourney, one: Opportunity, about: str) -> OpportunityLine:
    lang = measured.lang
    experiment = next((found for found in measured.asked.known.experiments if found.id == one.experiment), None)
    tested = Choice(experiment.name, measured.urls.experiment(measured.site, experiment.id)) if experiment else None
    words = state_names(lang)[one.state]
    if one.state == "shipped" and one.shipped_on:
        words = lang.text("shipped on %(day)s", day=lang.day(one.shipped_on))
    return OpportunityLine(
        title=one.title,
        state=one.state,
        state_words=words,
        about=about,
        owner=one.owner or lang.text("nobody yet"),
        effort=effort_names(lang).get(one.effort, ""),
        note=one.note,
        unowned=not one.owner,
        tested=tested,
    )


def state_names(lang: Language) -> dict[OpportunityState, str]:
    _ = lang.text
    return {
        "idea": _("idea"),
        "planned": _("planned"),
        "testing": _("testing"),
        "shipped": _("shipped"),
        "dropped": _("dropped"),
    }


def effort_names(lang: Language) -> dict[str, str]:
    _ = lang.text
    return {"small": _("small effort"), "medium": _("medium effort"), "large": _("large effort")}
