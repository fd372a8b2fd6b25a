"""The touches of one visitor as runs: each a touchpoint, with repeats merged, and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.shapes.journeys import VISIT_GAP
from aggregator.shapes.walks import VisitorTouch


@dataclass
class Run:
    """Touches of one touchpoint, one after another. `begin`: ms of the first; `visit`, `last_visit`: of the first and
    the last, from 1. `gap_ms`: since the last touch of the visit before, if a visit began here, else 0. `for_ms`: until
    the next touch of any kind in the visit, or its last sign. `views`: view → page. `coarse`: only the day of the first
    touch is known."""

    touchpoint: int
    begin: int
    visit: int
    last_visit: int
    gap_ms: int = 0
    for_ms: int = 0
    views: dict[int, str] = field(default_factory=dict)
    coarse: bool = False


def runs_of(touches: Sequence[VisitorTouch], signs: Mapping[int, int]) -> list[Run]:
    """The runs of touches in order. `signs`: view → ms of the last sign of the visitor in it."""
    runs: list[Run] = []
    visits = _visits(touches)
    for visit, here in enumerate(visits, 1):
        end = max([here[-1].ms, *(signs.get(one.view, 0) for one in here)])
        until = [*(one.ms for one in here[1:]), end]
        for touch, after in zip(here, until, strict=True):
            if not touch.touchpoint:
                continue
            if not runs or runs[-1].touchpoint != touch.touchpoint:
                before = visits[visit - 2][-1].ms if visit > 1 else touch.ms
                is_first = not runs or runs[-1].last_visit < visit
                gap = touch.ms - before if is_first else 0
                runs.append(Run(touch.touchpoint, touch.ms, visit, visit, gap, coarse=touch.coarse))
            run = runs[-1]
            run.last_visit = visit
            run.for_ms += after - touch.ms
            if touch.page:
                run.views[touch.view] = touch.page
    return runs


def _visits(touches: Sequence[VisitorTouch]) -> list[list[VisitorTouch]]:
    visits: list[list[VisitorTouch]] = []
    for touch in touches:
        if not visits or touch.ms - visits[-1][-1].ms >= VISIT_GAP:
            visits.append([])
        visits[-1].append(touch)
    return visits
