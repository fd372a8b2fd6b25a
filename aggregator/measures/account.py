"""What became of every point: a map that is empty, or half empty, says why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from aggregator.placing.ladder import RUNGS
from aggregator.placing.projection import Placed
from aggregator.shapes.columns import Int64
from aggregator.shapes.exposure import LeftOut


@dataclass(frozen=True)
class Account:
    """received = bots + excluded + outside + elsewhere + not_placed + drawn; drawn = own + twin + ancestor + page.

    `received`: points of these pages, this kind and period. `outside`: outside the segment (device, variant).
    `elsewhere`: of other states of the page, on whose maps they are drawn. `look_alikes`: of those not placed, the
    ones on an element that nothing tells from others in a list that may have changed. A point of an excluded bot
    counts among the bots. `bots_by_reason`, `bots_taken_in`: as in LeftOut.
    """

    received: int
    bots: int
    excluded: int
    outside: int
    not_placed: int
    drawn: int
    own: int = 0
    twin: int = 0
    ancestor: int = 0
    page: int = 0
    elsewhere: int = 0
    look_alikes: int = 0
    bots_by_reason: Mapping[str, int] = field(default_factory=dict)
    bots_taken_in: Mapping[str, int] = field(default_factory=dict)

    @property
    def left(self) -> int:
        """Points that could have been drawn."""
        return self.not_placed + self.drawn


def account(left_out: LeftOut, placed: Placed, elsewhere: int = 0, n: Int64 | None = None) -> Account:
    """The account of a heatmap. It is made from what was placed, so it adds up even while points arrive. `n`: the
    points of each place, if it has not one."""
    counts = np.bincount(placed.rung, n, len(RUNGS)).astype(np.int64).tolist()
    own, twin, ancestor, page, none = counts[: len(RUNGS)]
    drawn = own + twin + ancestor + page
    return Account(
        received=left_out.bots + left_out.excluded + left_out.outside + elsewhere + none + drawn,
        bots=left_out.bots,
        excluded=left_out.excluded,
        outside=left_out.outside,
        not_placed=none,
        drawn=drawn,
        own=own,
        twin=twin,
        ancestor=ancestor,
        page=page,
        elsewhere=elsewhere,
        look_alikes=placed.look_alikes,
        bots_by_reason=left_out.bots_by_reason,
        bots_taken_in=left_out.bots_taken_in,
    )


def reach_account(left_out: LeftOut, anchored: int, fallback: int) -> Account:
    """The account of a reach map: views whose depth is anchored on an element, and those by share of the page."""
    drawn = anchored + fallback
    received = left_out.bots + left_out.excluded + left_out.outside + drawn
    return Account(
        received=received,
        bots=left_out.bots,
        excluded=left_out.excluded,
        outside=left_out.outside,
        not_placed=0,
        drawn=drawn,
        own=anchored,
        page=fallback,
        bots_by_reason=left_out.bots_by_reason,
        bots_taken_in=left_out.bots_taken_in,
    )
