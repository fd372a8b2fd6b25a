"""Elements that fit a record equally well are its own only if their list is known to be where it was."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.linkage.matching import match_records
from aggregator.placing.elements import LayoutIndex
from aggregator.placing.ladder import NONE, OWN, Certainty, record_places
from aggregator.placing.look_alikes import MANY, Lists, ListState, LookAlikes, places
from aggregator.shapes.fingerprints import ABSENT, CARD, PICTURE, parse
from store.layouts import Layout
from tests.aggregator.build import fp, records
from tests.aggregator.trees import El, el, page

STARS = [f"main>div:{n}>i:1" for n in (1, 3, 4, 5)]
ALIKE = LookAlikes.of(STARS)
FOUR = {"main>div": 5, "main>div:3>i": 1}
assert ALIKE


def card(n: int, name: str = "") -> El:
    """A product card: its star and button differ from those of others only by their card."""
    of_card = {"card": name or f"card {n}"}
    return el(
        "div",
        el("i", text="★", properties=of_card),
        el("button", text="Add to basket", properties=of_card),
        classes=("card",),
        text=name or f"card {n}",
    )


def shop(numbers: list[int], name: str = "") -> Layout:
    return page(el("h1", text="Shop"), el("main", *(card(n, name) for n in numbers)))


def pressed(layout: Layout, tag: str) -> list[tuple[str, str]]:
    rows = zip(layout.paths, layout.fps, layout.tags, strict=True)
    return [(path, prints) for path, prints, of in rows if of == tag]


def test_families_of_a_path() -> None:
    assert places("main>ul:1>li:3") == (("main>ul", 1), ("main>ul:1>li", 3))
    assert places("x-card@a>>div:2>>p:1") == (("x-card@a>>div", 2), ("x-card@a>>div:2>>p", 1))
    assert places("main") == places("main>…>li:3") == ()


def test_look_alikes_differ_in_the_list_of_their_cards() -> None:
    assert ALIKE
    assert ALIKE.indices == {"main>div": {1, 3, 4, 5}}
    assert LookAlikes.of(["main>p:1"]) is None


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        (Lists([]), ListState.UNKNOWN),
        (Lists([], [STARS[1]]), ListState.UNKNOWN),
        (Lists(["main>div:3>b:1"]), ListState.STAYED),  # an item that nothing resembles is at the same place
        (Lists(["main>div:2>b:1"]), ListState.UNKNOWN),  # … or only before it
        (Lists([], [STARS[3]]), ListState.STAYED),  # the last one was pressed
        (Lists([], [STARS[3]], refused=["main>div:2>i:1"]), ListState.MOVED),
        (Lists(["main>div:5>b:1"], refused=["main>div:2>i:1"]), ListState.STAYED),  # only that item was replaced
        (Lists(["main>div:5>b:1"], moved=[("main>div:2>b:1", "main>div:4>b:1")]), ListState.MOVED),
        (Lists([f"nav>a:{n}" for n in range(1, MANY + 1)]), ListState.UNKNOWN),  # nobody pressed the second item
        (Lists([*(f"nav>a:{n}" for n in range(1, MANY + 1)), "main>div:2"]), ListState.LIKELY),
    ],
)
def test_what_is_known_of_a_list(lists: Lists, expected: ListState) -> None:
    assert ALIKE
    assert lists.state(STARS[1], ALIKE, FOUR) is expected


def test_equal_cards_are_not_placed_after_an_advertisement_was_put_between_them() -> None:
    equal = [card(n, "same") for n in range(4)]
    visit = page(el("main", *equal))
    known = records([row for n, row in enumerate(pressed(visit, "i")) if n in (0, 2)])
    same = record_places(known, LayoutIndex(visit), {})
    assert set(same.certainty.tolist()) == {Certainty.AT_SAME_SIZE}
    changed = record_places(known, LayoutIndex(page(el("main", equal[0], el("div", text="Ad"), *equal[1:]))), {})
    assert Certainty.CERTAIN not in changed.certainty.tolist()
    all_pressed = record_places(records(pressed(visit, "i")), LayoutIndex(visit), {})
    assert set(all_pressed.rung.tolist()) == {OWN}
    assert set(all_pressed.certainty.tolist()) == {Certainty.CERTAIN}


def test_records_of_earlier_trackers_have_no_card_and_no_picture() -> None:
    early = parse("AAAB" + ".." * 4 + "ACAD" + ".." * 3 + "AE")
    assert early.values[CARD] == early.values[PICTURE] == ABSENT
    later = parse(fp(("a", "b"), card="one", picture="1.jpg"))
    assert ABSENT not in (later.values[CARD], later.values[PICTURE])
    assert len(later.classes) == 2
    index = LayoutIndex(shop([1, 2]))
    assert index.fingerprints.equal(parse(fp(text="★", all="★")), index.by_path["body>main:1>div:1>i:1"])


orders = st.lists(st.integers(0, 7), min_size=3, max_size=8, unique=True)


def on_their_own(visit: Layout, layout: Layout, tag: str, match: bool) -> bool:
    """Whether all records of elements with this tag are on the element of their own card, or not placed."""
    known = records(pressed(visit, tag))
    element = match_records(known, layout).element.tolist() if match else []
    found = record_places(known, LayoutIndex(layout), dict(zip(known.record.tolist(), element, strict=False)))
    right = {prints: path for path, prints in pressed(layout, tag)}
    rows = zip(known.fps, found.element.tolist(), found.rung.tolist(), strict=True)
    return all(rung == NONE or layout.paths[at] == right.get(prints) for prints, at, rung in rows)


@settings(max_examples=40, deadline=None)
@given(orders, orders, st.sampled_from(["i", "button"]))
def test_whatever_becomes_of_a_list_nothing_is_on_another_card(before: list[int], after: list[int], tag: str) -> None:
    assert on_their_own(shop(before), shop(after), tag, match=False)


@settings(max_examples=40, deadline=None)
@given(orders, st.lists(st.integers(8, 12), max_size=4, unique=True), st.randoms(), st.sampled_from(["i", "button"]))
def test_matched_records_are_on_their_card_in_a_sorted_and_grown_list(
    before: list[int], more: list[int], chance: Random, tag: str
) -> None:
    after = [*before, *more]
    chance.shuffle(after)
    assert on_their_own(shop(before), shop(after), tag, match=True)


@pytest.mark.parametrize("after", [[2, 1, 0, 3], [0, 3, 2, 1], [3, 1, 2, 0]])
@pytest.mark.parametrize("tag", ["i", "button"])
def test_two_cards_that_changed_places_are_not_taken_for_each_other(after: list[int], tag: str) -> None:
    """The other two stayed, so the matching trusts the places of all four."""
    assert on_their_own(shop([0, 1, 2, 3]), shop(after), tag, match=True)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(6)), st.integers(0, 3))
def test_cards_of_a_sorted_and_grown_list_are_found(order: list[int], more: int) -> None:
    visit, layout = shop(list(range(6))), shop([*range(10, 10 + more), *order])
    known = records(pressed(visit, "button") + pressed(visit, "i"))
    element = match_records(known, layout).element
    assert (element >= 0).all()
    assert [layout.fps[i] for i in element] == known.fps
    assert len(np.unique(element)) == len(known)
