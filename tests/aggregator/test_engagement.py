"""The engagement of visitors with touchpoints equals a plain loop over the rows of their views."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aggregator.measures.engagement import engagement_of
from aggregator.shapes.journeys import SHORT_MS
from aggregator.shapes.touch_columns import EngagedViews

# A view belongs to one visitor and touchpoint, and has a row for each batch that reported it.
VISITORS = st.one_of(st.integers(0, 4), st.integers(2**64 - 3, 2**64 - 1), st.integers(0, 2**64 - 1))
VIEWS = st.lists(
    st.tuples(VISITORS, st.integers(1, 1023), st.lists(st.integers(0, 3 * SHORT_MS), min_size=1, max_size=4)),
    max_size=40,
)


@given(VIEWS, st.randoms(use_true_random=False))
def test_any_rows_in_any_order(views, luck) -> None:
    rows = [(visitor, place, n + 1, ms) for n, (visitor, place, times) in enumerate(views) for ms in times]
    luck.shuffle(rows)
    column = [
        np.array([row[n] for row in rows], kind) for n, kind in enumerate((np.uint64, np.int16, np.uint64, np.int64))
    ]
    found = engagement_of(EngagedViews(*column))
    sums: defaultdict[tuple[int, int], int] = defaultdict(int)
    for visitor, place, times in views:
        sums[visitor, place] += max(times)
    expected = sorted((place, ms) for (_, place), ms in sums.items())
    assert sorted(zip(found.touchpoint.tolist(), found.ms.tolist(), strict=True)) == expected
    short = [n for n, (_, _, times) in enumerate(views, 1) if max(times) < SHORT_MS]
    assert found.short_views.tolist() == short
