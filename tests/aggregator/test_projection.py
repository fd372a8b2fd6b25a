"""The ladder: each rung, and points that are not placed rather than placed wrongly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.placing.ladder import ANCESTOR, NONE, OWN, PAGE, TWIN
from aggregator.placing.projection import Placed, project
from aggregator.shapes.points import Points
from aggregator.shapes.records import Records
from store.layouts import Layout
from tests.aggregator.build import fp, layout, points, record_id, records

Element = tuple[str, str]
BUY = ("form#buy>button:1", fp(id="go", text="Buy", all="Buy"))
CARD = ("section#cards>div:2>p:1", fp(text="Lamp", all="Lamp"))
GONE = ("section#cards>div:2>em:1", fp(text="Sale", all="Sale"))
PAGE_OF_FOUR = layout(
    ("body", "", (0, 0, 1000, 2000)),
    ("form#buy", "", (100, 100, 200, 100)),
    (*BUY, (120, 120, 80, 40)),
    ("section#cards", "", (0, 300, 1000, 1200)),
    ("section#cards>div:1", "", (0, 300, 300, 300)),
    ("section#cards>div:2", "", (300, 300, 300, 300)),
    (*CARD, (300, 300, 300, 100)),
)


def placed(
    elements: list[Element], on: Layout = PAGE_OF_FOUR, twins: dict[int, int] | None = None, **columns: object
) -> Placed:
    return project(points(elements, **columns), records(elements), on, twins)


def one(result: Placed) -> tuple[int, int, float, float]:
    return int(result.rung[0]), int(result.element[0]), float(result.x[0]), float(result.y[0])


def test_own_keeps_the_fraction_of_the_box() -> None:
    result = placed([BUY, BUY], fx=[0.0, 1.0], fy=[0.25, 1.0])
    assert result.rung.tolist() == [OWN, OWN]
    assert result.x.tolist() == [120, 200]
    assert result.y.tolist() == [130, 160]
    assert result.element.tolist() == [2, 2]
    assert (result.x.dtype, result.rung.dtype, result.element.dtype) == (np.float32, np.uint8, np.int32)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 900), st.integers(0, 1900), st.integers(1, 100), st.integers(1, 100),
            st.integers(0, 10_000), st.integers(0, 10_000),
        ),
        min_size=1, max_size=40,
    )
)  # fmt: skip
def test_a_point_returns_to_its_place_on_the_layout_it_was_made_on(made: list[tuple[int, ...]]) -> None:
    elements = [(f"main#m>a:{n}", fp(("c",), text=str(n), href=str(n % 3))) for n in range(len(made))]
    on = layout(
        *((*e, (float(x), float(y), float(w), float(h))) for e, (x, y, w, h, *_) in zip(elements, made, strict=True))
    )
    fx = np.array([m[4] for m in made], np.float32) / np.float32(10_000)
    fy = np.array([m[5] for m in made], np.float32) / np.float32(10_000)
    result = placed(elements, on, fx=fx, fy=fy)
    x = [m[0] + m[2] * m[4] / 10_000 for m in made]
    y = [m[1] + m[3] * m[5] / 10_000 for m in made]
    assert (result.rung == OWN).all()
    assert result.element.tolist() == list(range(len(made)))
    assert np.abs(result.x - x).max() < 1
    assert np.abs(result.y - y).max() < 1


def test_a_word_of_a_broken_link_is_drawn_on_its_line() -> None:
    """The box around both lines also contains the text beside the link, where no point of it is drawn."""
    link = ("main>a:1", fp(href="/lamps", text="Lamps for every room"))
    on = layout((*link, (0, 100, 1000, 40)), lines={link[0]: [800, 100, 200, 20, 0, 120, 100, 20]})
    result = placed([link] * 3, on, fx=[0.5, 0.75, 1.0], fy=[0.5, 0.5, 0.0])
    assert result.rung.tolist() == [OWN] * 3
    assert np.round(result.x).tolist() == [950, 25, 100]
    assert result.y.tolist() == [110, 130, 120]


def test_the_centre_of_a_broken_ancestor_is_on_its_words() -> None:
    on = layout(("a#all", "", (0, 100, 1000, 40)), lines={"a#all": [800, 100, 200, 20, 0, 120, 100, 20]})
    assert one(placed([("a#all>b:1", fp(text="?"))], on, viewport_w=390)) == (ANCESTOR, 0, 950, 110)


def test_a_hidden_element_is_not_drawn_anywhere_else() -> None:
    on = layout(("form#buy", "", (100, 100, 200, 100)), (*BUY, (0, 0, 0, 0)), hidden=[BUY[0]])
    assert one(placed([BUY], on))[:2] == (NONE, -1)
    assert np.isnan(placed([BUY], on).x[0])


def test_nothing_is_drawn_inside_a_closed_menu() -> None:
    on = layout(("nav#menu", "", (0, 0, 0, 0)), ("body", "", (0, 0, 1000, 2000)), hidden=["nav#menu"])
    assert one(placed([("nav#menu>a:1", fp(text="x"))], on))[0] == NONE


def test_fixed_elements_are_drawn_where_the_picture_shows_them() -> None:
    on = layout((*BUY, (0, 760, 1000, 40)), fixed=[BUY[0]])
    assert one(placed([BUY], on, page_y=1500)) == (OWN, 0, 500, 780)


def test_a_twin_is_used_when_the_own_element_is_gone() -> None:
    assert one(placed([GONE], twins={record_id(*GONE): 2})) == (TWIN, 2, 160, 140)
    assert one(placed([BUY], twins={record_id(*BUY): 2}))[:2] == (OWN, 2)


def test_the_matching_decides_about_records_it_has_seen() -> None:
    assert one(placed([BUY], twins={record_id(*BUY): 6}))[:2] == (TWIN, 6)
    assert one(placed([BUY], twins={record_id(*BUY): -1}))[0] not in (OWN, TWIN)


def test_the_ancestor_rung_uses_the_page_position_when_it_is_certain() -> None:
    small = layout(("form#buy", "", (100, 100, 200, 100)))
    gone = ("form#buy>i:1", fp(text="?"))
    assert one(placed([gone], small, page_x=150, page_y=190)) == (ANCESTOR, 0, 150, 190)
    assert one(placed([gone], small, page_x=900, page_y=190)) == (ANCESTOR, 0, 200, 150)  # disproved: the centre
    assert one(placed([gone], small, page_x=150, page_y=190, viewport_w=390)) == (ANCESTOR, 0, 200, 150)


def test_an_ancestor_known_by_its_index_alone_is_not_trusted() -> None:
    """div:2 among several may be another one since the edit; the section above it is too large."""
    assert one(placed([GONE]))[0] == NONE
    # Another record in the same card was found again, so the card is still the same.
    result = placed([GONE, CARD])
    assert (result.rung.tolist(), result.element.tolist()) == ([ANCESTOR, OWN], [5, 6])


def test_a_large_ancestor_says_nothing_about_the_place() -> None:
    assert one(placed([("section#cards>span:1", fp(text="?"))], page_x=10, page_y=400))[0] == NONE


def test_the_page_rung_needs_the_same_page_at_the_same_width() -> None:
    unknown = ("div#popup>a:1", fp(text="?"))
    assert one(placed([unknown], page_x=10, page_y=400)) == (PAGE, -1, 10, 400)
    assert one(placed([unknown], page_x=10, page_y=400, viewport_w=390))[0] == NONE
    assert one(placed([unknown], page_x=10, page_y=400, page_h=2300))[0] == NONE
    assert one(placed([("body>div:9", fp(text="?"))], page_x=10, page_y=400))[0] == PAGE


def test_a_refused_record_is_not_placed_by_its_page_position() -> None:
    elements = [(f"body>ul:1>li:{n}>a:1", fp(text=f"t{n}", href=f"t{n}")) for n in (1, 2, 3)]
    on = layout(
        *(
            (path, fp(text=f"new{i}", href=f"new{i}"), (0.0, i * 50.0, 200.0, 40.0))
            for i, (path, _) in enumerate(elements)
        )
    )
    assert placed(elements, on).rung.tolist() == [NONE] * 3


def test_outside_the_picture_or_its_inner_scroller_nothing_is_drawn() -> None:
    inside = ("div#list>p:1", fp(text="a"))
    below = ("div#list>p:2", fp(text="b"))
    carousel = ("div#far", fp(text="c"))
    on = layout(
        ("div#list", "", (0, 0, 300, 200)),
        (*inside, (0, 0, 300, 100)),
        (*below, (0, 400, 300, 100)),
        (*carousel, (1200, 0, 300, 100)),
        scroller={inside[0]: "div#list", below[0]: "div#list"},
    )
    assert placed([inside, below, carousel], on).rung.tolist() == [OWN, NONE, NONE]


def test_a_place_just_beyond_the_edge_of_an_inner_scroller_is_drawn_at_the_edge() -> None:
    """Within the 20 px that colours count in; further out it is not placed."""
    cell, words = ("div#table>b:1", fp(text="a")), ("div#table>a:1", fp(text="b"))
    on = layout(
        ("div#table", "", (0, 100, 300, 50)),
        (*cell, (260, 100, 100, 50)),
        (*words, (250, 100, 100, 50)),
        scroller={cell[0]: "div#table", words[0]: "div#table"},
        lines={words[0]: [250, 100, 100, 20, 250, 120, 60, 20]},
    )
    result = placed([cell] * 3 + [words], on, fx=[0.3, 0.55, 0.65, 0.35], fy=0.5)
    assert result.rung.tolist() == [OWN, OWN, NONE, NONE]  # broken text stays on its line or is not placed
    assert result.x[:2].tolist() == [290, 299]
    assert result.y[:2].tolist() == [125, 125]


def test_records_that_the_store_lost_are_placed_by_their_key() -> None:
    known: Records = records([])
    other = ("div#x", "")
    assert project(points([BUY, other], viewport_w=390), known, PAGE_OF_FOUR).rung.tolist() == [OWN, NONE]


def test_no_points_and_an_empty_layout_are_normal() -> None:
    nothing: Points = points([])
    assert len(project(nothing, records([]), PAGE_OF_FOUR)) == 0
    empty = layout()
    result = project(points([BUY], page_x=5, page_y=7), records([BUY]), empty)
    assert one(result) == (PAGE, -1, 5, 7)


def test_a_grown_list_puts_no_point_on_a_wrong_element() -> None:
    old = [(f"ul#l>li:{n}>a:1", fp(("l",), text=str(n), all=str(n), href=str(n), head="H")) for n in range(1, 31)]
    new = [
        (f"ul#l>li:{n}>a:1", fp(("l",), text=str(n - 1), all=str(n - 1), href=str(n - 1), head="H"))
        for n in range(1, 32)
    ]
    on = layout(("ul#l", "", (0, 0, 1000, 1550)), *((*e, (0.0, 50.0 * i, 200.0, 40.0)) for i, e in enumerate(new)))
    assert (placed(old, on).rung == NONE).all()


@pytest.mark.parametrize("n", [1, 2, 300])
def test_locating_records_finds_all_and_no_others(n: int) -> None:
    rng = np.random.default_rng(n)
    ids = rng.integers(0, 2**63, n, dtype=np.uint64)
    some = Records(np.sort(ids), np.sort(ids), [""] * n, [""] * n)
    asked = np.concatenate((ids, ids + np.uint64(1)))
    at = some.locate(asked)
    assert (some.record[at[:n]] == ids).all()
    assert (at[n:] == -1).all()
