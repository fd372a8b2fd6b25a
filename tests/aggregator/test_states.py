"""Every point belongs to one picture of the page, or to none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.answers.export import placed_points
from aggregator.answers.heatmap import Heatmap, heatmap
from aggregator.placing.elements import LayoutIndex
from aggregator.placing.ladder import record_places
from aggregator.placing.states import NOBODY, InState, StatePicture, divide, owners
from aggregator.shapes.columns import Int16
from aggregator.shapes.scope import Scope
from store.client import Store
from store.layouts import Layout
from store.matches import Match, Matches
from store.snapshots import Snapshot, Snapshots
from tests.aggregator.build import DAY, PAGE, fp, insert_elements, layout, points, records
from tests.aggregator.test_heatmap import clicks, take_picture, visits

BUY = ("button#buy", fp(id="buy", text="Buy"))
ENTRY = ("div#menu>a:1", fp(href="/a", text="Entry"))
DEEP = ("div#menu>a:2", fp(href="/b", text="Deep"))
CLOSE = ("dialog#box>button:1", fp(text="Close"))
GONE = ("div#old>a:1", fp(text="Gone"))
FOOT = ("footer>a:1", fp(href="/a", text="Entry"))
ALL = (BUY, ENTRY, DEEP, CLOSE, GONE)
HOLDERS = (("div#menu", fp(id="menu")), ("dialog#box", fp(id="box")))
BOXES = {BUY: (0, 0, 100, 40), ENTRY: (0, 100, 100, 40), DEEP: (0, 140, 100, 40), CLOSE: (500, 500, 40, 40)}


def picture(*shown: tuple[str, str]) -> Layout:
    """A layout with all elements except GONE, of which these are visible."""
    hidden = [path for path, _ in (*BOXES, *HOLDERS) if path not in [s for s, _ in shown]]
    elements = [(*e, BOXES.get(e, (0, 90, 600, 500))) for e in (*BOXES, *HOLDERS)]
    return layout(*elements, hidden=hidden)


def twin(record: tuple[str, str], on: Layout, element: tuple[str, str]) -> dict[int, int]:
    """The twins of a matching that found `record` in an element with another name."""
    return {int(records([record]).record[0]): on.paths.index(element[0])}


BASE, MENU, DIALOG = picture(BUY), picture(BUY, ENTRY, DEEP), picture(BUY, DEEP, CLOSE)
PICTURES = (BASE, MENU, DIALOG)


def of(
    made_on: list[tuple[str, str]] | tuple[tuple[str, str], ...],
    pictures: Sequence[Layout],
    *,
    known: Sequence[tuple[str, str]] | None = None,
    twins: Sequence[Mapping[int, int]] = ({}, {}, {}, {}),
    taken: Sequence[int] = (0, 0, 0, 0),
) -> Int16:
    """The pictures that points on these elements belong to, if the store has the records of the `known` ones."""
    have = records(made_on if known is None else known)
    shown = []
    for n, one in enumerate(pictures):
        index = LayoutIndex(one)
        shown.append(StatePicture(index, record_places(have, index, twins[n]), taken[n]))
    return owners(points(made_on), have, shown)


def test_the_base_first_then_the_owners_order() -> None:
    assert of(ALL, PICTURES).tolist() == [0, 1, 1, 2, NOBODY]
    assert of(ALL, (BASE, DIALOG, MENU)).tolist() == [0, 2, 1, 1, NOBODY]


def test_records_that_the_store_does_not_have_are_assigned_by_key() -> None:
    assert of(ALL, PICTURES, known=[BUY]).tolist() == [0, 1, 1, 2, NOBODY]


def test_a_picture_with_the_twin_shows_the_element_too() -> None:
    moved = ("nav>a:9", GONE[1])
    assert of([moved], PICTURES, twins=[{}, {}, twin(moved, DIALOG, CLOSE)]).tolist() == [2]


def test_the_own_element_in_a_state_precedes_a_twin_in_the_base() -> None:
    only = layout((*BUY, BOXES[BUY]), (*FOOT, (0, 900, 100, 40)))  # the menu is created when it is opened
    opened = layout((*BUY, BOXES[BUY]), (*FOOT, (0, 900, 100, 40)), (*ENTRY, BOXES[ENTRY]))
    of_base = [twin(ENTRY, only, FOOT), {}]
    assert of([ENTRY, FOOT, BUY], [only], twins=of_base).tolist() == [0, 0, 0]
    for taken in ((1, 1), (1, 2), (2, 1)):
        assert of([ENTRY, FOOT, BUY], [only, opened], twins=of_base, taken=taken).tolist() == [1, 0, 0]
    first = layout((*BUY, BOXES[BUY]), (*FOOT, (0, 900, 100, 40)), (*CLOSE, BOXES[CLOSE]))
    of_first = [{}, twin(ENTRY, first, CLOSE), {}]
    assert of([ENTRY], [layout((*BUY, BOXES[BUY])), first, opened], twins=of_first).tolist() == [2]


def test_an_edit_since_the_picture_of_the_state_does_not_move_points_there() -> None:
    renamed = ("main>a:1", ENTRY[1])
    new = layout((*BUY, BOXES[BUY]), (*renamed, (0, 300, 100, 40)))
    old = layout((*BUY, BOXES[BUY]), (*ENTRY, (0, 300, 100, 40)), (*CLOSE, BOXES[CLOSE]))
    twins = [twin(ENTRY, new, renamed), {}]
    assert of([ENTRY, CLOSE], [new, old], twins=twins, taken=(2, 1)).tolist() == [0, 1]
    assert of([ENTRY, CLOSE], [new, old], twins=twins, taken=(1, 2)).tolist() == [1, 1]  # what a tab put there instead


@given(
    st.lists(st.sampled_from(ALL), max_size=30),
    st.lists(st.lists(st.sampled_from(list(BOXES)), max_size=4), min_size=1, max_size=4),
    st.booleans(),
)
def test_every_point_belongs_to_one_picture_or_to_none(
    made_on: list[tuple[str, str]], shown: list[list[tuple[str, str]]], based: bool
) -> None:
    states = ["", "b", "c", "d"][: len(shown)] if based else ["a", "b", "c", "d"][: len(shown)]
    owner_of = of(made_on, [picture(*elements) for elements in shown])
    for owner, element in zip(owner_of.tolist(), made_on, strict=True):
        fitting = [n for n, elements in enumerate(shown) if element in elements]
        assert owner == (fitting[0] if fitting else NOBODY)
    parts = [divide(owner_of, states, state) for state in states]
    alone = sum(mine.astype(int) for mine, _ in parts) if based else np.zeros(len(made_on), int)
    if based:
        assert (alone == 1).all()  # the maps of all states together count each point once
    for mine, others in parts:
        assert int(mine.sum()) + sum(other.points for other in others) == len(made_on)


# --- on the engine


def shoot(store: Store, state: str, on: Layout, **columns: Any) -> Snapshot:
    return take_picture(store, on=on, state=state, **columns)


def ask(store: Store, state: str = "", states: tuple[str, ...] = ("menu", "box"), **columns: Any) -> Heatmap:
    scope = replace(Scope(1, (PAGE,), "click", DAY, DAY), **columns)
    return heatmap(store, Snapshots(store), scope, 1000, state, states)


def fill(store: Store) -> None:
    visits(store, range(1, 41))
    insert_elements(store, ALL)
    for n, element in enumerate(ALL, 1):
        clicks(store, element, range(1, n + 1), viewport_w=390)  # 1 to 5 points
    clicks(store, ENTRY, [40], bot="x")


def rows(store: Store, found: Heatmap) -> list[tuple[object, ...]]:
    return list(placed_points(store, found))


def test_each_map_draws_its_own_points_and_counts_the_others(store: Store) -> None:
    fill(store)
    shoot(store, "", BASE)
    assert ask(store).account.not_placed == 14
    shoot(store, "menu", MENU)
    shoot(store, "box", DIALOG)
    base, menu, box = ask(store), ask(store, "menu"), ask(store, "box")
    assert base.elsewhere == (InState("menu", 5), InState("box", 4))
    assert menu.elsewhere == (InState("", 6), InState("box", 4))
    for found, drawn, not_placed, elsewhere in ((base, 1, 5, 9), (menu, 5, 0, 10), (box, 4, 0, 11)):
        a = found.account
        assert (a.received, a.bots, a.drawn, a.not_placed, a.elsewhere) == (16, 1, drawn, not_placed, elsewhere)
        assert a.received == a.bots + a.excluded + a.outside + a.elsewhere + a.not_placed + a.drawn
    assert [(row.path, row.clicks) for row in menu.elements] == [(DEEP[0], 3), (ENTRY[0], 2)]
    listed = [row for found in (base, menu, box) for row in rows(store, found)]
    assert (len(listed), len(set(listed))) == (15, 15)  # the tables of all maps together contain each point once


def test_without_states_nothing_changes(store: Store) -> None:
    fill(store)
    shoot(store, "", BASE)
    shoot(store, "menu", MENU)
    plain = ask(store, states=())
    assert (plain.elsewhere, plain.account.not_placed) == ((), 14)


def test_a_map_whose_points_are_all_elsewhere_says_so(store: Store) -> None:
    visits(store, range(1, 41))
    insert_elements(store, [ENTRY])
    clicks(store, ENTRY, [1, 2])
    shoot(store, "", BASE)
    shoot(store, "menu", MENU)
    (warning,) = ask(store).warnings
    assert (warning.code, warning.values) == ("only_in_states", {"n": 2})
    assert ask(store, "menu").account.drawn == 2


def test_a_state_of_a_variant_uses_its_own_picture_or_the_general_one(store: Store) -> None:
    visits(store, range(1, 41), variants={"e": "b"})
    insert_elements(store, ALL)
    clicks(store, ENTRY, [1], variants={"e": "b"})
    clicks(store, CLOSE, [2], variants={"e": "b"})
    shoot(store, "", BASE, variant="e=b")
    usual = shoot(store, "menu", MENU)
    assert ask(store, variant=("e", "b")).elsewhere == (InState("menu", 1),)
    assert ask(store, "menu", variant=("e", "b")).snapshot == usual
    own = shoot(store, "menu", DIALOG, variant="e=b")
    assert ask(store, variant=("e", "b")).elsewhere == (InState("menu", 1),)
    found = ask(store, "menu", variant=("e", "b"))
    assert (found.snapshot, [row.path for row in found.elements]) == (own, [CLOSE[0]])


def test_the_matches_of_each_picture_are_read_once_and_decide(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    visits(store, range(1, 41))
    insert_elements(store, [ENTRY, FOOT])
    clicks(store, ENTRY, [1, 2])
    clicks(store, FOOT, [3])
    only = layout((*BUY, BOXES[BUY]), (*FOOT, (0, 900, 100, 40)))
    opened = layout((*BUY, BOXES[BUY]), (*FOOT, (0, 900, 100, 40)), (*ENTRY, BOXES[ENTRY]))
    base, menu = shoot(store, "", only), shoot(store, "menu", opened)
    found = records([ENTRY])
    index, score = np.array([only.paths.index(FOOT[0])]), np.array([9.0])
    Matches(store).save(1, base.id, PAGE, Match(found.record, index, score))
    assert [(row.path, row.clicks) for row in ask(store, states=()).elements] == [(FOOT[0], 3)]
    asked: list[int] = []
    read = Matches.of
    monkeypatch.setattr(Matches, "of", lambda self, site, id, page: asked.append(id) or read(self, site, id, page))
    assert [(row.path, row.clicks) for row in ask(store).elements] == [(FOOT[0], 1)]
    assert sorted(asked) == sorted((base.id, menu.id))
    assert [(row.path, row.clicks) for row in ask(store, "menu").elements] == [(ENTRY[0], 2)]


def test_a_state_without_a_picture_of_the_base(store: Store) -> None:
    fill(store)
    shoot(store, "menu", MENU)
    found = ask(store, "menu")
    assert (found.account.drawn, found.account.elsewhere) == (6, 0)
    assert found.account.not_placed == 9


def test_hover_maps_are_divided_in_the_same_way(store: Store) -> None:
    visits(store, range(1, 41))
    insert_elements(store, [ENTRY])
    clicks(store, ENTRY, [1], kind="hover", weight=2000.0)
    shoot(store, "", BASE)
    shoot(store, "menu", MENU)
    assert ask(store, kind="hover").elsewhere == (InState("menu", 1),)
    assert ask(store, "menu", kind="hover").account.drawn == 1
