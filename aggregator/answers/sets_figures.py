"""All the figures of two sets in one record, for their page and for the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.answers.explain import MapWarning
from aggregator.answers.map_figures import account_shares
from aggregator.answers.sets import GoalDifference, SetComparison, SetMap
from aggregator.answers.sides import CompareRow
from aggregator.grids.scale import Scale
from aggregator.measures.account import Account
from aggregator.measures.share_differences import ShareDifference
from aggregator.shapes.columns import Float32
from store.snapshots import Snapshot


@dataclass(frozen=True)
class SetReach:
    """How far down a set saw the page: `depth` f32[K] px and `share` f32[K] of `views`, `quartiles` as in Reach.

    `attention` f32[20]: mean seconds in view of each twentieth of the picture.
    """

    views: int
    fold: float
    quartiles: Mapping[int, float]
    depth: Float32
    share: Float32
    attention: Float32


@dataclass(frozen=True)
class SetFigures:
    """One set; `set`: a (what the question is compared with) or b (the question itself). Days are included."""

    set: str
    since: str
    until: str
    device: str
    visitors: int
    views: int
    snapshot: Snapshot
    account: Account
    account_shares: Mapping[str, float]
    reach: SetReach
    warnings: tuple[MapWarning, ...]


@dataclass(frozen=True)
class SetsFigures:
    """`sets`: a and b; rows are b minus a. `both` visitors are in both sets, `both_share` of all of them.

    `tested` of the rows were tested, and `differ` of them; all intervals are at `level`.
    """

    verdict: str
    sets: tuple[SetFigures, ...]
    both: int
    both_share: float
    tested: int
    differ: int
    level: float
    goals: tuple[GoalDifference, ...]
    frustrated: ShareDifference
    scale: Scale
    rows: tuple[CompareRow, ...]
    warnings: tuple[MapWarning, ...]


def sets_figures(found: SetComparison) -> SetsFigures:
    """The figures of two sets."""
    sets = tuple(_set(name, one) for name, one in zip("ab", found.sets, strict=True))
    people = sum(one.visitors for one in sets) - found.both
    return SetsFigures(
        verdict=found.verdict,
        sets=sets,
        both=found.both,
        both_share=found.both / people if people else 0.0,
        tested=sum(row.q is not None for row in found.rows),
        differ=sum(row.verdict in ("more", "less") for row in found.rows),
        level=found.level,
        goals=found.goals,
        frustrated=found.frustrated,
        scale=found.scale,
        rows=tuple(found.rows),
        warnings=tuple(found.warnings),
    )


def _set(name: str, one: SetMap) -> SetFigures:
    heat, reach = one.heat, one.reach.reach
    return SetFigures(
        set=name,
        since=heat.scope.since.isoformat(),
        until=heat.scope.until.isoformat(),
        device=heat.scope.device or "all",
        visitors=heat.visitors,
        views=heat.views,
        snapshot=heat.snapshot,
        account=heat.account,
        account_shares=account_shares(heat.account),
        reach=SetReach(reach.views, reach.fold, reach.quartiles, reach.depth, reach.share, reach.attention),
        warnings=tuple(heat.warnings),
    )
