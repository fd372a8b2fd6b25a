"""What the pages of a comparison draw, whether its sides are two variants or two sets of visitors."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.sides import CompareRow
from store.kinds import MapKind
from store.layouts import Layout
from store.snapshots import Snapshot
from viewer.maps import ComparisonAnswer, SetsAnswer


@dataclass(frozen=True)
class Compared:
    """The tested rows, of which `differ` of `tested` differ, and the pictures of the sides a and b."""

    kind: MapKind
    verdict: str
    rows: tuple[CompareRow, ...]
    tested: int
    differ: int
    layouts: tuple[Layout, Layout]
    snapshots: tuple[Snapshot, Snapshot]


def variants_compared(found: ComparisonAnswer) -> Compared:
    figures, (a, b) = found.figures, found.map.arms
    return Compared(
        kind=a.scope.kind,
        verdict=figures.verdict,
        rows=figures.rows,
        tested=figures.tested,
        differ=figures.differ,
        layouts=(a.layout, b.layout),
        snapshots=(a.snapshot, b.snapshot),
    )


def sets_compared(found: SetsAnswer) -> Compared:
    figures, (a, b) = found.figures, (one.heat for one in found.map.sets)
    return Compared(
        kind=a.scope.kind,
        verdict=figures.verdict,
        rows=figures.rows,
        tested=figures.tested,
        differ=figures.differ,
        layouts=(a.layout, b.layout),
        snapshots=(a.snapshot, b.snapshot),
    )
