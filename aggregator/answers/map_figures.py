"""All the figures of a map in one record: what the page writes and the API sends, so that neither lacks one.

A figure that the page derives, such as the share of a line of the account, is derived here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aggregator.answers.explain import MapWarning
from aggregator.answers.exposure import ElementExposure
from aggregator.answers.heatmap import Heatmap
from aggregator.answers.reach_map import ReachMap
from aggregator.grids.scale import Scale
from aggregator.measures.account import Account
from aggregator.measures.changed import PageChange
from aggregator.measures.elements_table import ElementRow
from aggregator.measures.statistics import wilson
from aggregator.placing.projection import NONE
from aggregator.placing.states import InState
from aggregator.shapes.columns import Float32, Int64
from store.snapshots import Snapshot

UNPLACED = 30  # paths listed


@dataclass(frozen=True)
class GridShape:
    """Rows and columns of a grid, and the side of its cells in px of the picture."""

    rows: int
    columns: int
    cell: int


@dataclass(frozen=True)
class Unplaced:
    """An element that is not on the picture, with its number of points; path "": the point has no element."""

    path: str
    points: int


@dataclass(frozen=True)
class GoalNote:
    """The goal that the shares of elements are about, and how they may be read."""

    id: str
    name: str
    note: str = "Seen before the goal, not its cause."


@dataclass(frozen=True)
class HeatmapFigures:
    """`devices`: visitors of the page in the period on any device, and `device_shares` of their sum.

    `account_shares`: of the points received, by the field of the account. `placed_shares`: of the points with a
    claim to be drawn, those on their `own` element or its twin, `near` it (on what holds it, or at its place on
    the page) and on `none`. `state_shares`: of the points received, by state. `hover_seconds`: the time drawn on a
    hover map, None on others. `changed`: the change of the page since its picture was taken, None without one.
    `measured_visitors`: those whose views say what was in view, of whom the shares `in_view` are given.
    `mouse_visitors`: those who can point at something, None on maps of clicks. `goal`: whose shares the elements have.
    """

    snapshot: Snapshot
    visitors: int
    views: int
    devices: Mapping[str, int]
    device_shares: Mapping[str, float]
    account: Account
    account_shares: Mapping[str, float]
    placed_shares: Mapping[str, float]
    hover_seconds: float | None
    states: tuple[InState, ...]
    state_shares: Mapping[str, float]
    scale: Scale
    grid: GridShape
    warnings: tuple[MapWarning, ...]
    elements: tuple[ElementRow, ...]
    unplaced: tuple[Unplaced, ...]
    changed: PageChange | None
    measured_visitors: int
    mouse_visitors: int | None
    goal: GoalNote | None = None


@dataclass(frozen=True)
class InViewRow:
    """An element of a reach map: the share of `of` views that came as far as its middle, with its 95 % interval.

    `seconds`: mean time in view of a view; `second_share`: views that had it in view for a second. Both are 0 where
    no view measured it (ReachFigures.attention_views). `x`, `y`, `w`, `h`: its box in px of the picture.
    """

    index: int
    key: int
    path: str
    name: str
    reached: float
    low: float
    high: float
    of: int
    seconds: float
    second_share: float
    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class ReachFigures:
    """`depth` f32[K] px and `share` f32[K] of views that saw it.

    `attention` f32[20]: mean seconds in view of each twentieth of the picture, measured by `attention_views`.
    `quartiles`: percent of views → the deepest px that so many saw. `anchored` of the views are placed by an element,
    the others by their share of the page's height. Devices and shares as in HeatmapFigures.
    """

    snapshot: Snapshot
    visitors: int
    views: int
    devices: Mapping[str, int]
    device_shares: Mapping[str, float]
    account: Account
    account_shares: Mapping[str, float]
    fold: float
    quartiles: Mapping[int, float]
    anchored: int
    depth: Float32
    share: Float32
    attention: Float32
    attention_views: int
    elements: tuple[InViewRow, ...]
    warnings: tuple[MapWarning, ...]


def heatmap_figures(found: Heatmap, devices: Mapping[str, int], exposure: ElementExposure) -> HeatmapFigures:
    """The figures of a heatmap; `devices` as from answers.traffic.devices_of."""
    account = found.account
    rows, columns = found.grid.values.shape
    shares = exposure.in_view()
    return HeatmapFigures(
        snapshot=found.snapshot,
        visitors=found.visitors,
        views=found.views,
        devices=devices,
        device_shares=_shares(devices, sum(devices.values())),
        account=account,
        account_shares=account_shares(account),
        placed_shares=_shares(
            {"own": account.own + account.twin, "near": account.ancestor + account.page, "none": account.not_placed},
            account.left,
        ),
        hover_seconds=float(found.cells.weight.sum()) / 1000 if found.scope.kind == "hover" else None,
        states=found.elsewhere,
        state_shares=_shares({other.state: other.points for other in found.elsewhere}, account.received),
        scale=found.scale,
        grid=GridShape(rows, columns, found.grid.cell),
        warnings=tuple(found.warnings),
        elements=tuple(
            # `replace` takes three times as long.
            ElementRow(**vars(row) | {"in_view": shares[row.index], "with_mouse": exposure.with_mouse(row.visitors)})
            for row in found.elements
        ),
        unplaced=unplaced(found),
        changed=found.changed,
        measured_visitors=exposure.measured,
        mouse_visitors=exposure.mouse,
    )


def reach_figures(found: ReachMap, devices: Mapping[str, int]) -> ReachFigures:
    """The figures of a reach map; `devices` as from answers.traffic.devices_of."""
    reach = found.reach
    return ReachFigures(
        snapshot=found.snapshot,
        visitors=found.visitors,
        views=reach.views,
        devices=devices,
        device_shares=_shares(devices, sum(devices.values())),
        account=found.account,
        account_shares=account_shares(found.account),
        fold=reach.fold,
        quartiles=reach.quartiles,
        anchored=reach.anchored,
        depth=reach.depth,
        share=reach.share,
        attention=reach.attention,
        attention_views=found.attention.views,
        elements=in_view(found),
        warnings=tuple(found.warnings),
    )


def account_shares(account: Account) -> dict[str, float]:
    """The lines of an account as shares of what was received; empty when nothing was."""
    names = ("bots", "excluded", "outside", "elsewhere", "not_placed", "drawn")
    return _shares({name: getattr(account, name) for name in names}, account.received)


def unplaced(found: Heatmap) -> tuple[Unplaced, ...]:
    """The elements that are not on the picture, most points first, at most UNPLACED."""
    lost = found.placed.rung == NONE
    paths = [*found.records.paths, ""]
    points = np.bincount(found.records.locate(found.cells.record[lost]) % len(paths), found.cells.n[lost])
    counts: Counter[str] = Counter()
    for i in np.flatnonzero(points).tolist():
        counts[paths[i]] += int(points[i])
    return tuple(Unplaced(path, points) for path, points in counts.most_common(UNPLACED))


def in_view(found: ReachMap) -> tuple[InViewRow, ...]:
    """The elements that move with the page, from the top down."""
    layout, reach, attention = found.layout, found.reach, found.attention
    middle = layout.y + layout.h / 2
    shown: Int64 = np.flatnonzero(layout.visible & ~layout.fixed)
    shown = shown[np.argsort(middle[shown], kind="stable")]
    reached = np.array([reach.at(float(middle[i])) for i in shown.tolist()])
    low, high = wilson(np.rint(reached * reach.views).astype(np.int64), reach.views)
    return tuple(
        InViewRow(
            index=i,
            key=int(layout.keys[i]),
            path=layout.paths[i],
            name=layout.names[i],
            reached=float(reached[n]),
            low=float(low[n]),
            high=float(high[n]),
            of=reach.views,
            seconds=round(float(attention.seconds[i]), 3),
            second_share=round(float(attention.share[i]), 4),
            x=float(layout.x[i]),
            y=float(layout.y[i]),
            w=float(layout.w[i]),
            h=float(layout.h[i]),
        )
        for n, i in enumerate(shown.tolist())
    )


def _shares(counts: Mapping[str, int], total: int) -> dict[str, float]:
    return {name: n / total for name, n in counts.items()} if total else {}
