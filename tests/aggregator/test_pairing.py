"""The same element in the pictures of two variants."""

from __future__ import annotations

from aggregator.pictures.pairing import pair_elements
from aggregator.placing.elements import LayoutIndex
from tests.aggregator.build import fp, layout

BOX = (0.0, 0.0, 10.0, 10.0)


def index(*elements: tuple[str, str], names: dict[str, str] | None = None) -> LayoutIndex:
    return LayoutIndex(layout(*((path, prints, BOX) for path, prints in elements), names=names))


def test_by_key_then_by_fingerprints_then_by_name() -> None:
    buy, moved = fp(id="b", text="Buy", href="/b"), fp(text="Help", href="/help")
    a = index(
        ("a#buy", buy), ("nav>a:1", moved), ("main>em:1", fp(text="Old")), ("i#only", fp()),
        names={"a#buy": "Buy", "nav>a:1": "Help", "main>em:1": "Offer", "i#only": ""},
    )  # fmt: skip
    b = index(
        ("footer>a:3", moved), ("a#buy", buy), ("aside>em:1", fp(text="New")), ("u#other", fp()),
        names={"a#buy": "Buy", "footer>a:3": "Help", "aside>em:1": "Offer", "u#other": ""},
    )  # fmt: skip
    assert pair_elements(a, b) == [(0, 1), (1, 0), (2, 2)]


def test_one_layout_pairs_with_itself() -> None:
    a = index(("a#x", fp()), ("a#y", fp()))
    assert pair_elements(a, a) == [(0, 0), (1, 1)]


def test_the_same_key_on_another_element_is_not_a_pair() -> None:
    def item(n: int, what: str) -> tuple[str, str]:
        return f"ul#l>li:{n}>a:1", fp(text=what, href=what, all=what)

    a = index(item(1, "one"), item(2, "two"), item(3, "three"))
    b = index(item(1, "new"), item(2, "one"), item(3, "two"), item(4, "three"))
    assert pair_elements(a, b) == [(0, 1), (1, 2), (2, 3)]


def test_what_is_not_unique_is_not_guessed() -> None:
    twice = fp(text="More", href="#")
    a = index(("a#x", twice), names={"a#x": "More"})
    b = index(("b#p>a:1", twice), ("b#p>a:2", twice), names={"b#p>a:1": "More", "b#p>a:2": "More"})
    assert pair_elements(a, b) == []
