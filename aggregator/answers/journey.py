"""A journey with its figures: each stage and touchpoint, measured."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from aggregator.answers.frustrated import frustrated_visitors
from aggregator.measures.sequences import Forward, Sequences
from aggregator.measures.statistics import FEW, wilson
from aggregator.queries.pages import all_pages
from aggregator.queries.touches import read_page_visitors, read_touches
from aggregator.shapes.columns import Int32
from store.client import Store
from store.pages import matches
from store.records import Journey, Touchpoint

DAY_MS = 86_400_000
UNMAPPED_SHOWN = 20


@dataclass(frozen=True)
class StageRow:
    """`went_on` of the `closed` visitors came to a later stage within the window; `share` with its 95 %
    interval is None where nobody's window has closed, and for the last stage. `left_out`: window still
    open. `median_ms`: from the first hit of the stage to that of a later one."""

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
    `exits`: share of the `visits` that hit it whose last view it was; `frustrated`: share of its visitors
    with a dead click or a rage burst there; `page`: its busiest page, '' without any."""

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


def journey_map(
    store: Store, journey: Journey, since: date, until: date, device: str = "", now: datetime | None = None
) -> JourneyMap:
    """Measure a journey over the visitors of since…until (both inclusive).

    Views after `until` still count as "went on", so that the windows of a past period are closed.
    """
    site = int(journey.site)
    now_ms = int(now.timestamp() * 1000) if now else int(time.time() * 1000)
    claims = claimed_pages(journey, all_pages(store, site))
    last = max(until, datetime.fromtimestamp(now_ms / 1000, UTC).date())
    touches = read_touches(store, site, claims, since, last, device)
    ways = Sequences(touches, _stage_of(journey), _midnight(since), _midnight(until + timedelta(days=1)))
    page_visitors = read_page_visitors(store, site, since, until, device)
    window_ms = journey.window_days * DAY_MS
    return JourneyMap(
        visitors=ways.visitors,
        stages=[_stage_row(ways, journey, i, window_ms, now_ms) for i in range(len(journey.stages))],
        touchpoints=_touchpoint_rows(store, journey, ways, claims, page_visitors, since, until, device, now_ms),
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


def _midnight(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def _stage_row(ways: Sequences, journey: Journey, i: int, window_ms: int, now_ms: int) -> StageRow:
    firsts = ways.firsts(ways.stage == i)
    forward = ways.forward(firsts, i, window_ms, now_ms)
    share, low, high = _share(forward) if i < len(journey.stages) - 1 else (None, None, None)
    return StageRow(
        key=journey.stages[i].key,
        visitors=len(firsts.row),
        went_on=forward.went_on,
        closed=forward.closed,
        left_out=forward.left_out,
        share=share,
        low=low,
        high=high,
        median_ms=forward.median_ms,
    )


def _share(forward: Forward) -> tuple[float | None, float | None, float | None]:
    if not forward.closed:
        return None, None, None
    low, high = wilson(forward.went_on, forward.closed)
    return forward.went_on / forward.closed, float(low), float(high)


def _touchpoint_rows(
    store: Store, journey: Journey, ways: Sequences, claims: dict[str, int], page_visitors: dict[str, int],
    since: date, until: date, device: str, now_ms: int,
) -> dict[str, TouchpointRow]:  # fmt: skip
    touchpoints = _touchpoints(journey)
    visits, exits = ways.exits(len(touchpoints))
    frustrated = frustrated_visitors(store, int(journey.site), claims, since, until, device)
    everyone = ways.visitors
    rows = {}
    for number, (stage, touchpoint) in enumerate(touchpoints, 1):
        firsts = ways.firsts(ways.touchpoint == number)
        n = len(firsts.row)
        forward = ways.forward(firsts, stage, journey.window_days * DAY_MS, now_ms)
        share, share_low, share_high = _share(forward) if stage < len(journey.stages) - 1 else (None, None, None)
        low, high = wilson(n, everyone)
        rows[touchpoint.key] = TouchpointRow(
            visitors=n,
            reach=n / everyone if everyone else 0.0,
            low=float(low),
            high=float(high),
            forward=share,
            forward_low=share_low,
            forward_high=share_high,
            closed=forward.closed,
            went_on=forward.went_on,
            left_out=forward.left_out,
            visits=int(visits[number]),
            exits=float(exits[number] / visits[number]) if visits[number] else None,
            frustrated=min(frustrated.get(number, 0) / n, 1.0) if n else None,
            page=next((page for page in page_visitors if claims.get(page) == number), ""),
        )
    return rows
