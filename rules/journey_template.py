"""The maps that a new journey can start from: data in both languages, one file for each kind of map."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from rules.journey_lanes import USUAL_NAMES
from rules.shape import plain
from store.journeys import Journey, Lane, LaneCell, MapKind, Persona, Stage
from store.records import Label, Text

FOLDER = Path(__file__).with_name("journey_templates")
KINDS: tuple[MapKind, ...] = get_args(MapKind)
NINE_STAGES, BLANK = "nine-stages", "blank"  # keys: the usual template, and the one without content


class JourneyTemplate(Struct, frozen=True, forbid_unknown_fields=True):
    """`lanes`: none if those of its kind apply. `goal_stage`: the stage in which the site's goal is usually reached."""

    key: str
    name: Label
    about: Text
    stages: tuple[Stage, ...]
    cells: tuple[LaneCell, ...] = ()
    lanes: tuple[Lane, ...] = ()
    goal_stage: str = ""


class TemplateKind(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of map: what it is for, its lanes, and the templates of it. A future state copies stages of another map,
    so it has none."""

    kind: MapKind
    name: Label
    about: Text
    objective: Label
    persona: Label
    lanes: tuple[Lane, ...]
    templates: tuple[JourneyTemplate, ...]


@dataclass(frozen=True)
class NewMap:
    """What is chosen for a new map. `language`: of its texts that exist in one language only; `goals`: ids of the
    site's goals."""

    name: str
    language: str = "en"
    review_on: str = ""
    goals: Collection[str] = ()


@cache
def template_kinds() -> tuple[TemplateKind, ...]:
    """Every kind of map, in the order of `MapKind`."""
    return tuple(_read(kind) for kind in KINDS)


@cache
def _by_key() -> dict[str, tuple[TemplateKind, JourneyTemplate]]:
    return {one.key: (kind, one) for kind in template_kinds() for one in kind.templates}


def template_kind(kind: MapKind) -> TemplateKind:
    return template_kinds()[KINDS.index(kind)]


def template(key: str) -> tuple[TemplateKind, JourneyTemplate] | None:
    """The template with this key, and its kind; None if there is none."""
    return _by_key().get(key)


def fields_from(kind: TemplateKind, chosen: JourneyTemplate, new: NewMap) -> dict[str, Any]:
    """The fields of a new journey (rules/journey.py). The only goal of a site is taken for the goal of the map."""
    goal = next(iter(new.goals)) if len(new.goals) == 1 and chosen.goal_stage else ""
    stages = [replace(stage, completes=goal) if stage.key == chosen.goal_stage else stage for stage in chosen.stages]
    return {
        "kind": kind.kind,
        "stages": [plain(stage) for stage in stages],
        "lanes": [plain(lane) for lane in chosen.lanes or kind.lanes],
        "cells": [plain(cell) for cell in chosen.cells],
        "goals": [goal] if goal else [],
        **start_fields(kind, new),
    }


def start_fields(kind: TemplateKind, new: NewMap) -> dict[str, Any]:
    """What every new map starts with: a name, an objective, a review date and the card of a persona."""
    persona = Persona(key="persona", name=_in(kind.persona, new.language))
    return {
        "name": new.name,
        "objective": _in(kind.objective, new.language),
        "review_on": new.review_on,
        "personas": [plain(persona)],
    }


def future_fields(current: Journey, new: NewMap) -> dict[str, Any]:
    """The fields of a future state of a map: its stages with their touchpoints, personas and goals, and empty cells."""
    kind = template_kind("future")
    started = start_fields(kind, new)
    return {
        **started,
        "kind": "future",
        "based_on": current.id,
        "window_days": current.window_days,
        "stages": [plain(replace(stage, goal={}, pains=())) for stage in current.stages],
        "lanes": [plain(lane) for lane in kind.lanes],
        "personas": [plain(one) for one in current.personas] or started["personas"],
        "goals": list(current.goals),
    }


def copy_fields(journey: Journey, name: str) -> dict[str, Any]:
    """The fields of a copy of a map under another name."""
    return {field: value for field, value in plain(journey).items() if field not in ("id", "site", "version")} | {
        "name": name
    }


def _in(text: Label, language: str) -> str:
    return text.get(language) or next(iter(text.values()))


def _read(kind: MapKind) -> TemplateKind:
    found = msgspec.json.decode((FOLDER / f"{kind}.json").read_bytes(), type=TemplateKind)
    templates = tuple(replace(one, lanes=_named(one.lanes)) for one in found.templates)
    return replace(found, lanes=_named(found.lanes), templates=templates)


def _named(lanes: tuple[Lane, ...]) -> tuple[Lane, ...]:
    """The lanes; one without a name has the usual name of its key."""
    return tuple(lane if lane.name else replace(lane, name=USUAL_NAMES[lane.key]) for lane in lanes)
