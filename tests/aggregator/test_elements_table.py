"""Visitors, not clicks, per element."""

from __future__ import annotations

import numpy as np
import pytest

from aggregator.measures.statistics import wilson
from aggregator.placing.projection import project
from store.flags import DRAGGED, TOUCH
from tests.aggregator.build import layout, points, records
from tests.aggregator.one_by_one import element_table, visitors_per_element

A, B, C = ("main>a:1", ""), ("main>b:1", ""), ("main>i:1", "")
PAGE = layout(("main", "", (0, 0, 300, 100)), (*A, (0, 0, 100, 100)), (*B, (100, 0, 100, 100)), names={A[0]: "Buy"})


def test_by_hand() -> None:
    made = points([A, A, A, B, C], visitor=[7, 7, 8, 7, 9])
    placed = project(made, records([A, B, C]), PAGE)
    dead = np.array([True, True, False, False, True])
    rage = np.array([True, False, False, False, False])
    rows = element_table(made, placed, PAGE, 10, dead, rage)
    assert [(r.name, r.clicks, r.visitors, r.share, r.of, r.dead, r.dead_share, r.rage) for r in rows] == [
        ("Buy", 3, 2, 0.2, 10, 1, 0.5, 1),
        ("b:1", 1, 1, 0.1, 10, 0, 0.0, 0),
    ]  # C is placed on its ancestor: nobody clicked `main` itself
    low, high = wilson(2, 10)
    assert (rows[0].low, rows[0].high) == pytest.approx((float(low), float(high)))
    assert (rows[1].x, rows[1].y, rows[1].w, rows[1].h) == (100, 0, 100, 100)


def test_a_word_in_a_link_counts_for_the_link_and_a_link_in_a_label_for_the_link() -> None:
    link, word, icon, label = ("main>a:1", ""), ("main>a:1>b:1", ""), ("main>a:1>svg:1", ""), ("main>label:1", "")
    nested = ("main>label:1>a:1", "")
    box = (0.0, 0.0, 10.0, 10.0)
    page = layout(
        *((*e, box) for e in (link, word, icon, label, nested)),
        control={e[0]: link[0] for e in (link, word, icon)} | {label[0]: label[0], nested[0]: nested[0]},
        names={link[0]: "Buy"},
    )
    made = points([link, word, icon, icon, label, nested], visitor=[1, 1, 2, 3, 4, 5])
    placed = project(made, records([link, word, icon, label, nested]), page)
    dead = np.array([False, True, True, False, False, False])
    rows = element_table(made, placed, page, 10, dead, dead)
    assert [(r.name, r.path, r.clicks, r.visitors, r.dead) for r in rows] == [
        ("Buy", "main>a:1", 4, 3, 2),
        ("label:1", "main>label:1", 1, 1, 0),
        ("a:1", "main>label:1>a:1", 1, 1, 0),
    ]
    assert visitors_per_element(made, placed, page).tolist() == [3, 0, 0, 1, 1]
    assert placed.element.tolist() == [0, 1, 2, 2, 3, 4]  # still drawn where they were made


def test_drags_are_clicks_and_counted_among_them() -> None:
    made = points([A, A, A, B], visitor=[1, 1, 2, 1], flags=[DRAGGED, DRAGGED | TOUCH, TOUCH, 0])
    none = np.zeros(4, bool)
    rows = element_table(made, project(made, records([A, B]), PAGE), PAGE, 2, none, none)
    assert [(r.clicks, r.dragged) for r in rows] == [(3, 2), (1, 0)]


def test_hover_has_dwell_instead_of_clicks() -> None:
    made = points([A, A, B], kind="hover", visitor=[1, 2, 1], weight=[500, 1500, 100])
    none = np.zeros(3, bool)
    rows = element_table(made, project(made, records([A, B]), PAGE), PAGE, 2, none, none)
    assert [(r.clicks, r.visitors, r.dwell_ms) for r in rows] == [(0, 2, 1000), (0, 1, 100)]


def test_an_empty_input_gives_a_normal_result() -> None:
    none = np.zeros(0, bool)
    made = points([])
    assert element_table(made, project(made, records([]), PAGE), PAGE, 0, none, none) == []


def test_distinct_visitors_as_counted_one_by_one() -> None:
    rng = np.random.default_rng(3)
    which = rng.integers(0, 2, 5000)
    who = rng.integers(0, 2**64, 400, dtype=np.uint64)[rng.integers(0, 400, 5000)]
    made = points([(A, B)[i] for i in which], visitor=who)
    counted = visitors_per_element(made, project(made, records([A, B]), PAGE), PAGE)
    assert counted.tolist() == [0, len(set(who[which == 0])), len(set(who[which == 1]))]
