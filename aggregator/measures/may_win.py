"""How many more visitors would go on if a place on a map did as well as its target, or as its best device.

The rule and its reasons: docs/decisions/0034-what-an-opportunity-may-win.md. It says where to look; it is no forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aggregator.measures.share_differences import ShareDifference, share_difference
from aggregator.measures.shares import ShareOf, share_of
from aggregator.measures.statistics import FEW

BEST_LEAST = 200  # visitors of the device that the others are held against; fewer could be the best by chance

WinKind = Literal["target", "device"]


@dataclass(frozen=True)
class DevicePlace:
    """A place on one device: all its `visitors`, and the share of them who went on."""

    visitors: int
    share: ShareOf | None


@dataclass(frozen=True)
class MayWin:
    """`low` to `high` visitors more, never below 0: `visitors` × the gap of shares, over its 95 % interval.

    `kind` `target`: all visitors of the place, with the `own` share, against the share `wanted`. `device`: those on
    other devices, with the `own` share, against `best`, the share on `device`; `wanted` is that share.
    """

    kind: WinKind
    visitors: int
    own: ShareOf
    wanted: float
    low: float
    high: float
    device: str = ""
    best: ShareOf | None = None


def win_by_target(visitors: int, own: ShareOf, wanted: float) -> MayWin:
    """Against a share that the team wants, which is exact: the gap is as uncertain as the own share (Wilson)."""
    low, high = max(0.0, wanted - own.high), max(0.0, wanted - own.low)
    return MayWin("target", visitors, own, wanted, visitors * low, visitors * high)


def win_by_device(devices: Mapping[str, DevicePlace]) -> MayWin | None:
    """Against the device with the highest share of at least `BEST_LEAST` visitors; None if there is none, or too few
    visitors on the others.

    The others are held against it, without it, so that the two sets are separate, as Newcombe's interval needs. Their
    visitors × (best − others) equals all visitors × (best − all together), where every window has closed.
    """
    shares = {name: one.share for name, one in devices.items() if one.share and one.share.of >= BEST_LEAST}
    device = max(shares, key=lambda name: shares[name].share, default="")
    if not device:
        return None
    others = [one for name, one in devices.items() if name != device]
    counted = [one.share for one in others if one.share]
    own = share_of(sum(one.visitors for one in counted), sum(one.of for one in counted))
    if own is None or own.of < FEW:
        return None
    best, visitors = shares[device], sum(one.visitors for one in others)
    gap: ShareDifference = share_difference(own.visitors, own.of, best.visitors, best.of)
    low, high = max(0.0, gap.low), max(0.0, gap.high)
    return MayWin("device", visitors, own, best.share, visitors * low, visitors * high, device, best)
