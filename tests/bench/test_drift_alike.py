"""Which elements the drift bench treats as look-alikes: those that only their place tells apart."""

from __future__ import annotations

import numpy as np
import pytest

from bench.drift_alike import Alike
from bench.drift_capture import Side
from tests.aggregator.trees import el, page


def items(*texts: str) -> list:
    return [el("li", el("a", text=text, href="#")) for text in texts]


def alike(before: tuple[str, ...], after: tuple[str, ...], order: tuple[int, ...]) -> list[bool]:
    """For each link of a list whose item n moved to order[n]. Elements: body, list, then item and link in turn."""
    was, now = page(el("ul", *items(*before))), page(el("ul", *items(*after)))
    numbers = np.arange(len(now))
    for n, place in enumerate(order):
        numbers[2 + 2 * place : 4 + 2 * place] = [2 + 2 * n, 3 + 2 * n]
    recorded = np.array([3 + 2 * n for n in range(len(before))])
    truth = np.array([3 + 2 * place for place in order])
    none = np.zeros(len(now), bool)
    return Alike(Side(was, np.arange(len(was)), [], none), Side(now, numbers, [], none)).of(recorded, truth).tolist()


EQUAL = ("More",) * 4


def test_equal_items_of_a_shuffled_list_are_alike() -> None:
    assert alike(EQUAL, EQUAL, (2, 1, 0, 3)) == [True] * 4


def test_equal_items_are_alike_even_if_their_order_was_kept() -> None:
    assert alike(EQUAL, EQUAL, (0, 1, 2, 3)) == [True] * 4


@pytest.mark.parametrize("now", ["Arc", "new words"])
def test_different_texts_distinguish_items_or_those_beside_them(now: str) -> None:
    after = (now, "Bow", "Cup", "Dot")
    assert alike(("Arc", "Bow", "Cup", "Dot"), (after[2], after[1], after[0], after[3]), (2, 1, 0, 3))[0] is False
