"""Time in view: from the bands of a view's own page to the elements of a picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.measures.attention import Anchors, attention, monotone
from aggregator.shapes.depths import BANDS, Bands
from tests.aggregator.build import Size, fp, layout

NOBODY = Anchors(np.empty(0, np.int32), np.empty(0, np.float32), np.empty(0, np.float32))
A, B, C = (("section#a", fp(text="a")), ("section#b", fp(text="b")), ("section#c", fp(text="c")))
WIDE = layout((*A, (0, 0, 1000, 500)), (*B, (0, 500, 1000, 500)), (*C, (0, 1000, 1000, 1000)))
NARROW = layout((*A, (0, 0, 390, 2000)), (*B, (0, 2000, 390, 1000)), (*C, (0, 3000, 390, 1000)), size=Size(390, 4000))


def bands(*views: tuple[int, dict[int, float]]) -> Bands:
    """(width, band → ms) of each view."""
    ms = np.zeros((len(views), BANDS), np.float32)
    for row, (_, seen) in zip(ms, views, strict=True):
        row[list(seen)] = list(seen.values())
    return Bands(ms, np.array([width for width, _ in views], np.int32))


def test_at_the_same_width_a_band_keeps_its_place() -> None:
    found = attention(bands((1000, dict.fromkeys(range(5), 4000)), (1010, {})), WIDE, [], NOBODY)
    assert found.seconds.tolist() == [2, 0, 0]
    assert found.share.tolist() == [0.5, 0, 0]
    assert found.bands.tolist() == [2] * 5 + [0] * 15
    assert found.views == 2


def test_an_element_partly_in_view_has_that_part_of_the_time() -> None:
    found = attention(bands((1000, {0: 1000})), WIDE, [], NOBODY)
    assert found.seconds[0] == pytest.approx(0.2)  # 100 of its 500 px
    assert found.share[0] == 0


def test_views_on_phones_are_read_with_the_layout_of_phones() -> None:
    # bands 10 to 14 are section b there
    found = attention(bands((360, dict.fromkeys(range(10, 15), 3000))), WIDE, [NARROW], NOBODY)
    assert found.seconds.tolist() == [0, 3, 0]
    assert found.bands.tolist() == pytest.approx([0] * 5 + [3] * 5 + [0] * 10, abs=0.4)


def test_without_a_layout_places_are_learned_from_the_views() -> None:
    share = np.linspace(0, 1, 60, dtype=np.float32)
    anchors = Anchors(
        np.full(60, 390, np.int32), np.interp(share, [0, 0.25, 0.5, 1], [0, 0.5, 0.75, 1]).astype(np.float32), share
    )
    seen = bands((390, dict.fromkeys(range(10, 15), 3000)))
    # one knot per four views: not quite exact
    assert attention(seen, WIDE, [], anchors).seconds.tolist() == pytest.approx([0, 3, 0], abs=0.2)
    # with nothing to learn from, the page is assumed to stretch evenly
    assert attention(seen, WIDE, [], NOBODY).seconds.tolist() == pytest.approx([0, 0, 1.5], abs=0.01)


def test_no_visitors_are_a_normal_result() -> None:
    found = attention(bands(), WIDE, [NARROW], NOBODY)
    assert (found.views, len(found.bands), found.seconds.tolist()) == (0, 0, [0, 0, 0])


def test_an_element_without_height_has_the_time_of_its_band() -> None:
    page = layout((*A, (0, 1000, 1000, 0)))
    assert attention(bands((1000, {10: 2000})), page, [], NOBODY).seconds[0] == 2


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=80), st.integers(0, 50))
def test_a_map_rises_from_top_to_bottom(pairs: list[tuple[float, float]], knots: int) -> None:
    seen, drawn = monotone(np.array([a for a, _ in pairs]), np.array([b for _, b in pairs]), knots)
    assert (np.diff(drawn) > 0).all()
    assert (np.diff(seen) >= -1e-9).all()
    assert (seen[0], drawn[0], seen[-1], drawn[-1]) == (0, 0, 1, 1)


@given(st.lists(st.floats(0, 10_000), min_size=BANDS, max_size=BANDS))
def test_time_is_conserved_at_the_same_width(ms: list[float]) -> None:
    found = attention(bands((1000, dict(enumerate(ms)))), WIDE, [], NOBODY)
    assert found.bands.tolist() == pytest.approx([one / 1000 for one in ms], rel=1e-4, abs=1e-4)
    heights = WIDE.h / WIDE.height
    assert float(found.seconds @ heights) == pytest.approx(float(np.mean(ms)) / 1000, rel=1e-3, abs=1e-3)
