"""A measured journey map as CSV: one row for each touchpoint with the figures of its stage, or what the lanes show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aggregator.answers.journey import JourneyMap, JourneyMeasure, StageRow, TouchpointRow, map_of
from aggregator.answers.journey_lanes import MeasuredLanes
from aggregator.measures.journey_figures import TouchpointFigures, WindowShare
from aggregator.measures.shares import ShareOf
from aggregator.measures.touchpoint_metrics import (
    TIMES,
    TROUBLES,
    CardMetric,
    share_of_metric,
    so_far_of_metric,
    time_of_metric,
)
from store.journeys import Journey
from viewer.drawing.export import SHARE_COLUMNS, table_csv

TABLES = ("touchpoints", "lanes")
NAMES = ("stage", "stage_name", "touchpoint", "touchpoint_name", "kind")
STAGE = ("visitors", "went_on", "closed", "left_out", "share", "low", "high", "median_ms")  # of StageRow
TOUCHPOINT = tuple(TouchpointRow.__dataclass_fields__)
MORE: tuple[CardMetric, ...] = ("entries", "goal", "bounce", "back", "path_fit", *TROUBLES)
WHOLE = ("whole_visitors", "whole_left_out", "whole_n", "whole_median_ms", "whole_p90_ms")
LANES = ("lane", "stage", "touchpoint", "name", "count", *SHARE_COLUMNS)


def _share_columns(name: str) -> tuple[str, ...]:
    return tuple(f"{name}_{part}" for part in SHARE_COLUMNS)


COLUMNS = (
    *NAMES,
    *(f"stage_{name}" for name in STAGE),
    *_share_columns("stage_so_far"),
    *(f"stage_goal{part}" for part in ("", "_name", "_left_out")),
    *_share_columns("stage_goal"), *_share_columns("stage_goal_so_far"),
    "stage_completed_left_out", *_share_columns("stage_completed"), *_share_columns("stage_completed_so_far"),
    *TOUCHPOINT,
    *_share_columns("forward_so_far"), *_share_columns("goal_so_far"),
    *(column for metric in MORE for column in _share_columns(metric)),
    *(f"{metric}_{part}" for metric in TIMES for part in ("n", "median_ms", "p90_ms")),
    "mood",
    *WHOLE,
)  # fmt: skip


def journey_csv(journey: Journey, measure: JourneyMeasure, language: str) -> bytes:
    """Names in `language`, if they exist in it. A stage without a touchpoint has one row; what is not known is empty.
    Texts that begin like a formula are made harmless."""
    figures = map_of(journey, measure)
    whole = _whole(figures)
    return table_csv(COLUMNS, ([*row, *whole] for row in _rows(journey, figures, measure, language)))


def lanes_csv(journey: Journey, measure: JourneyMeasure, lanes: MeasuredLanes) -> bytes:
    """What the measured lanes of a map show beside its figures: one row for each element of a touchpoint (with its
    `dead` and `rage` clickers), device, channel and hour of a stage, and for the touchpoints until a goal."""
    return table_csv(LANES, _lane_rows(journey, measure, lanes))


def _whole(figures: JourneyMap) -> list[object]:
    """How long the whole journey takes; empty without a goal."""
    if figures.whole is None:
        return ["" for _ in WHOLE]
    shown = figures.whole.shown
    return [figures.whole.visitors, figures.whole.left_out, shown.n, shown.median, shown.p90]


def _rows(journey: Journey, figures: JourneyMap, measure: JourneyMeasure, language: str) -> Iterator[list[object]]:
    goal = journey.main_goal
    numbers = {touchpoint.key: number for number, (_, touchpoint) in enumerate(journey.touchpoints, 1)}
    for stage, measured in zip(journey.stages, figures.stages, strict=True):
        of_stage = _stage(measured)
        named = [stage.key, _word(stage.name, language)]
        for touchpoint in stage.touchpoints:
            row, more = (
                figures.touchpoints.get(touchpoint.key),
                measure.figures.touchpoints.get(numbers[touchpoint.key]),
            )
            found = [getattr(row, name) if row else "" for name in TOUCHPOINT]
            name = _word(touchpoint.name, language)
            yield [*named, touchpoint.key, name, touchpoint.kind, *of_stage, *found, *_more(more, goal)]
        if not stage.touchpoints:
            yield [*named, "", "", "", *of_stage, *("" for _ in TOUCHPOINT), *_more(None, goal)]


def _stage(row: StageRow) -> list[object]:
    goal = row.goal
    return [
        *(getattr(row, name) for name in STAGE),
        *_share(row.so_far),
        *((goal.id, goal.name) if goal else ("", "")),
        *_windowed(goal.reached if goal else None),
        *_windowed(row.completed),
    ]


def _windowed(found: WindowShare | None) -> list[object]:
    if found is None:
        return ["", *_share(None), *_share(None)]
    return [found.left_out, *_share(found.share), *_share(found.so_far)]


def _more(figures: TouchpointFigures | None, goal: str) -> list[object]:
    """The figures of a touchpoint that its map shows on demand. `goal`: id of the one that "goal" means."""
    if figures is None:
        return ["" for _ in range(len(SHARE_COLUMNS) * (2 + len(MORE)) + 3 * len(TIMES) + 1)]
    spreads = [time_of_metric(figures, metric) for metric in TIMES]
    return [
        *_share(figures.forward.so_far),
        *_share(so_far_of_metric(figures, "goal", goal)),
        *(cell for metric in MORE for cell in _share(share_of_metric(figures, metric, goal))),
        *(cell for spread in spreads for cell in (spread.n, spread.median, spread.p90)),
        figures.mood,
    ]


def _lane_rows(journey: Journey, measure: JourneyMeasure, lanes: MeasuredLanes) -> Iterator[list[object]]:
    stages = {touchpoint.key: journey.stages[i].key for i, touchpoint in journey.touchpoints}
    for touchpoint, elements in lanes.elements.items():
        for one in elements:
            name = one.name or f"{one.key:016x}"
            yield ["actions", stages[touchpoint], touchpoint, name, one.clicks, *_share(one.share)]
            yield ["actions_dead", stages[touchpoint], touchpoint, name, one.dead_clicks, *_share(one.dead)]
            yield ["actions_rage", stages[touchpoint], touchpoint, name, one.rage_clicks, *_share(one.rage)]
    for lane, found in (("devices", lanes.devices), ("channels", lanes.channels)):
        for stage, shares in found.items():
            for name, share in shares.items():
                yield [lane, stage, "", name, share.visitors, *_share(share)]
    for stage, hours in lanes.hours.items():
        for hour, times in enumerate(hours):
            yield ["hours", stage, "", hour, times, *_share(None)]
    for goal, reached in measure.figures.goals.items():
        for name, value in (("n", reached.touches.n), ("median", reached.touches.median), ("p90", reached.touches.p90)):
            yield ["steps", "", goal, name, value, *_share(None)]


def _share(share: ShareOf | None) -> list[object]:
    return [getattr(share, name) if share else "" for name in SHARE_COLUMNS]


def _word(name: Mapping[str, str], language: str) -> str:
    return name.get(language) or next(iter(name.values()))
