"""Elements found again after an edit of the page."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.linkage.matching import match_layouts, match_records
from aggregator.shapes.records import Records
from store.layouts import Layout
from tests.aggregator.build import fp, records
from tests.aggregator.trees import El, el, page, records_of_page


def where(records: Records, layout: Layout) -> dict[str, str | None]:
    """Path of the record → path of its element."""
    found = match_records(records, layout).element.tolist()
    return {path: layout.paths[at] if at >= 0 else None for path, at in zip(records.paths, found, strict=True)}


def link(text: str, **more: object) -> El:
    return el("a", text=text, href=f"/{text}", classes=["link"], **more)


LAMPS = [el("li", link(name), el("p", text=f"{name} for your desk")) for name in ("Arc", "Bow", "Cup", "Dot")]
HEAD = el("header", el("h1", text="Lamps"), el("nav", link("Home"), link("Basket"), link("Help")))


def shop(*items: El, before: tuple[El, ...] = ()) -> Layout:
    return page(*before, HEAD, el("main", el("ul", *items)), el("footer", link("Imprint")))


def test_an_unchanged_page() -> None:
    was = shop(*LAMPS)
    assert where(records_of_page(was, "a"), was) == {path: path for path in was.paths if ">a:" in path}


def test_a_list_that_grew_at_its_head() -> None:
    found = where(records_of_page(shop(*LAMPS), "a"), shop(el("li", link("New")), *LAMPS))
    for n in range(1, 5):
        assert found[f"body>main:1>ul:1>li:{n}>a:1"] == f"body>main:1>ul:1>li:{n + 1}>a:1"


def test_removed_elements_are_not_found() -> None:
    found = where(records_of_page(shop(*LAMPS), "a"), shop(*LAMPS[1:]))
    assert found["body>main:1>ul:1>li:1>a:1"] is None
    assert found["body>main:1>ul:1>li:4>a:1"] == "body>main:1>ul:1>li:3>a:1"


def test_a_banner_above_and_a_wrapper_around() -> None:
    banner = el("div", el("p", text="Only today"), link("Offer"))
    now = page(banner, el("div", HEAD), el("main", el("div", el("ul", *LAMPS))), el("footer", link("Imprint")))
    found = where(records_of_page(shop(*LAMPS), "a"), now)
    assert found["body>main:1>ul:1>li:3>a:1"] == "body>main:1>div:1>ul:1>li:3>a:1"
    assert found["body>header:1>nav:1>a:2"] == "body>div:2>header:1>nav:1>a:2"
    assert None not in found.values()


def translated(element: El) -> El:
    return El(
        element.tag,
        [translated(child) for child in element.inside],
        element.text and f"{element.text} en français",
        element.href,
        element.classes,
    )


def test_on_a_translated_page_changed_words_count_against_no_element() -> None:
    was = page(HEAD, el("main", el("ul", *LAMPS)))
    now = page(translated(HEAD), el("main", el("ul", *map(translated, LAMPS))))
    assert where(records_of_page(was), now) == {path: path for path in was.paths}


def test_words_that_differ_between_visitors_do_not_compete() -> None:
    def greeted(who: str) -> Layout:
        return page(HEAD, el("main", el("p", text=f"Hello {who}"), link("Buy")))

    paths = [path for path in greeted("").paths if path.endswith((">a:1", ">p:1"))]
    everybody = [greeted(who) for who in ("Bob", "Cy", "Di")]
    together = records([(path, one.fps[one.paths.index(path)]) for one in everybody for path in paths])
    assert where(together, greeted("Ann")) == {path: path for path in paths}


def test_a_list_that_may_have_been_sorted_unseen_is_not_placed_by_its_order() -> None:
    cards = [el("li", el("p", text=name)) for name in ("One", "Two", "Three", "Four", "Five")]
    menus = [el("nav", *(link(f"{name} {n}") for n in range(4))) for name in ("Top", "Side")]
    was = page(HEAD, *menus, el("main", el("ul", *cards)))
    now = page(*map(translated, [HEAD, *menus, el("main", el("ul", *cards[2:], *cards[:2]))]))
    found = where(records_of_page(was, "p"), now)
    assert set(found.values()) == {None}


def rows(*items: El) -> El:
    """The content of the items in the cells of a new grid."""
    lines = [items[n : n + 2] for n in range(0, len(items), 2)]
    cells = [[el("div", *item.inside, classes=["cell"]) for item in line] for line in lines]
    return el("div", *(el("div", *line, classes=["line"]) for line in cells), classes=["grid"])


def test_order_in_columns_says_nothing_about_lists() -> None:
    """The links were sorted again, so the equal buttons may have been too, although all columns are in their places."""
    columns = [el("section", el("p", text=f"left {n}"), el("p", text=f"right {n}")) for n in range(6)]
    links = [el("li", el("a", text=f"link {n}", href=f"/{n}")) for n in range(5)]
    buttons = el("ol", *(el("li", el("button", text="Buy")) for _ in range(6)))
    visit = page(el("ul", *links), *columns, buttons)
    now = page(el("ul", *(links[n] for n in (3, 0, 4, 2, 1))), *columns, buttons)
    known = records_of_page(visit)
    found = match_records(known, now).element.tolist()
    at = dict(zip(known.paths, found, strict=True))
    assert all(at[path] < 0 for path in known.paths if path.endswith("button:1"))
    unchanged = match_records(known, visit).element.tolist()
    assert [visit.paths[i] for i in unchanged] == known.paths


def test_a_new_cell_with_the_old_content_is_not_the_old_cell() -> None:
    boxes = [
        el("div", el("h3", text=name, classes=["name"]), link(name), classes=["card"])
        for name in ("Arc", "Bow", "Cup", "Dot")
    ]
    was = page(HEAD, el("main", *boxes), el("footer", link("Imprint")))
    found = where(records_of_page(was), page(HEAD, el("main", rows(*boxes)), el("footer", link("Imprint"))))
    assert found["body>main:1>div:3>a:1"] == "body>main:1>div:1>div:2>div:1>a:1"
    assert [found[f"body>main:1>div:{n}"] for n in range(1, 5)] == [None] * 4


def test_blocks_that_were_swapped_below_their_headings_are_found_by_their_words() -> None:
    def block(name: str) -> El:
        words = [el("span", text=f"{name} {n}") for n in range(3)]
        same = [el("span", text="and") for _ in range(12)]
        return el("pre", el("code", *words, *same))

    def chapters(*blocks: El) -> Layout:
        return page(*(part for n, of in enumerate(blocks) for part in (el("h2", text=f"Chapter {n}"), _below(of, n))))

    was, now = chapters(block("One"), block("Two")), chapters(block("Two"), block("One"))
    found = where(records_of_page(was, "span"), now)
    assert found["body>pre:1>code:1>span:1"] == "body>pre:2>code:1>span:1"
    assert {found[f"body>pre:1>code:1>span:{n}"] for n in range(4, 16)} & {
        f"body>pre:1>code:1>span:{n}" for n in range(4, 16)
    } == set()


def _below(element: El, chapter: int) -> El:
    inside = [_below(child, chapter) for child in element.inside]
    return El(element.tag, inside, element.text, properties={"head": f"Chapter {chapter}"})


def equal_cards(n: int) -> list[El]:
    return [el("div", el("span"), el("a", text="More", href="#"), classes=["card"]) for _ in range(n)]


def cards(n: int) -> Layout:
    return page(HEAD, el("main", el("section", *equal_cards(n))), el("footer", link("Imprint")))


def test_equal_cards_are_told_apart_by_their_order() -> None:
    was = cards(5)
    now = page(el("div", el("p", text="Only today")), *_inside(cards(5)))
    found = where(records_of_page(was, "a"), now)
    for n in range(1, 6):
        assert found[f"body>main:1>section:1>div:{n}>a:1"] == f"body>main:1>section:1>div:{n}>a:1"


def _inside(_: Layout) -> list[El]:
    return [HEAD, el("main", el("section", *equal_cards(5))), el("footer", link("Imprint"))]


def test_equal_cards_are_not_guessed_when_there_are_more_of_them() -> None:
    found = where(records_of_page(cards(5), "a"), cards(6))
    assert {found[f"body>main:1>section:1>div:{n}>a:1"] for n in range(1, 6)} == {None}


def test_a_hidden_double_is_not_matched_instead_of_the_visible_one() -> None:
    menu = el("nav", link("Home"), link("Basket"), link("Help"))
    was = page(el("div", menu, hidden=True), HEAD, el("main", el("ul", *LAMPS)))
    now = page(el("div", menu, hidden=True), el("section", el("p", text="New")), HEAD, el("main", el("ul", *LAMPS)))
    found = where(records_of_page(was, "a"), now)
    assert found["body>header:1>nav:1>a:2"] == "body>header:1>nav:1>a:2"
    assert found["body>div:1>nav:1>a:2"] == "body>div:1>nav:1>a:2"


def test_nothing_to_match() -> None:
    nobody = records_of_page(page(), "a")
    assert match_records(nobody, cards(3)).element.tolist() == []
    empty = Layout.of(1000, 800, 800, {name: [] for name in shop().columns()})
    assert match_records(records_of_page(shop(*LAMPS), "a"), empty).element.tolist() == [-1] * 8


def test_hostile_paths_give_a_normal_result() -> None:
    odd = records([("a" * 400 + "…" + ">b:1" * 20, fp()), (">", ""), ("", ""), ("a:99999999999", fp(text="x"))])
    assert len(match_records(odd, cards(3)).element) == 4


trees = st.recursive(
    st.builds(lambda tag, text: el(tag, text=text), st.sampled_from(["a", "p", "span"]), st.text("abcdef", max_size=4)),
    lambda inside: st.builds(
        lambda tag, children: el(tag, *children),
        st.sampled_from(["div", "ul", "section"]),
        st.lists(inside, max_size=4),
    ),
    max_leaves=12,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(trees, min_size=1, max_size=4))
def test_matches_are_one_to_one_and_an_unchanged_page_matches_itself(inside: list[El]) -> None:
    layout = page(*inside)
    found = match_layouts(layout, layout).element
    chosen = found[found >= 0]
    assert len(np.unique(chosen)) == len(chosen)
    assert (chosen == np.flatnonzero(found >= 0)).all()
