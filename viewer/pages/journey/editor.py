"""The map open for editing in place, `?edit=1`: one page whose scripts (static/journey) draw and change the journey."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, get_args

from msgspec import to_builtins

from aggregator.measures.touchpoint_metrics import TIMES
from rules.journey_lanes import MORE, MORE_NAMES, USUAL, USUAL_NAMES
from store.journeys import (
    BEST_MOOD,
    MAX_OPPORTUNITIES,
    MAX_PERSONAS,
    MAX_STAGES,
    MAX_TOUCHPOINTS,
    PERSONAS_ADVISED,
    WORST_MOOD,
    LaneKind,
    Touchpoint,
)
from viewer.pages.frame.page import Frame, Page, doc
from viewer.pages.journey.editor_words import editor_words
from viewer.pages.journey.lanes.emotion import measured_mood
from viewer.pages.journey.lanes.opportunities import effort_names, state_names
from viewer.pages.journey.lanes.rows import lane_note
from viewer.pages.journey.lanes.touchpoints import kind_names, touchpoint_cards
from viewer.pages.journey.lanes.typed import evidence_names
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.journey.metrics import metric_figure, metric_names, metric_value
from viewer.pages.journey.stage_heads import stage_heads

# Lanes of a service blueprint, which can be added to any map: key → English and French name
BLUEPRINT: dict[str, dict[str, str]] = {
    "evidence": {"en": "Physical evidence", "fr": "Preuves physiques"},
    "front_stage": {"en": "Front stage", "fr": "Avant-scène"},
    "back_stage": {"en": "Back stage", "fr": "Arrière-scène"},
    "support": {"en": "Support processes", "fr": "Processus de soutien"},
}


@dataclass(frozen=True, kw_only=True)
class JourneyEditorPage(Page):
    """A journey open for editing, `/sites/3/journeys/first-lamp?edit=1`."""

    template = "journey/editor.html"
    docs = "journeys#editing-in-place"
    name: str = doc("Name of the journey")
    version: int = doc("The version that editing begins with")
    editor: dict[str, Any] = doc("The journey with its figures, and all that the scripts need, as plain JSON values")
    done: str = doc("Address of the map to read")
    revisions: str = doc("Address of its revisions")
    form: str = doc("Address of the plain form, for browsers without scripts")


def editor_page(frame: Frame, measured: MeasuredJourney) -> JourneyEditorPage:
    """`measured`: with every stage unfolded."""
    journey, urls, site = measured.journey, measured.urls, measured.site
    return JourneyEditorPage(
        frame=frame,
        title=frame.lang.text("Edit %(name)s", name=journey.name),
        name=journey.name,
        version=journey.version,
        editor=_editor(measured),
        done=replace(measured, unfolded=frozenset()).links.to(),
        revisions=urls.revisions(site, journey.id),
        form=urls.journey(site, journey.id, edit="form"),
    )


def _editor(measured: MeasuredJourney) -> dict[str, Any]:
    lang, journey, urls, site, known = (
        measured.lang, measured.journey, measured.urls, measured.site, measured.asked.known,
    )  # fmt: skip
    days = measured.asked.question.query()
    return {
        "journey": to_builtins(journey),
        "language": lang.code,
        "locale": lang.locale.language,
        "today": measured.asked.today.isoformat(),
        "figures": _figures(measured) | {"moods": _moods(measured)},
        "words": editor_words(lang),
        "names": {
            "lanes": {key: lang.words(name) for key, name in (USUAL_NAMES | MORE_NAMES | BLUEPRINT).items()},
            "notes": {kind: lane_note(lang, kind) for kind in get_args(LaneKind)},
            "evidence": evidence_names(lang),
            "kinds": kind_names(lang),
            "metrics": metric_names(lang),
            "states": state_names(lang),
            "efforts": effort_names(lang),
        },
        "addable": {key: {"kind": kind, "name": name} for key, kind, name in _addable()},
        "usual": USUAL_NAMES,
        "times": list(TIMES),
        "segments": [{"id": one.id, "name": one.name} for one in known.segments],
        "goals": [{"id": one.id, "name": one.name} for one in known.goals],
        "experiments": [{"id": one.id, "name": one.name} for one in known.experiments],
        "limits": {
            "stages": MAX_STAGES,
            "touchpoints": MAX_TOUCHPOINTS,
            "personas": MAX_PERSONAS,
            "advised": PERSONAS_ADVISED,
            "opportunities": MAX_OPPORTUNITIES,
            "worst": WORST_MOOD,
            "best": BEST_MOOD,
        },
        "urls": {
            "save": urls.api("sites", site, "journeys", journey.id, "save"),
            "seen": urls.journey_seen(site, journey.id, **days),
            "recount": urls.journey_recount(site, journey.id, **days),
            "fit": urls.journey_fit(site, journey.id, **days),
        },
    }


def _addable() -> Iterator[tuple[str, LaneKind, dict[str, str]]]:
    """Key, kind and name of each lane that a map can have once, beside lanes of the team's own."""
    yield from ((key, kind, USUAL_NAMES[key]) for key, kind in USUAL)
    yield from ((key, kind, MORE_NAMES[key]) for key, kind in MORE)
    yield from ((key, "text", name) for key, name in BLUEPRINT.items())


def _figures(measured: MeasuredJourney) -> dict[str, Any]:
    """What is measured, as words, by the key of the stage or touchpoint."""
    if not measured.figures.stages:
        return {"stages": {}, "touchpoints": {}}
    heads = {head.key: asdict(head) for head in stage_heads(measured)}
    cards = [card for stage in measured.journey.stages for card in touchpoint_cards(measured, stage)]
    touchpoints = {one.key: one for stage in measured.journey.stages for one in stage.touchpoints}
    return {
        "stages": {
            key: {name: head[name] for name in ("visitors", "go", "more", "alarm")} for key, head in heads.items()
        },
        "touchpoints": {
            card.key: {
                "href": card.href,
                "thumb": card.thumb,
                "alarm": card.alarm,
                "note": card.evidence,
                "shares": _shares(measured, touchpoints[card.key]),
            }
            for card in cards
        },
    }


def _moods(measured: MeasuredJourney) -> dict[str, float]:
    """The measured mood of each stage."""
    found = {stage.key: measured_mood(measured, stage) for stage in measured.journey.stages}
    return {key: mood for key, mood in found.items() if mood is not None}


def _shares(measured: MeasuredJourney, touchpoint: Touchpoint) -> dict[str, str]:
    """Each figure that a target can be set for, by its metric."""
    names = metric_names(measured.lang)
    found = {metric: metric_figure(measured, touchpoint, metric) for metric in names}
    return {metric: metric_value(measured.lang, metric, figure) for metric, figure in found.items() if figure}
