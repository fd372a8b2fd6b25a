"""The table beside the map: the share of visitors who used each element."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.measures.shares import GoalShares, ShareOf
from aggregator.measures.statistics import wilson
from aggregator.placing.projection import OWN, TWIN, Placed
from aggregator.shapes.columns import Float64, Int32, Int64, Mask
from aggregator.shapes.troubles import ClickError
from store.layouts import Layout


@dataclass(frozen=True)
class ElementRow:
    """One element of the layout that was used; a control (link, button, field …) stands for everything in it.

    `share` = `visitors` ÷ `of` (exposed visitors), `low` to `high` its 95 % Wilson interval.
    `visitors` clicked it (in a hover map: rested on it); `dead` and `rage` are those of them with
    such a click, `dead_share` and `rage_share` their shares of `visitors`; `dwell_ms` is the mean per
    visitor of a hover map. `dragged` of the `clicks` are drags. `in_view`: of those who had it in view (None where
    nobody measured that), `with_mouse`: of those who can point at things (None unless it is a hover map).
    `goal`: who reached the goal of the question afterwards (None without one, and on a hover map). `failed` of the
    `visitors` met one of the `errors` after a click on it.
    """

    index: int
    key: int
    path: str
    name: str
    clicks: int
    dragged: int
    visitors: int
    share: float
    low: float
    high: float
    of: int
    dead: int
    dead_share: float
    rage: int
    rage_share: float
    dwell_ms: float
    x: float
    y: float
    w: float
    h: float
    in_view: ShareOf | None = None
    with_mouse: ShareOf | None = None
    goal: GoalShares | None = None
    failed: int = 0
    failed_share: float = 0.0
    errors: tuple[ClickError, ...] = ()


@dataclass(frozen=True)
class ElementCounts:
    """What was counted for each of the M elements of a layout: points (`n`, `dragged`) and their `weight`, and distinct
    visitors in all, with a dead click and with a rage burst."""

    n: Int64
    dragged: Int64
    weight: Float64
    visitors: Int64
    dead: Int64
    rage: Int64


def on_itself(placed: Placed) -> Mask:
    """Points placed on the element they were made on (rungs own and twin)."""
    return np.asarray((placed.rung == OWN) | (placed.rung == TWIN), bool)


def counts_for(placed: Placed, layout: Layout) -> Int32:
    """The element that each point counts for (i32[N], -1 none): the control (link, button, field …) that it was made
    on or in, otherwise the element itself. Points on an ancestor or the page count for none."""
    itself = np.append(np.where(layout.control >= 0, layout.control, np.arange(len(layout))), -1)
    return np.where(on_itself(placed), itself[placed.element], -1).astype(np.int32)


def element_table(counts: ElementCounts, layout: Layout, kind: str, exposed: int) -> list[ElementRow]:
    """Rows of the elements that points count for, most visitors first."""
    used = np.flatnonzero(counts.visitors)
    if not len(used):
        return []
    used = used[np.lexsort((used, -counts.n[used], -counts.visitors[used]))]
    # A view begun before midnight belongs to the previous day, its later points to this one.
    of = max(exposed, int(counts.visitors.max()))
    low, high = wilson(counts.visitors[used], of)
    hover = kind == "hover"
    return [
        ElementRow(
            index=i,
            key=int(layout.keys[i]),
            path=layout.paths[i],
            name=layout.names[i],
            clicks=0 if hover else int(counts.n[i]),
            dragged=int(counts.dragged[i]),
            visitors=int(counts.visitors[i]),
            share=float(counts.visitors[i] / of),
            low=float(low[n]),
            high=float(high[n]),
            of=of,
            dead=int(counts.dead[i]),
            dead_share=float(counts.dead[i] / counts.visitors[i]),
            rage=int(counts.rage[i]),
            rage_share=float(counts.rage[i] / counts.visitors[i]),
            dwell_ms=float(counts.weight[i] / counts.visitors[i]) if hover else 0.0,
            x=float(layout.x[i]),
            y=float(layout.y[i]),
            w=float(layout.w[i]),
            h=float(layout.h[i]),
        )
        for n, i in enumerate(used.tolist())
    ]
