"""The account adds up, whatever was placed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aggregator.measures.account import account, reach_account
from aggregator.placing.projection import Placed
from aggregator.shapes.exposure import LeftOut
from store.robots import REASONS

counts = st.integers(0, 10**9)


by_reason = st.dictionaries(st.sampled_from(REASONS), counts)


@given(by_reason, counts, counts, counts, st.lists(st.integers(0, 4), max_size=200))
def test_the_account_adds_up(
    bots: dict[str, int], excluded: int, outside: int, elsewhere: int, rungs: list[int]
) -> None:
    n = len(rungs)
    nothing = np.full(n, np.nan, np.float32)
    placed = Placed(nothing, nothing, np.array(rungs, np.uint8), np.full(n, -1, np.int32))
    a = account(LeftOut(excluded, outside, bots), placed, elsewhere)
    assert (a.bots, a.bots_by_reason) == (sum(bots.values()), bots)
    assert a.received == a.bots + a.excluded + a.outside + a.elsewhere + a.not_placed + a.drawn
    assert a.drawn == a.own + a.twin + a.ancestor + a.page
    assert a.left == n
    assert a.not_placed == rungs.count(4)


def test_a_reach_account_adds_up() -> None:
    a = reach_account(LeftOut(2, 3, {"crawler": 1}), 40, 5)
    assert (a.received, a.drawn, a.own, a.page) == (51, 45, 40, 5)
