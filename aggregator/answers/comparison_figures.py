"""All the figures of a comparison in one record, for its page and for the API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from aggregator.answers.comparison import Comparison
from aggregator.answers.explain import MapWarning
from aggregator.answers.heatmap import Heatmap
from aggregator.answers.map_figures import account_shares
from aggregator.answers.sides import CompareRow
from aggregator.grids.scale import Scale
from aggregator.measures.account import Account
from store.snapshots import Snapshot


@dataclass(frozen=True)
class ExperimentFigures:
    """The experiment; `defined` False: pages report it, but nobody defined it here."""

    id: str
    name: str
    defined: bool


@dataclass(frozen=True)
class ArmFigures:
    """One side of the comparison: its visitors without those who saw both variants."""

    variant: str
    name: str
    visitors: int
    views: int
    snapshot: Snapshot
    account: Account
    account_shares: Mapping[str, float]
    warnings: tuple[MapWarning, ...]


@dataclass(frozen=True)
class ComparisonFigures:
    """`exposed`: variant → visitors, without the `in_both` who saw more than one; `in_both_share` of all of them.

    `planned`: visitors that each variant should have, 0 where it was not said; `planned_reached`: the smaller arm's
    part of it, at most 1. `planned_shares`: variant → its planned share of the two. `sample_ratio_p`: p of the planned
    shares, None below 100 visitors. `days` in the period. `tested` of the rows were tested, and `differ` of them;
    `level` of their intervals.
    """

    experiment: ExperimentFigures
    verdict: str
    planned: int
    planned_reached: float | None
    planned_shares: Mapping[str, float]
    exposed: Mapping[str, int]
    in_both: int
    in_both_share: float
    sample_ratio_p: float | None
    days: int
    tested: int
    differ: int
    devices: Mapping[str, int]
    device_shares: Mapping[str, float]
    scale: Scale
    arms: tuple[ArmFigures, ...]
    rows: tuple[CompareRow, ...]
    level: float
    warnings: tuple[MapWarning, ...]

    @property
    def smallest(self) -> int:
        """Visitors of the smaller arm."""
        return min(self.exposed.get(arm.variant, 0) for arm in self.arms)


def comparison_figures(found: Comparison, days: tuple[date, date], devices: Mapping[str, int]) -> ComparisonFigures:
    """The figures of a comparison over `days` (first and last); `devices` as from answers.traffic.devices_of."""
    since, until = days
    arms = tuple(_arm(found, arm) for arm in found.arms)
    shares = {v.key: v.share for v in found.experiment.variants if v.key in {arm.variant for arm in arms}}
    smallest = min(found.exposed.get(arm.variant, 0) for arm in arms)
    everyone, of_devices = sum(found.exposed.values()) + found.both, sum(devices.values())
    planned = sum(shares.values()) or 1
    return ComparisonFigures(
        experiment=ExperimentFigures(found.experiment.id, found.experiment.name, found.experiment.version > 0),
        verdict=found.verdict,
        planned=found.planned,
        planned_reached=min(1.0, smallest / found.planned) if found.planned else None,
        planned_shares={key: share / planned for key, share in shares.items()},
        exposed=found.exposed,
        in_both=found.both,
        in_both_share=found.both / everyone if everyone else 0.0,
        sample_ratio_p=found.srm,
        days=(until - since).days + 1,
        tested=sum(row.q is not None for row in found.rows),
        differ=sum(row.verdict in ("more", "less") for row in found.rows),
        devices=devices,
        device_shares={device: n / of_devices for device, n in devices.items()} if of_devices else {},
        scale=found.scale,
        arms=arms,
        rows=tuple(found.rows),
        level=found.level,
        warnings=tuple(found.warnings),
    )


def _arm(found: Comparison, arm: Heatmap) -> ArmFigures:
    key = arm.scope.variant[1] if arm.scope.variant else ""
    return ArmFigures(
        variant=key,
        name=next((v.name for v in found.experiment.variants if v.key == key), key),
        visitors=arm.visitors,
        views=arm.views,
        snapshot=arm.snapshot,
        account=arm.account,
        account_shares=account_shares(arm.account),
        warnings=tuple(arm.warnings),
    )
