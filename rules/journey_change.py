"""One change of a journey map: a code with values; `CHANGES` has the English sentences, the viewer those of its pages.

Texts that exist in several languages stay mappings (`{"en": …, "fr": …}`), so that a page can write them in its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Value = str | int | float | Mapping[str, str]

CHANGES: dict[str, str] = {
    "name": "Name: “{old}” became “{new}”.",
    "kind": "Kind of map: {old} became {new}.",
    "objective": "Objective: “{new}”.",
    "objective_changed": "Objective: “{old}” became “{new}”.",
    "objective_removed": "Objective removed.",
    "owner": "Owner: {new}.",
    "owner_changed": "Owner: {old} became {new}.",
    "owner_removed": "Owner removed.",
    "review": "Review on {day}.",
    "review_removed": "Review date removed.",
    "window": "Time window: {old} to {new} days.",
    "goals": "Goals of the map changed.",
    "based_on": "The map that it is compared with changed.",
    "left_out": "What is left out of the traffic without a touchpoint changed.",
    "stages_order": "Order of the stages changed.",
    "stage_added": "Stage “{name}” added (touchpoints: {n}).",
    "stage_removed": "Stage “{name}” removed (touchpoints: {n}).",
    "stage_renamed": "Stage “{old}” renamed to “{new}”.",
    "stage_window": "Time window of stage “{name}”: {old} to {new} days.",
    "stage_goal": "The goal that completes stage “{name}” changed.",
    "touchpoint_added": "Touchpoint “{name}” added to stage “{stage}”.",
    "touchpoint_removed": "Touchpoint “{name}” removed from stage “{stage}”.",
    "touchpoint_renamed": "Touchpoint “{old}” renamed to “{new}”.",
    "touchpoint_moved": "Touchpoint “{name}” moved from stage “{old}” to stage “{new}”.",
    "touchpoints_order": "Order of the touchpoints in stage “{name}” changed.",
    "touchpoint_matchers": "What counts as touchpoint “{name}”: {old} became {new}.",
    "touchpoint_purpose": "Purpose of touchpoint “{name}”: “{old}” became “{new}”.",
    "touchpoint_expected": "What is expected to follow touchpoint “{name}”: {old} became {new}.",
    "touchpoint_target": "Target of touchpoint “{name}”, {metric}: {old} became {new}.",
    "touchpoint_target_set": "Target of touchpoint “{name}”, {metric}: {new}.",
    "touchpoint_target_removed": "Target of touchpoint “{name}” removed, {metric}: it was {old}.",
    "touchpoint_targets_order": "Order of the targets of touchpoint “{name}” changed.",
    "lanes_order": "Order of the lanes changed.",
    "lane_added": "Lane “{name}” added.",
    "lane_removed": "Lane “{name}” removed.",
    "lane_renamed": "Lane “{old}” renamed to “{new}”.",
    "lane_kind": "Lane “{name}” shows something else.",
    "lane_hidden": "Lane “{name}” hidden.",
    "lane_shown": "Lane “{name}” shown again.",
    "cell_written": "“{lane}” of “{place}” written: “{new}”.",
    "cell_changed": "“{lane}” of “{place}” changed: “{old}” became “{new}”.",
    "cell_emptied": "“{lane}” of “{place}” emptied: “{old}”.",
    "mood": "“{lane}” of “{place}”: {new}.",
    "mood_changed": "“{lane}” of “{place}”: {old} became {new}.",
    "mood_removed": "“{lane}” of “{place}” has no value any more: it was {old}.",
    "evidence": "“{lane}” of “{place}”: {old} became {new}.",
    "basis": "“{lane}” of “{place}”, source: “{old}” became “{new}”.",
    "cell_choice": "“{lane}” of “{place}”: two texts that were written at once, or the choice between them.",
    "persona_added": "Persona “{name}” added.",
    "persona_removed": "Persona “{name}” removed.",
    "persona_renamed": "Persona “{old}” renamed to “{new}”.",
    "persona_segment": "Who is counted for persona “{name}” changed.",
    "persona_about": "Persona “{name}”, who it is: “{old}” became “{new}”.",
    "persona_goals": "Persona “{name}”, wants: “{old}” became “{new}”.",
    "persona_fears": "Persona “{name}”, fears: “{old}” became “{new}”.",
    "persona_quote": "Persona “{name}”, quote: “{old}” became “{new}”.",
    "persona_devices": "Persona “{name}”, uses: “{old}” became “{new}”.",
    "personas_order": "Order of the personas changed.",
    "opportunity_added": "Opportunity “{name}” added.",
    "opportunity_removed": "Opportunity “{name}” removed.",
    "opportunity_renamed": "Opportunity “{old}” renamed to “{new}”.",
    "opportunity_state": "Opportunity “{name}”: {old} became {new}.",
    "opportunity_moved": "Opportunity “{name}” moved from “{old}” to “{new}”.",
    "opportunity_owner": "Opportunity “{name}”, owner: {old} became {new}.",
    "opportunity_effort": "Opportunity “{name}”, effort: {old} became {new}.",
    "opportunity_note": "Opportunity “{name}”, note: “{old}” became “{new}”.",
    "opportunity_changed": "Opportunity “{name}” changed.",
    "opportunities_order": "Order of the opportunities changed.",
}  # fmt: skip
NOTHING = "–"  # in place of a value that is not there
SHOWN = 120  # characters of a text that a change quotes


@dataclass(frozen=True)
class JourneyChange:
    """One change. `code`: a key of CHANGES."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The change in English."""
        return CHANGES[self.code].format(**{name: _english(value) for name, value in self.values.items()})


def change(code: str, **values: Value) -> JourneyChange:
    """A change whose quoted texts are cut to a length that can be shown."""
    return JourneyChange(code, {name: _short(value) for name, value in values.items()})


def _short(value: Any) -> Value:
    if isinstance(value, Mapping):
        return {code: _cut(text) for code, text in value.items()}
    return _cut(value) if isinstance(value, str) else value


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1].rstrip() + "…"


def _english(value: Value) -> Value:
    if isinstance(value, Mapping):
        return value.get("en") or next(iter(value.values()), "")
    return f"{value:+g}" if isinstance(value, float) else value
