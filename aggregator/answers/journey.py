"""A journey with its figures: each stage and touchpoint, measured (docs/aggregator.md, "Journeys")."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from aggregator.answers.frustrated import frustrated_visitors
from aggregator.measures.sequences import Firsts, Forward, Sequences
from aggregator.measures.statistics import FEW, wilson
from aggregator.queries.pages import all_pages
from aggregator.queries.touches import read_page_visitors, read_touches
from aggregator.shapes.columns import Int32
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.journeys import Journey, Touchpoint
from store.pages import matches
from store.zones import DAY_MS

UNMAPPED_SHOWN = 20


@dataclass(frozen=True)
class StageRow:
    """`went_on` of the `closed` visitors came to a later stage within the window; `share` with its 95 % interval is
    None where nobody's window has closed, and for the last stage. `left_out`: their window is still open.
    `median_ms`: from the first hit of the stage to that of a later one."""

    key: str
    visitors: int
    went_on: int
    closed: int
    left_out: int
    share: float | None
    low: float | None
    high: float | None
    median_ms: float | None


@dataclass(frozen=True)
class TouchpointRow:
    """`reach`: share of all visitors; `forward`: as the stage's share, from the first hit of the touchpoint;
    `exits`: share of the `visits` that hit it whose last view it was; `frustrated`: share of its visitors with a dead
    click or a rage burst on its pages; `page`: its busiest page, '' without any."""

    visitors: int
    reach: float
    low: float
    high: float
    forward: float | None
    forward_low: float | None
    forward_high: float | None
    closed: int
    went_on: int
    left_out: int
    visits: int
    exits: float | None
    frustrated: float | None
    page: str

    @property
    def few(self) -> bool:
        return self.visitors < FEW


@dataclass(frozen=True)
class JourneyMap:
    """`visitors`: all with a view in the period. `unmapped`: (page, visitors) without touchpoint, busiest first."""

    visitors: int
    stages: list[StageRow]
    touchpoints: dict[str, TouchpointRow]
    unmapped: list[tuple[str, int]]


def journey_map(store: Store, journey: Journey, scope: SiteScope, now: datetime | None = None) -> JourneyMap:
    """Measure a journey over the visitors of a scope of its site. Only views that the scope's segment selects count.

    Views after the last day still count as "went on", so that the windows of a past period are closed.
    """
    since, until, zone = scope.since, scope.until, scope.zone
    now_ms = int(now.timestamp() * 1000) if now else int(time.time() * 1000)
    claims = claimed_pages(journey, all_pages(store, scope.site))
    touches = read_touches(store, replace(scope, until=max(until, zone.day(now_ms))), claims)
    begin, end = zone.midnight(since), zone.midnight(until + timedelta(days=1))
    sequences = Sequences(touches, _stage_of(journey), begin, end)
    page_visitors = read_page_visitors(store, scope)
    measured = _Measured(sequences, len(journey.stages), journey.window_days * DAY_MS, now_ms)
    of_pages = _PageFigures(claims, page_visitors, frustrated_visitors(store, scope, claims))
    return JourneyMap(
        visitors=sequences.visitors,
        stages=[measured.stage_row(i, stage.key) for i, stage in enumerate(journey.stages)],
        touchpoints=_touchpoint_rows(_touchpoints(journey), measured, of_pages),
        unmapped=[(page, n) for page, n in page_visitors.items() if page not in claims][:UNMAPPED_SHOWN],
    )


def claimed_pages(journey: Journey, pages: list[str]) -> dict[str, int]:
    """Page → number of the touchpoint that claims it, from 1: the first whose pattern matches wins."""
    claims: dict[str, int] = {}
    for number, (_, touchpoint) in enumerate(_touchpoints(journey), 1):
        for page in pages:
            if page not in claims and any(matches(pattern, page) for pattern in touchpoint.pages):
                claims[page] = number
    return claims


def _touchpoints(journey: Journey) -> list[tuple[int, Touchpoint]]:
    """(stage, touchpoint) in the order that decides ties."""
    return [(i, touchpoint) for i, stage in enumerate(journey.stages) for touchpoint in stage.touchpoints]


def _stage_of(journey: Journey) -> Int32:
    return np.array([-1] + [stage for stage, _ in _touchpoints(journey)], np.int32)


@dataclass(frozen=True)
class _PageFigures:
    """Figures by page: `claims` page → touchpoint, `visitors` per page, `frustrated` visitors per touchpoint."""

    claims: dict[str, int]
    visitors: dict[str, int]  # the busiest page first
    frustrated: dict[int, int]

    def busiest(self, touchpoint: int) -> str:
        return next((page for page in self.visitors if self.claims.get(page) == touchpoint), "")


@dataclass(frozen=True)
class _Share:
    """Visitors who went on, with the share of them and its 95 % interval, None where there is no share."""

    of: Forward
    share: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class _Measured:
    """A journey's sequences with what decides who went on: number of stages, window and present time."""

    sequences: Sequences
    stages: int
    window_ms: int
    now_ms: int

    def went_on(self, firsts: Firsts, stage: int) -> _Share:
        forward = self.sequences.forward(firsts, stage, self.window_ms, self.now_ms)
        if stage == self.stages - 1 or not forward.closed:
            return _Share(forward)
        low, high = wilson(forward.went_on, forward.closed)
        return _Share(forward, forward.went_on / forward.closed, float(low), float(high))

    def stage_row(self, stage: int, key: str) -> StageRow:
        firsts = self.sequences.firsts(self.sequences.stage == stage)
        onward = self.went_on(firsts, stage)
        return StageRow(
            key=key,
            visitors=len(firsts.row),
            went_on=onward.of.went_on,
            closed=onward.of.closed,
            left_out=onward.of.left_out,
            share=onward.share,
            low=onward.low,
            high=onward.high,
            median_ms=onward.of.median_ms,
        )


def _touchpoint_rows(
    touchpoints: list[tuple[int, Touchpoint]], measured: _Measured, of_pages: _PageFigures
) -> dict[str, TouchpointRow]:
    sequences = measured.sequences
    visits, exits = sequences.exits(len(touchpoints))
    everyone = sequences.visitors
    rows = {}
    for number, (stage, touchpoint) in enumerate(touchpoints, 1):
        firsts = sequences.firsts(sequences.touchpoint == number)
        n = len(firsts.row)
        onward = measured.went_on(firsts, stage)
        low, high = wilson(n, everyone)
        rows[touchpoint.key] = TouchpointRow(
            visitors=n,
            reach=n / everyone if everyone else 0.0,
            low=float(low),
            high=float(high),
            forward=onward.share,
            forward_low=onward.low,
            forward_high=onward.high,
            closed=onward.of.closed,
            went_on=onward.of.went_on,
            left_out=onward.of.left_out,
            visits=int(visits[number]),
            exits=float(exits[number] / visits[number]) if visits[number] else None,
            frustrated=min(of_pages.frustrated.get(number, 0) / n, 1.0) if n else None,
            page=of_pages.busiest(number),
        )
    return rows
