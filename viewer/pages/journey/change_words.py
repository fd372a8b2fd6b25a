"""What changed in a journey (rules/journey_change.py), in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.measures.touchpoint_metrics import TIMES
from rules.journey_change import JourneyChange, Value
from rules.journey_template import template_kinds
from viewer.pages.frame.languages import Language
from viewer.pages.journey.lanes.opportunities import effort_names, state_names
from viewer.pages.journey.lanes.typed import evidence_names
from viewer.pages.journey.metrics import metric_names

COUNTED = ("stage_added", "stage_removed")
TARGETS = ("touchpoint_target", "touchpoint_target_set", "touchpoint_target_removed")


def change_words(lang: Language, change: JourneyChange) -> str:
    """One change as a sentence."""
    values = {name: _value(lang, change.code, name, value) for name, value in change.values.items()}
    if change.code in TARGETS:
        metric = str(change.values["metric"])
        values |= {name: _target(lang, metric, change.values[name]) for name in ("old", "new") if name in values}
        values["metric"] = dict[str, str](metric_names(lang).items()).get(metric, metric)
    if change.code in COUNTED:
        return _stage(lang, change, values)
    return _sentences(lang)[change.code] % values


def _value(lang: Language, code: str, name: str, value: Value) -> str:
    if isinstance(value, Mapping):
        return lang.words(value)
    if isinstance(value, float):
        return ("+" if value > 0 else "") + lang.number(value, 1)
    if isinstance(value, int):
        return lang.number(value)
    if name == "day":
        return lang.day(value)
    return _named(lang, code).get(value, value) if name in ("old", "new") else value


def _target(lang: Language, metric: str, value: Value) -> str:
    """`at least 70%`, `at most 30 s`, of `at least 0.7`."""
    wanted, _, amount = str(value).removeprefix("at ").partition(" ")
    shown = lang.span(float(amount)) if metric in TIMES else lang.share(float(amount))
    if wanted == "least":
        return lang.text("at least %(value)s", value=shown)
    return lang.text("at most %(value)s", value=shown)


def _named(lang: Language, code: str) -> Mapping[str, str]:
    """Names of the values that a change goes from and to; none if they are texts."""
    match code:
        case "kind":
            return {kind.kind: lang.words(kind.name) for kind in template_kinds()}
        case "evidence":
            return dict[str, str](evidence_names(lang).items())
        case "opportunity_effort":
            return effort_names(lang)
        case "opportunity_state":
            return dict[str, str](state_names(lang).items())
        case _:
            return {}


def _stage(lang: Language, change: JourneyChange, values: Mapping[str, str]) -> str:
    n, added = change.values["n"], change.code == "stage_added"
    count = n if isinstance(n, int) else 0
    if not count:
        bare = lang.text("Stage “%(name)s” added.") if added else lang.text("Stage “%(name)s” removed.")
        return bare % values
    if added:
        return lang.plural(
            "Stage “%(name)s” added, with %(num)s touchpoint.",
            "Stage “%(name)s” added, with %(num)s touchpoints.",
            count,
            name=values["name"],
        )
    return lang.plural(
        "Stage “%(name)s” removed, with %(num)s touchpoint.",
        "Stage “%(name)s” removed, with %(num)s touchpoints.",
        count,
        name=values["name"],
    )


def _sentences(lang: Language) -> dict[str, str]:
    return {**_of_map(lang), **_of_touchpoints(lang), **_of_lanes(lang), **_of_people(lang)}


def _of_map(lang: Language) -> dict[str, str]:
    _ = lang.text
    return {
        "name": _("Name: “%(old)s” became “%(new)s”."),
        "kind": _("Kind of map: “%(old)s” became “%(new)s”."),
        "objective": _("Objective: “%(new)s”."),
        "objective_changed": _("Objective: “%(old)s” became “%(new)s”."),
        "objective_removed": _("Objective removed."),
        "owner": _("Owner: %(new)s."),
        "owner_changed": _("Owner: %(old)s became %(new)s."),
        "owner_removed": _("Owner removed."),
        "review": _("Review on %(day)s."),
        "review_removed": _("Review date removed."),
        "window": _("Time window: %(old)s to %(new)s days."),
        "goals": _("Goals of the map changed."),
        "based_on": _("The map that it is compared with changed."),
        "left_out": _("What is left out of the traffic without a touchpoint changed."),
        "stages_order": _("Order of the stages changed."),
        "stage_renamed": _("Stage “%(old)s” renamed to “%(new)s”."),
        "stage_window": _("Time window of stage “%(name)s”: %(old)s to %(new)s days."),
        "stage_goal": _("The goal that completes stage “%(name)s” changed."),
    }


def _of_touchpoints(lang: Language) -> dict[str, str]:
    _ = lang.text
    return {
        "touchpoint_added": _("Touchpoint “%(name)s” added to stage “%(stage)s”."),
        "touchpoint_removed": _("Touchpoint “%(name)s” removed from stage “%(stage)s”."),
        "touchpoint_renamed": _("Touchpoint “%(old)s” renamed to “%(new)s”."),
        "touchpoint_moved": _("Touchpoint “%(name)s” moved from stage “%(old)s” to stage “%(new)s”."),
        "touchpoints_order": _("Order of the touchpoints in stage “%(name)s” changed."),
        "touchpoint_matchers": _("What counts as touchpoint “%(name)s”: %(old)s became %(new)s."),
        "touchpoint_purpose": _("Purpose of touchpoint “%(name)s”: “%(old)s” became “%(new)s”."),
        "touchpoint_expected": _("What is expected to follow touchpoint “%(name)s”: %(old)s became %(new)s."),
        "touchpoint_target": _("Target of touchpoint “%(name)s”, %(metric)s: %(old)s became %(new)s."),
        "touchpoint_target_set": _("Target of touchpoint “%(name)s”, %(metric)s: %(new)s."),
        "touchpoint_target_removed": _("Target of touchpoint “%(name)s” removed, %(metric)s: it was %(old)s."),
        "touchpoint_targets_order": _("Order of the targets of touchpoint “%(name)s” changed."),
    }


def _of_lanes(lang: Language) -> dict[str, str]:
    _ = lang.text
    return {
        "lanes_order": _("Order of the lanes changed."),
        "lane_added": _("Lane “%(name)s” added."),
        "lane_removed": _("Lane “%(name)s” removed."),
        "lane_renamed": _("Lane “%(old)s” renamed to “%(new)s”."),
        "lane_kind": _("Lane “%(name)s” shows something else."),
        "lane_hidden": _("Lane “%(name)s” hidden."),
        "lane_shown": _("Lane “%(name)s” shown again."),
        "cell_written": _("“%(lane)s” of “%(place)s” written: “%(new)s”."),
        "cell_changed": _("“%(lane)s” of “%(place)s” changed: “%(old)s” became “%(new)s”."),
        "cell_emptied": _("“%(lane)s” of “%(place)s” emptied: “%(old)s”."),
        "mood": _("“%(lane)s” of “%(place)s”: %(new)s."),
        "mood_changed": _("“%(lane)s” of “%(place)s”: %(old)s became %(new)s."),
        "mood_removed": _("“%(lane)s” of “%(place)s” has no value any more: it was %(old)s."),
        "evidence": _("“%(lane)s” of “%(place)s”: %(old)s became %(new)s."),
        "basis": _("“%(lane)s” of “%(place)s”, source: “%(old)s” became “%(new)s”."),
        "cell_choice": _("“%(lane)s” of “%(place)s”: two texts that were written at once, or the choice between them."),
    }


def _of_people(lang: Language) -> dict[str, str]:
    _ = lang.text
    return {
        "persona_added": _("Persona “%(name)s” added."),
        "persona_removed": _("Persona “%(name)s” removed."),
        "persona_renamed": _("Persona “%(old)s” renamed to “%(new)s”."),
        "persona_segment": _("Who is counted for persona “%(name)s” changed."),
        "persona_about": _("Persona “%(name)s”, who it is: “%(old)s” became “%(new)s”."),
        "persona_goals": _("Persona “%(name)s”, wants: “%(old)s” became “%(new)s”."),
        "persona_fears": _("Persona “%(name)s”, fears: “%(old)s” became “%(new)s”."),
        "persona_quote": _("Persona “%(name)s”, quote: “%(old)s” became “%(new)s”."),
        "persona_devices": _("Persona “%(name)s”, uses: “%(old)s” became “%(new)s”."),
        "personas_order": _("Order of the personas changed."),
        "opportunity_added": _("Opportunity “%(name)s” added."),
        "opportunity_removed": _("Opportunity “%(name)s” removed."),
        "opportunity_renamed": _("Opportunity “%(old)s” renamed to “%(new)s”."),
        "opportunity_state": _("Opportunity “%(name)s”: %(old)s became %(new)s."),
        "opportunity_moved": _("Opportunity “%(name)s” moved from “%(old)s” to “%(new)s”."),
        "opportunity_owner": _("Opportunity “%(name)s”, owner: %(old)s became %(new)s."),
        "opportunity_effort": _("Opportunity “%(name)s”, effort: %(old)s became %(new)s."),
        "opportunity_note": _("Opportunity “%(name)s”, note: “%(old)s” became “%(new)s”."),
        "opportunity_changed": _("Opportunity “%(name)s” changed."),
        "opportunities_order": _("Order of the opportunities changed."),
    }
