"""Records of a translated page have no words of the picture; what they are on is decided by the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.linkage.matching import match_records
from aggregator.placing.elements import LayoutIndex
from aggregator.placing.ladder import NONE, OWN, Certainty, record_places
from aggregator.placing.translated import prints_of
from aggregator.shapes.fingerprints import FIELDS, WORDS
from store.layouts import Layout
from tests.aggregator.build import fp, records
from tests.aggregator.trees import El, el, page

HEAD = {"head": "Lamps"}


def link(text: str, href: str) -> El:
    return el("a", text=text, href=href, properties=HEAD)


def button(text: str) -> El:
    return el("button", text=text, properties=HEAD)


PAGE = page(
    el("nav", link("Home", "/"), link("Lamps", "/lamps")),
    el("h1", text="Lamps"),
    el("p", el("b", text="every", properties=HEAD), link("desk", "/desk"), link("floor", "/floor")),
    el("ul", *(el("li", button(name)) for name in ("First", "Second", "Third", "Fourth"))),
)
PRESSED = ("nav:1>a:2", "p:1>b:1", "p:1>a:1", "p:1>a:2", "ul:1>li:3>button:1")


def wrapped(prints: str) -> str:
    """As the tracker sends it from a page whose words are in a translator's wrappers."""
    return "".join("~" if n in WORDS else mark for n, mark in enumerate(re.findall("~|..", prints)))


def in_place(prints: str) -> str:
    """As the tracker sends it from a page whose words a translator has replaced."""
    marks = re.findall("~|..", prints)
    other = re.findall("~|..", fp(**{FIELDS[n]: f"mot {marks[n]}" for n in WORDS}))
    return "".join(other[n] if n in WORDS and mark != "~" else mark for n, mark in enumerate(marks))


def rows(layout: Layout, paths: Sequence[str], translate: object) -> list[tuple[str, str]]:
    assert callable(translate)
    at = {path: i for i, path in enumerate(layout.paths)}
    return [(path, translate(layout.fps[at[path]])) for path in paths]


def with_controls(layout: Layout) -> Layout:
    layout.control[:] = [i if tag in ("a", "button") else -1 for i, tag in enumerate(layout.tags)]
    return layout


@pytest.mark.parametrize("translate", [wrapped, in_place])
@pytest.mark.parametrize("match", [False, True])
def test_links_words_and_buttons_of_a_translated_page_are_found(translate: object, match: bool) -> None:
    layout = with_controls(PAGE)
    known = records(rows(layout, [f"body>{path}" for path in PRESSED], translate))
    found = match_records(known, layout).element.tolist() if match else []
    places = record_places(known, LayoutIndex(layout), dict(zip(known.record.tolist(), found, strict=False)))
    assert set(places.rung.tolist()) == {OWN}
    assert [layout.paths[i] for i in places.element] == known.paths


def card(n: int) -> El:
    of_card = {"card": f"card {n}", "head": "Offers"}
    return el(
        "div",
        el("a", el("img", properties={"picture": f"{n}.jpg", "label": f"{n}.jpg"}), href=f"/p{n}", properties=of_card),
        el("i", text="★", properties=of_card),
        el("button", text="Add to basket", properties=of_card),
        classes=("card",),
        text=f"Lamp {n}",
    )


def shop(numbers: Sequence[int]) -> Layout:
    return with_controls(page(el("h1", text="Shop"), el("main", *map(card, numbers))))


@settings(max_examples=60, deadline=None)
@given(
    st.permutations(range(5)),
    st.sets(st.sampled_from([(n, tag) for n in range(5) for tag in ("a", "i", "button")]), min_size=1),
    st.sampled_from([wrapped, in_place]),
)
def test_nothing_is_on_another_card_of_a_translated_list_that_was_sorted(
    order: list[int], pressed: set[tuple[int, str]], translate: object
) -> None:
    visit, layout = shop(range(5)), shop(order)
    paths = [f"body>main:1>div:{n + 1}>{tag}:1" for n, tag in sorted(pressed)]
    known = records(rows(visit, paths, translate))
    places = record_places(known, LayoutIndex(layout), {})
    for path, at, rung in zip(known.paths, places.element.tolist(), places.rung.tolist(), strict=True):
        was = int(path.split(":")[2].split(">")[0]) - 1
        now = f"body>main:1>div:{order.index(was) + 1}"
        assert rung == NONE or layout.paths[at].startswith(now)


def test_what_is_in_a_card_with_something_certain_is_found() -> None:
    layout = shop(range(5))
    paths = [f"body>main:1>div:{part}:1" for part in ("4>a", "4>button", "2>button")]
    known = records(rows(layout, paths, wrapped))
    places = record_places(known, LayoutIndex(layout), {})
    found = dict(zip(known.paths, zip(places.rung.tolist(), places.certainty.tolist(), strict=True), strict=True))
    assert found[paths[0]][0] == found[paths[1]][0] == OWN
    assert found[paths[2]] == (NONE, Certainty.LOOK_ALIKES)


def test_another_step_of_a_form_is_not_taken_for_a_translation() -> None:
    """Menus have kept their words there."""
    links = [link("Home", "/"), link("Lamps", "/lamps"), link("Help", "/help")]
    step = {"head": "Step 1"}
    visit = page(el("nav", *links), *(button(f"{n} of step 1") for n in range(20)))
    layout = page(el("nav", *links), *(el("button", text=f"{n} of step 2", properties=step) for n in range(20)))
    known = records([*zip(visit.paths, visit.fps, strict=True)])
    index = LayoutIndex(layout)
    assert not any(prints.is_wordless for prints in prints_of(known, layout, index.fingerprints)[:1])
    places = record_places(known, index, {})
    of = dict(zip(known.paths, places.rung.tolist(), strict=True))
    assert all(of[f"body>button:{n}"] != OWN for n in range(1, 21))
