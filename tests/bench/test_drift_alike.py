"""Which elements the drift bench treats as indistinguishable: only those in lists that the edit shuffled."""

from __future__ import annotations

import numpy as np
import pytest

from bench.drift_alike import Alike
from bench.drift_capture import Side
from tests.aggregator.trees import el, page, records_of_page


def items(*texts: str) -> list:
    return [el("li", el("a", text=text, href="#")) for text in texts]


def alike(before: tuple[str, ...], after: tuple[str, ...], order: tuple[int, ...]) -> list[bool]:
    """For each link of a list whose item n moved to order[n]. Elements: body, list, then item and link in turn."""
    was, now = page(el("ul", *items(*before))), page(el("ul", *items(*after)))
    numbers = np.arange(len(now))
    for n, place in enumerate(order):
        numbers[2 + 2 * place : 4 + 2 * place] = [2 + 2 * n, 3 + 2 * n]
    records = records_of_page(was, "a")
    truth = np.array([3 + 2 * order[int(path.split("li:")[1].split(">")[0]) - 1] for path in records.paths])
    found = Alike(Side(now, numbers, [], np.zeros(len(now), bool))).of(records, truth, np.ones(len(records), bool))
    return [bool(found[records.paths.index(f"body>ul:1>li:{n + 1}>a:1")]) for n in range(len(before))]


EQUAL = ("More",) * 4


def test_equal_items_of_a_shuffled_list_are_alike() -> None:
    assert alike(EQUAL, EQUAL, (2, 1, 0, 3)) == [True] * 4


def test_equal_items_are_not_alike_when_the_order_was_kept() -> None:
    assert alike(EQUAL, EQUAL, (0, 1, 2, 3)) == [False] * 4


@pytest.mark.parametrize(("now", "expected"), [("Arc", False), ("new words", True)])
def test_different_texts_distinguish_items_unless_the_edit_changed_them(now: str, expected: bool) -> None:
    after = (now, "Bow", "Cup", "Dot")
    assert alike(("Arc", "Bow", "Cup", "Dot"), (after[2], after[1], after[0], after[3]), (2, 1, 0, 3))[0] is expected
