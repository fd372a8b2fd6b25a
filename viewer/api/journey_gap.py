"""A future state against the map of today, with today's figures."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.journey_gap import TargetGap
from rules.journey_gap import StageGap, TouchpointGap
from rules.question import JOURNEY
from rules.shape import plain as fields_of
from viewer.api.entry import Entry, answer
from viewer.api.figures import plain
from viewer.journey_gaps import GapReader
from viewer.questions import Questions
from viewer.registry import Registry


async def measure_gap(request: Request, *, questions: Questions, registry: Registry, gaps: GapReader) -> Response:
    asked = await questions.read(request, JOURNEY)
    question = asked.checked()
    future = await registry.journey(asked.site, request.path_params["journey"])
    found = await gaps.of(asked, future)
    return answer(
        {
            "query": question.as_json(asked.today),
            "today": found.today.id,
            "future": future.id,
            "stages": [_named(one) for one in found.gap.stages],
            "touchpoints": [_named(one) for one in found.gap.touchpoints],
            "stage_figures": {row.key: plain(row) for row in found.figures.stages},
            "targets": {key: [_target(line) for line in lines] for key, lines in found.targets.items()},
            "paths": plain(found.paths),
        }
    )


def _named(one: StageGap | TouchpointGap) -> dict[str, Any]:
    return {**plain(one), "key": one.key}


def _target(line: TargetGap) -> dict[str, Any]:
    return {**plain(line), "target": fields_of(line.target)}


ENTRIES = (
    Entry(
        "GET",
        "/sites/{site}/journeys/{journey}/gap",
        measure_gap,
        "viewer",
        "A future state against the map of today that it is based on. Query as for the map.",
        query=JOURNEY.names,
    ),
)
