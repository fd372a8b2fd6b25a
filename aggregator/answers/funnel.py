"""A funnel over the touchpoints of a journey (docs/aggregator.md, "Journeys")."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from aggregator.answers.funnel_sets import FunnelSet, sets_of
from aggregator.answers.journey import claimed_pages, course_of
from aggregator.measures.share_tests import ShareTest, share_tests
from aggregator.measures.shares import ShareOf, share_of
from aggregator.queries.chosen_rows import chosen_site_views
from aggregator.queries.funnel import read_funnel, read_left_out
from aggregator.queries.pages import all_pages
from aggregator.shapes.funnels import LEFT, FunnelCount, FunnelLeftOut, FunnelSteps, SplitBy, StepCount
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.journeys import Journey
from store.zones import DAY_MS


@dataclass(frozen=True)
class FunnelAsked:
    """`steps`: keys of touchpoints, 2 to 12, in order. Everything within `window_days` of the first step counts.
    `of`: the experiment whose variants it is split by."""

    steps: tuple[str, ...]
    window_days: int
    in_any_order: bool = False
    split: SplitBy = ""
    of: str = ""


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
class FunnelAccount:
    """received = bots + excluded + outside + left_out + no_step + counted, in visitors with views in the period.

    `outside`: the device, the filters or the segment; `left_out`: their window is still open; `no_step`:
    without a hit of any step. `joined`: of those counted, the ones who have no hit of the first step.
    """

    received: int
    bots: int
    excluded: int
    outside: int
    left_out: int
    no_step: int
    counted: int
    joined: int


@dataclass(frozen=True)
class SplitTests:
    """The steps of one set against the same steps of the largest set: `steps[i]` compares the share of step i + 1 that
    came from the step before, `whole` the share of the whole funnel."""

    steps: tuple[ShareTest, ...]
    whole: ShareTest


@dataclass(frozen=True)
class Funnel:
    """`any_entry`: the share of all who are counted who have a hit of the last step. `whole_…`: the time from the first
    step to the last one. `so_far`: nobody's window has closed yet, so all are counted with what they did until now.

    `split`: the steps of the visitors of each set, the largest first; empty if it is not split. `tests`: each further
    set against the first. `one_in`: as of a journey's map.
    """

    steps: tuple[FunnelStep, ...]
    any_entry: ShareOf | None
    whole_median_ms: float | None
    whole_p90_ms: float | None
    so_far: bool
    account: FunnelAccount
    split: dict[str, tuple[FunnelStep, ...]]
    tests: dict[str, SplitTests]
    one_in: int = 1


def measure_funnel(
    store: Store,
    journey: Journey,
    scope: SiteScope,
    asked: FunnelAsked,
    now: datetime | None = None,
    sets: Sequence[FunnelSet] = (),
) -> Funnel:
    """Count the visitors of a scope who did the steps.

    A visitor's first step must be in the period and selected by the scope; the further ones may follow up to the
    present. Visitors whose window is still open are left out, unless there are no others. `sets`: of variants or
    segments, if it is split by them. Raises KeyError for a step that is no touchpoint of the journey.
    """
    now_ms = int(now.timestamp() * 1000) if now else int(time.time() * 1000)
    numbers = numbers_of(journey)
    steps = steps_of(journey, asked)
    claims, course = claimed_pages(journey, all_pages(store, scope.site)), course_of(journey)
    keys = {number: key for key, number in numbers.items()} | {LEFT: ""}

    def count(scope: SiteScope) -> FunnelCount:
        with chosen_site_views(store, scope) as chosen:
            return read_funnel(store, chosen, course, claims, steps, now_ms)

    whole = count(scope)
    found = {one.key: count(one.within(scope)) for one in sets_of(store, scope, asked.split, sets)}
    parts = {key: part for key, part in found.items() if part.counted}
    largest = sorted(parts, key=lambda key: (-parts[key].steps[0].came, -parts[key].counted, key))
    split = {key: _steps(asked.steps, parts[key].steps, keys) for key in largest}
    counted = _steps(asked.steps, whole.steps, keys)
    return Funnel(
        steps=counted,
        any_entry=share_of(whole.steps[-1].hit, whole.counted) if not asked.in_any_order else counted[-1].of_first,
        whole_median_ms=whole.whole[0] if whole.whole else None,
        whole_p90_ms=whole.whole[1] if whole.whole else None,
        so_far=whole.so_far,
        account=_account(whole, read_left_out(store, scope)),
        split=split,
        tests=_tests(split),
        one_in=10 if scope.tenth else 1,
    )


def numbers_of(journey: Journey) -> dict[str, int]:
    """The touchpoints by number, as a course has them."""
    return {touchpoint.key: number for number, (_, touchpoint) in enumerate(journey.touchpoints, 1)}


def steps_of(journey: Journey, asked: FunnelAsked) -> FunnelSteps:
    """The steps as the engine counts them. KeyError for a step that is no touchpoint of the journey."""
    numbers = numbers_of(journey)
    return FunnelSteps(tuple(numbers[key] for key in asked.steps), asked.window_days * DAY_MS, asked.in_any_order)


def _account(found: FunnelCount, left_out: FunnelLeftOut) -> FunnelAccount:
    still_open = 0 if found.so_far else found.left_out
    others = left_out.bots + left_out.excluded + left_out.outside
    return FunnelAccount(
        received=others + still_open + found.no_step + found.counted,
        bots=left_out.bots,
        excluded=left_out.excluded,
        outside=left_out.outside,
        left_out=still_open,
        no_step=found.no_step,
        counted=found.counted,
        joined=found.joined,
    )


def _tests(split: Mapping[str, Sequence[FunnelStep]]) -> dict[str, SplitTests]:
    """All differences are one family: each further set against the largest, in each step and in the whole."""
    if not split:
        return {}
    (_, first), *others = split.items()
    found = iter(share_tests([pair for _, steps in others for pair in _pairs(first, steps)]))
    return {key: SplitTests(tuple(next(found) for _ in steps[1:]), next(found)) for key, steps in others}


def _pairs(a: Sequence[FunnelStep], b: Sequence[FunnelStep]) -> list[tuple[int, int, int, int]]:
    came = [(one.visitors, other.visitors) for one, other in zip(a, b, strict=True)]
    steps = [(x, nx, y, ny) for (nx, ny), (x, y) in pairwise(came)]
    return [*steps, (came[-1][0], came[0][0], came[-1][1], came[0][1])]


def _steps(steps: Sequence[str], counts: Sequence[StepCount], keys: Mapping[int, str]) -> tuple[FunnelStep, ...]:
    before = [None, *counts[:-1]]
    return tuple(
        FunnelStep(
            key=key,
            visitors=count.came,
            joined=count.hit - count.came,
            of_before=share_of(count.came, one.came) if one else None,
            of_first=share_of(count.came, counts[0].came) if one else None,
            instead=tuple(Instead(keys[number], n) for number, n in sorted(count.instead.items(), key=_most)),
            to_next_median_ms=count.wait[0] if count.wait else None,
            to_next_p90_ms=count.wait[1] if count.wait else None,
        )
        for key, count, one in zip(steps, counts, before, strict=True)
    )


def _most(one: tuple[int, int]) -> tuple[int, int]:
    """Touchpoints with most visitors first, those who left at the end."""
    number, n = one
    return (1, 0) if number == LEFT else (0, -n)
