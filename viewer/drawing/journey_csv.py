"""A measured journey map as CSV: one row for each touchpoint, with the figures of its stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from aggregator.answers.journey import JourneyMap, StageRow, TouchpointRow
from store.journeys import Journey
from viewer.drawing.export import table_csv

NAMES = ("stage", "stage_name", "touchpoint", "touchpoint_name", "kind")
STAGE = tuple(one.name for one in fields(StageRow) if one.name != "key")
TOUCHPOINT = tuple(one.name for one in fields(TouchpointRow))
WHOLE = ("whole_visitors", "whole_left_out", "whole_n", "whole_median_ms", "whole_p90_ms")


def journey_csv(journey: Journey, figures: JourneyMap, language: str) -> bytes:
    """Names in `language`, if they exist in it. A stage without a touchpoint has one row; what is not known is empty.
    Texts that begin like a formula are made harmless."""
    columns = (*NAMES, *(f"stage_{name}" for name in STAGE), *TOUCHPOINT, *WHOLE)
    whole = _whole(figures)
    return table_csv(columns, ([*row, *whole] for row in _rows(journey, figures, language)))


def _whole(figures: JourneyMap) -> list[object]:
    """How long the whole journey takes; empty without a goal."""
    if figures.whole is None:
        return ["" for _ in WHOLE]
    shown = figures.whole.shown
    return [figures.whole.visitors, figures.whole.left_out, shown.n, shown.median, shown.p90]


def _rows(journey: Journey, figures: JourneyMap, language: str) -> Iterator[list[object]]:
    for stage, measured in zip(journey.stages, figures.stages, strict=True):
        of_stage = [getattr(measured, name) for name in STAGE]
        named = [stage.key, _word(stage.name, language)]
        if not stage.touchpoints:
            yield [*named, "", "", "", *of_stage, *("" for _ in TOUCHPOINT)]
        for touchpoint in stage.touchpoints:
            row = figures.touchpoints.get(touchpoint.key)
            found = [getattr(row, name) if row else "" for name in TOUCHPOINT]
            name = _word(touchpoint.name, language)
            yield [*named, touchpoint.key, name, touchpoint.kind, *of_stage, *found]


def _word(name: Mapping[str, str], language: str) -> str:
    return name.get(language) or next(iter(name.values()))
