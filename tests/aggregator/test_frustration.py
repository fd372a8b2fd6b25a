"""Dead and rage clicks: the thresholds, one millisecond and one pixel on either side."""

from __future__ import annotations

import numpy as np
import pytest

from store.flags import DISABLED, DRAGGED, FRAMED, KEYBOARD, MODIFIER, UNSEEN_MS
from tests.aggregator.build import NOON, points, records
from tests.aggregator.one_by_one import judge

LINK, FIELD, CANVAS = ("main>a:1", ""), ("main>input:1", ""), ("main>canvas:1", "")
WORD_IN_LABEL, LINK_IN_LABEL = ("main>label:1>b:1", ""), ("main>label:1>a:1", "")
NAMED = ("b#terms", "")  # in a label, which its path does not show
ALL = records([LINK, FIELD, CANVAS, WORD_IN_LABEL, LINK_IN_LABEL, NAMED])


@pytest.mark.parametrize(
    ("element", "columns", "dead"),
    [
        (LINK, {"effect": 0, "effect_ms": 0}, True),
        (LINK, {"effect": 1, "effect_ms": 1000}, False),
        (LINK, {"effect": 1, "effect_ms": 1010}, True),
        (LINK, {"effect": 0, "effect_ms": 0, "button": 1}, False),
        (LINK, {"effect": 0, "effect_ms": 0, "flags": MODIFIER}, False),
        (LINK, {"effect": 0, "effect_ms": 0, "flags": KEYBOARD}, True),
        (LINK, {"effect": 0, "effect_ms": 0, "flags": FRAMED}, False),
        (LINK, {"effect": 0, "effect_ms": 0, "flags": DRAGGED}, False),
        (LINK, {"effect": 0, "effect_ms": UNSEEN_MS}, False),
        (FIELD, {"effect": 0, "effect_ms": 0}, False),
        (FIELD, {"effect": 0, "effect_ms": 0, "flags": DISABLED | DRAGGED}, False),
        (FIELD, {"effect": 0, "effect_ms": 0, "flags": DISABLED}, True),
        (CANVAS, {"effect": 0, "effect_ms": 0}, False),
        (WORD_IN_LABEL, {"effect": 0, "effect_ms": 0}, False),
        (LINK_IN_LABEL, {"effect": 0, "effect_ms": 0}, True),
    ],
)
def test_dead(element: tuple[str, str], columns: dict[str, int], dead: bool) -> None:
    assert judge(points([element], **columns), ALL)[0].tolist() == [dead]


def test_the_layout_knows_a_label_that_the_path_does_not_show() -> None:
    made = points([NAMED, LINK], effect=0, effect_ms=0)
    assert judge(made, ALL)[0].tolist() == [True, True]
    assert judge(made, ALL, np.array([1, -1], np.int32), ["main", "label"])[0].tolist() == [False, True]


def burst(gaps: list[int], step: int = 0, **columns: object) -> list[bool]:
    n = len(gaps) + 1
    time = NOON + np.concatenate(([0], np.cumsum(gaps)))
    given = {"view": 1, "visitor": 1, "time": time, "page_x": np.arange(n) * step, "effect": 0} | columns
    return judge(points([LINK] * n, **given), ALL)[1].tolist()


def test_rage_needs_three_quick_clicks_close_by() -> None:
    assert burst([999, 999]) == [True] * 3
    assert burst([999, 1000]) == [False] * 3
    assert burst([100]) == [False] * 2
    assert burst([100, 100], step=30) == [True] * 3
    assert burst([100, 100], step=31) == [False] * 3
    assert burst([100, 100, 5000, 100]) == [True, True, True, False, False]


def test_a_stepper_that_answers_each_click_is_not_rage() -> None:
    assert burst([100] * 4, effect=1, effect_ms=300) == [False] * 5
    assert burst([100] * 4, effect=1, effect_ms=[300, 300, 310, 300, 300]) == [True] * 5


def test_an_effect_that_cannot_be_seen_is_no_answer_to_a_burst() -> None:
    assert burst([100] * 3, effect=0, effect_ms=UNSEEN_MS) == [True] * 4
    assert burst([100] * 3, effect=[1, 0, 1, 1], effect_ms=[90, UNSEEN_MS, 90, 90]) == [True] * 4


def test_rage_does_not_cross_views_nor_count_the_keyboard_or_text_fields() -> None:
    assert burst([100, 100], view=[1, 1, 2]) == [False] * 3
    assert burst([100, 100], flags=KEYBOARD) == [False] * 3
    fields = points([FIELD] * 3, view=1, time=NOON + np.arange(3) * 100, effect=0)
    assert not judge(fields, ALL)[1].any()


def test_drags_neither_make_nor_extend_nor_join_bursts() -> None:
    assert burst([150] * 3, flags=DRAGGED) == [False] * 4
    assert burst([150] * 3, flags=[0, 0, 0, DRAGGED]) == [True] * 3 + [False]
    assert burst([150] * 2, flags=[0, 0, DRAGGED]) == [False] * 3
    assert burst([600] * 4, flags=[0, 0, DRAGGED, 0, 0]) == [False] * 5
    assert burst([150] * 3, flags=[0, DRAGGED, 0, 0]) == [True, False, True, True]


def test_the_order_of_rows_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    n = 3000
    given = {
        "view": rng.integers(1, 300, n),
        "time": NOON + rng.integers(0, 60_000, n),
        "page_x": rng.integers(0, 60, n),
        "effect": rng.integers(0, 2, n),
    }
    made = points([LINK] * n, **given)
    dead, rage = judge(made, ALL)
    shuffled = rng.permutation(n)
    again = judge(made.take(shuffled), ALL)
    assert 0 < rage.sum() < n
    assert (again[0] == dead[shuffled]).all()
    assert (again[1] == rage[shuffled]).all()


def test_hovers_are_never_frustrated() -> None:
    dead, rage = judge(points([LINK] * 3, kind="hover", view=1, effect=0), ALL)
    assert not dead.any()
    assert not rage.any()
