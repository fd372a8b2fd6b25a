"""A funnel as it is asked, and as it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MOST_STEPS, FEWEST_STEPS = 12, 2
LEFT = 0  # instead of a touchpoint: the site was left
SplitBy = Literal["", "device", "channel", "visitor", "variant", "segment"]
Wait = tuple[float, float]  # median and 90th percentile, ms


@dataclass(frozen=True)
class FunnelSteps:
    """`steps`: touchpoints by number, in order; one may occur again. `window_ms`: from the first step to the last.
    `in_any_order`: all of the steps up to each, whatever came first."""

    steps: tuple[int, ...]
    window_ms: int
    in_any_order: bool = False


@dataclass(frozen=True)
class StepCount:
    """`came`: visitors who did this step after those before it; `hit`: those, and all others with a hit of it that the
    question selects; `instead`: of those who came here but not to the next step, the touchpoint that they hit next, or
    LEFT; `wait`: the time to the next step, of those who came to it."""

    came: int
    hit: int
    instead: Mapping[int, int]
    wait: Wait | None


@dataclass(frozen=True)
class FunnelCount:
    """`counted`: visitors with a hit of any step, of whom `joined` have none of the first step (in any order: 0);
    `whole`: the time from the first step to the last one, of those who did all.

    `left_out`: visitors whose window is still open. They count only while nobody's window has closed (`so_far`).
    `no_step`: visitors of the question without a hit of any step.
    """

    steps: tuple[StepCount, ...]
    counted: int
    joined: int
    whole: Wait | None
    left_out: int
    so_far: bool
    no_step: int


@dataclass(frozen=True)
class FunnelLeftOut:
    """Visitors with views in the period that are not the question's: all of whose views are by `bots`; else
    `excluded`; else `outside` its device, filters and segment."""

    bots: int
    excluded: int
    outside: int
