"""The choice is one-to-one, likely enough and clearly ahead."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aggregator.linkage.choice import choose


def chosen(score: list[list[float]], **more: object) -> list[int]:
    return choose(np.array(score, np.float32), **more).element.tolist()  # type: ignore[arg-type]


def test_likely_pairs_that_are_clearly_ahead_are_chosen() -> None:
    assert chosen([[9, 0], [0, 9]]) == [0, 1]
    assert chosen([[9, 8], [0, 0]]) == [-1, -1]  # not ahead of the second element
    assert chosen([[9, 0], [8, 0]]) == [-1, -1]  # not ahead of the second node
    assert chosen([[1, 0], [0, 9]]) == [-1, 1]  # not likely enough


def test_a_taken_element_no_longer_competes() -> None:
    assert chosen([[12, 0], [6, 6.5]]) == [0, 1]


def test_many_weak_rivals_weigh_as_much_as_a_strong_one() -> None:
    assert chosen([[9.0, *[5.0] * 3]]) == [0]
    assert chosen([[9.0, *[5.0] * 30]]) == [-1]


def test_nodes_of_one_path_share_their_element() -> None:
    assert chosen([[9, 0], [9, 0]], same=np.array([7, 7], np.int32)) == [0, 0]
    assert chosen([[9, 0], [9, 0]], same=np.array([7, 8], np.int32)) == [-1, -1]


@settings(max_examples=100, deadline=None)
@given(arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(-20, 20)))
def test_no_element_twice_and_none_below_the_threshold(score: np.ndarray) -> None:
    found = choose(score)
    taken = found.element[found.element >= 0]
    assert len(set(taken.tolist())) == len(taken)
    assert (found.score[found.element >= 0] >= 1).all()
    assert np.isnan(found.score[found.element < 0]).all()
