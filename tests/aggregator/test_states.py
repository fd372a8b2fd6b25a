"""Whose a point is: every point belongs to one picture of the page, or to none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aggregator.elements import LayoutIndex
from aggregator.export import placed_points
from aggregator.heatmap import Heatmap, heatmap
from aggregator.scope import Scope
from aggregator.states import NOBODY, InState, divide, owners
from store.client import Store
from store.layouts import Layout
from store.snapshots import Snapshot, Snapshots
from tests.aggregator.build import DAY, PAGE, fp, insert_elements, layout, points, records
from tests.aggregator.test_heatmap import clicks, take_picture, visits

BUY = ("button#buy", fp(id="buy", text="Buy"))
ENTRY = ("div#menu>a:1", fp(href="/a", text="Entry"))
DEEP = ("div#menu>a:2", fp(href="/b", text="Deep"))
CLOSE = ("dialog#box>button:1", fp(text="Close"))
GONE = ("div#old>a:1", fp(text="Gone"))
ALL = (BUY, ENTRY, DEEP, CLOSE, GONE)
HOLDERS = (("div#menu", fp(id="menu")), ("dialog#box", fp(id="box")))
BOXES = {BUY: (0, 0, 100, 40), ENTRY: (0, 100, 100, 40), DEEP: (0, 140, 100, 40), CLOSE: (500, 500, 40, 40)}


def picture(*shown: tuple[str, str]) -> Layout:
    """A layout that has all elements but GONE, of which these show."""
    hidden = [path for path, _ in (*BOXES, *HOLDERS) if path not in [s for s, _ in shown]]
    elements = [(*e, BOXES.get(e, (0, 90, 600, 500))) for e in (*BOXES, *HOLDERS)]
    return layout(*elements, hidden=hidden)


BASE, MENU, DIALOG = picture(BUY), picture(BUY, ENTRY, DEEP), picture(BUY, DEEP, CLOSE)
PICTURES = [LayoutIndex(one) for one in (BASE, MENU, DIALOG)]


def test_the_base_first_then_the_owners_order() -> None:
    of = owners(points(ALL), records(ALL), PICTURES)
    assert of.tolist() == [0, 1, 1, 2, NOBODY]
    turned = [PICTURES[0], PICTURES[2], PICTURES[1]]
    assert owners(points(ALL), records(ALL), turned).tolist() == [0, 2, 1, 1, NOBODY]


def test_records_that_the_store_does_not_have_go_by_their_key() -> None:
    assert owners(points(ALL), records([BUY]), PICTURES).tolist() == [0, 1, 1, 2, NOBODY]


def test_a_twin_shows_it_too() -> None:
    moved = ("nav>a:9", GONE[1])
    at = PICTURES[2].by_path[CLOSE[0]]
    twins = [{}, {}, {int(records([moved]).record[0]): at}]
    assert owners(points([moved]), records([moved]), PICTURES, twins).tolist() == [2]


@given(
    st.lists(st.sampled_from(ALL), max_size=30),
    st.lists(st.lists(st.sampled_from(list(BOXES)), max_size=4), min_size=1, max_size=4),
    st.booleans(),
)
def test_every_point_belongs_to_one_picture_or_to_none(
    made_on: list[tuple[str, str]], shown: list[list[tuple[str, str]]], based: bool
) -> None:
    pictures = [LayoutIndex(picture(*elements)) for elements in shown]
    states = ["", "b", "c", "d"][: len(shown)] if based else ["a", "b", "c", "d"][: len(shown)]
    of = owners(points(made_on), records(made_on), pictures)
    for owner, element in zip(of.tolist(), made_on, strict=True):
        fitting = [n for n, elements in enumerate(shown) if element in elements]
        assert owner == (fitting[0] if fitting else NOBODY)
    parts = [divide(of, states, state) for state in states]
    alone = sum(mine.astype(int) for mine, _ in parts) if based else np.zeros(len(made_on), int)
    if based:
        assert (alone == 1).all()  # the maps of all states together tell of each point once
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


def rows(found: Heatmap) -> list[tuple[object, ...]]:
    return [row for chunk in placed_points(found) for row in chunk]


def test_each_map_draws_its_own_and_tells_of_the_others(store: Store) -> None:
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
    listed = [row for found in (base, menu, box) for row in rows(found)]
    assert (len(listed), len(set(listed))) == (15, 15)  # the tables of all maps together hold each point once


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


def test_a_state_of_a_variant_takes_its_own_picture_else_the_usual(store: Store) -> None:
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


def test_a_state_of_which_the_base_has_no_picture(store: Store) -> None:
    fill(store)
    shoot(store, "menu", MENU)
    found = ask(store, "menu")
    assert (found.account.drawn, found.account.elsewhere) == (6, 0)
    assert found.account.not_placed == 9


def test_hover_maps_divide_alike(store: Store) -> None:
    visits(store, range(1, 41))
    insert_elements(store, [ENTRY])
    clicks(store, ENTRY, [1], kind="hover", weight=2000.0)
    shoot(store, "", BASE)
    shoot(store, "menu", MENU)
    assert ask(store, kind="hover").elsewhere == (InState("menu", 1),)
    assert ask(store, "menu", kind="hover").account.drawn == 1
