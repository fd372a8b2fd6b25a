"""The rows of a map: each lane that has something to show, with one cell for each open stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.journey_lanes import MORE_NAMES, USUAL_NAMES
from store.journeys import Lane, LaneKind, Stage
from viewer.pages.frame.languages import Language
from viewer.pages.journey.lanes.actions import action_lists
from viewer.pages.journey.lanes.channels import trait_lists
from viewer.pages.journey.lanes.emotion import stage_moods
from viewer.pages.journey.lanes.feedback import feedback_lines
from viewer.pages.journey.lanes.heatmaps import heatmap_links
from viewer.pages.journey.lanes.hours import stage_hours
from viewer.pages.journey.lanes.opportunities import OpportunityCard, opportunity_bars, opportunity_cards
from viewer.pages.journey.lanes.steps import goal_steps
from viewer.pages.journey.lanes.targets import target_lines
from viewer.pages.journey.lanes.touchpoints import touchpoint_cards
from viewer.pages.journey.lanes.typed import typed_cells
from viewer.pages.journey.measured import MeasuredJourney


@dataclass(frozen=True)
class LaneRow:
    """`cells`: one per open stage; what is in one depends on `kind`, and the template shows it. `note`: whether the
    lane is typed or measured. `cards`: of what its bars open, in a row below.
    `adds`: where something is added to each cell, "" where there is something or the person may not."""

    key: str
    kind: LaneKind
    name: str
    note: str
    cells: Sequence[Any]
    cards: tuple[OpportunityCard, ...] = ()
    adds: tuple[str, ...] = ()


def _each(cell: Callable[[MeasuredJourney, Stage], object]) -> Callable[[MeasuredJourney, Lane], list[object]]:
    return lambda measured, lane: [cell(measured, stage) for stage in measured.open_stages]


def _typed(measured: MeasuredJourney, lane: Lane) -> list[object]:
    return [typed_cells(measured, lane, stage) for stage in measured.open_stages]


_CELLS: Mapping[LaneKind, Callable[[MeasuredJourney, Lane], Sequence[object]]] = {
    "text": _typed,
    "pains": _typed,
    "gap": _typed,
    "line": lambda measured, lane: [() for _ in measured.open_stages],
    "touchpoints": _each(touchpoint_cards),
    "emotion": stage_moods,
    "targets": _each(target_lines),
    "feedback": _each(feedback_lines),
    "actions": _each(action_lists),
    "channels": _each(trait_lists),
    "hours": _each(stage_hours),
    "heatmaps": _each(heatmap_links),
    "steps": _each(goal_steps),
    "opportunities": _each(opportunity_bars),
}

_ALWAYS: frozenset[LaneKind] = frozenset({"line", "touchpoints"})  # shown empty too


def lane_rows(measured: MeasuredJourney) -> list[LaneRow]:
    """The lanes of the map in their order, without hidden ones and those that have nothing to show."""
    rows = (_row(measured, lane) for lane in measured.journey.lanes if not lane.hidden and lane.kind in _CELLS)
    return [row for row in rows if row.kind in _ALWAYS or any(row.cells)]


def _row(measured: MeasuredJourney, lane: Lane) -> LaneRow:
    name, note = lane_name(measured.lang, lane), lane_note(measured.lang, lane.kind)
    cards = opportunity_cards(measured, measured.journey.opportunities) if lane.kind == "opportunities" else ()
    cells = _CELLS[lane.kind](measured, lane)
    adds = tuple(
        f"{measured.edit}#add-opportunity={stage.key}" if measured.edit and not cell else ""
        for stage, cell in zip(measured.open_stages, cells, strict=True)
    )
    return LaneRow(lane.key, lane.kind, name, note, cells, cards, adds if lane.kind == "opportunities" else ())


def lane_name(lang: Language, lane: Lane) -> str:
    """The name that the team gave it, else the usual one of its key."""
    return lang.words(lane.name or (USUAL_NAMES | MORE_NAMES).get(lane.key, {}), lane.key)


def lane_note(lang: Language, kind: LaneKind) -> str:
    """How the lane is filled."""
    _ = lang.text
    if kind == "emotion":
        return _("typed and measured")
    if kind == "opportunities":
        return _("visitors they may win")
    if kind in ("text", "pains", "gap"):
        return _("typed")
    return "" if kind == "line" else _("measured")
