"""A funnel as it is asked, and as it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MOST_STEPS, FEWEST_STEPS = 12, 2
LEFT = 0  # instead of a touchpoint: the site was left
SplitBy = Literal["", "device", "channel"]


@dataclass(frozen=True)
class FunnelSteps:
    """`steps`: touchpoints by number, in order; one may occur again. `window_ms`: from the first step to the last.
    `in_any_order`: all of the steps up to each, whatever came first."""

    steps: tuple[int, ...]
    window_ms: int
    in_any_order: bool = False
    split: SplitBy = ""


@dataclass(frozen=True)
class StepCount:
    """`came`: visitors who did this step after those before it; `hit`: visitors with a hit of it at all; `instead`: of
    those who came here but not to the next step, the touchpoint that they hit next, or LEFT; `wait_ms`: median and 90th
    percentile of the time to the next step, of those who came to it."""

    came: int
    hit: int
    instead: Mapping[int, int]
    wait_ms: tuple[float, float] | None
