"""What the plain form of a journey does not show, kept from the stored journey when the form is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rules.journey import FIELDS
from rules.journey_lanes import GOAL, PAINS
from store.definitions import Stored
from viewer.pages.forms.fields import items, shown

Fields = Mapping[str, object]


def kept_fields(stored: Stored) -> dict[str, object]:
    """The fields of the stored journey that a change may have."""
    return {name: value for name, value in stored.fields.items() if name in FIELDS and name != "version"}


def cell_text(stored: Stored, lane: str, stage: str, language: str) -> str | None:
    """The text of a cell about a stage in one language; None if there is no such cell."""
    cell = next((one for one in items(stored.fields, "cells") if _place(one) == (lane, stage, "")), None)
    return None if cell is None else str(_words(cell).get(language, ""))


def placed(fields: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The fields with their cells and opportunities where the stages and touchpoints are now.

    What lay at a stage that is gone goes with it; an opportunity of a touchpoint that is gone stays at its stage. A
    goal or the pains of a stage that has a cell for them belong there.
    """
    stages: list[dict[str, Any]] = fields["stages"]
    stage_of = {one["key"]: stage["key"] for stage in stages for one in stage["touchpoints"]}
    for stage in stages:
        for one in stage["touchpoints"]:
            one["expected_next"] = [key for key in one.get("expected_next", ()) if key in stage_of]
    keys = {stage["key"]: stage for stage in stages}
    cells = [_typed(cell, keys, language) for cell in _there(items(fields, "cells"), keys, stage_of)]
    ideas = [
        one if shown(one, "touchpoint") in stage_of else {**one, "touchpoint": ""}
        for one in items(fields, "opportunities")
    ]
    opportunities = _there(ideas, keys, stage_of)
    return {**fields, "cells": [cell for cell in cells if cell], "opportunities": opportunities}


def _there(found: list[Fields], stages: Mapping[str, Any], stage_of: Mapping[str, str]) -> list[dict[str, Any]]:
    moved = []
    for one in found:
        touchpoint = shown(one, "touchpoint")
        if touchpoint and touchpoint not in stage_of:
            continue
        stage = stage_of.get(touchpoint, shown(one, "stage"))
        if stage in stages:
            moved.append({**one, "stage": stage})
    return moved


def _typed(cell: dict[str, Any], stages: Mapping[str, Any], language: str) -> dict[str, Any] | None:
    """A cell with what was typed for its stage in the form; None if that left it empty."""
    lane, stage, touchpoint = _place(cell)
    if touchpoint or lane not in (GOAL, PAINS):
        return cell
    words = stages[stage].pop(lane, None)
    typed = words.get(language, "") if isinstance(words, Mapping) else "\n".join(words or ())
    text = {code: one for code, one in _words(cell).items() if code != language} | ({language: typed} if typed else {})
    return {**cell, "text": text} if text or cell.get("other") else None


def _words(cell: Fields) -> dict[str, str]:
    text = cell.get("text")
    return dict(text) if isinstance(text, Mapping) else {}


def _place(cell: Fields) -> tuple[str, str, str]:
    return shown(cell, "lane"), shown(cell, "stage"), shown(cell, "touchpoint")
