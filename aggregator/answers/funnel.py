"""A funnel over the touchpoints of a journey (docs/aggregator.md, "Journeys")."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.answers.journey import claimed_pages, course_of
from aggregator.measures.shares import ShareOf, share_of
from aggregator.queries.chosen_rows import chosen_site_views
from aggregator.queries.funnel import read_funnel
from aggregator.queries.pages import all_pages
from aggregator.shapes.funnels import LEFT, FunnelSteps, SplitBy, StepCount
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.journeys import Journey
from store.zones import DAY_MS


@dataclass(frozen=True)
class FunnelAsked:
    """`steps`: keys of touchpoints, 2 to 12, in order. Everything within `window_days` of the first step counts."""

    steps: tuple[str, ...]
    window_days: int
    in_any_order: bool = False
    split: SplitBy = ""


@dataclass(frozen=True)
class Instead:
    """Where visitors went who did not come to the next step: a touchpoint, or "" for those who left the site."""

    touchpoint: str
    visitors: int


@dataclass(frozen=True)
class FunnelStep:
    """`visitors` did the steps in order up to this one; `joined` later: they have a hit of this one, but not after the
    steps before. `of_before`, `of_first`: the share of those who did the step before, and the first one."""

    key: str
    visitors: int
    joined: int
    of_before: ShareOf | None
    of_first: ShareOf | None
    instead: tuple[Instead, ...]
    to_next_median_ms: float | None
    to_next_p90_ms: float | None


@dataclass(frozen=True)
class Funnel:
    """`split`: the steps of the visitors with each value, the largest groups first; empty if it is not split."""

    steps: tuple[FunnelStep, ...]
    split: dict[str, tuple[FunnelStep, ...]]


def measure_funnel(
    store: Store, journey: Journey, scope: SiteScope, asked: FunnelAsked, now: datetime | None = None
) -> Funnel:
    """Count the visitors of a scope who did the steps.

    A visitor's first step must be in the period and selected by the scope; the further ones may follow up to the
    present. Raises KeyError for a step that is no touchpoint of the journey.
    """
    now_ms = int(now.timestamp() * 1000) if now else int(time.time() * 1000)
    numbers = {touchpoint.key: number for number, (_, touchpoint) in enumerate(journey.touchpoints, 1)}
    steps = FunnelSteps(tuple(numbers[key] for key in asked.steps), asked.window_days * DAY_MS, asked.in_any_order)
    claims, course = claimed_pages(journey, all_pages(store, scope.site)), course_of(journey)
    with chosen_site_views(store, scope) as chosen:
        whole = read_funnel(store, chosen, course, claims, steps, now_ms)
        parts = (
            read_funnel(store, chosen, course, claims, replace(steps, split=asked.split), now_ms) if asked.split else {}
        )
    keys = {number: key for key, number in numbers.items()} | {LEFT: ""}
    nobody = [StepCount(0, 0, {}, None) for _ in asked.steps]
    largest = sorted(parts, key=lambda value: (-parts[value][0].came, value))
    return Funnel(
        _steps(asked.steps, whole.get("", nobody), keys),
        {value: _steps(asked.steps, parts[value], keys) for value in largest if parts[value][0].hit},
    )


def _steps(steps: Sequence[str], counts: Sequence[StepCount], keys: Mapping[int, str]) -> tuple[FunnelStep, ...]:
    before = [None, *counts[:-1]]
    return tuple(
        FunnelStep(
            key=key,
            visitors=count.came,
            joined=max(count.hit - count.came, 0),
            of_before=share_of(count.came, one.came) if one else None,
            of_first=share_of(count.came, counts[0].came) if one else None,
            instead=tuple(Instead(keys[number], n) for number, n in sorted(count.instead.items(), key=_most)),
            to_next_median_ms=count.wait_ms[0] if count.wait_ms else None,
            to_next_p90_ms=count.wait_ms[1] if count.wait_ms else None,
        )
        for key, count, one in zip(steps, counts, before, strict=True)
    )


def _most(one: tuple[int, int]) -> tuple[int, int]:
    """Touchpoints with most visitors first, those who left at the end."""
    number, n = one
    return (1, 0) if number == LEFT else (0, -n)
