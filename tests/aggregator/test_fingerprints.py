"""Paths and the evidence of fingerprints."""

from __future__ import annotations

import math

import pytest

from aggregator.placing.elements import Found, LayoutIndex, own_elements
from aggregator.shapes.fingerprints import ABSENT, BadFingerprints, parse
from aggregator.shapes.paths import is_anchor, is_named, prefixes, shape, tag_of
from store.layouts import path_key
from tests.aggregator.build import fp, layout, records

BOX = (0.0, 0.0, 100.0, 20.0)


def test_prefixes_go_up_to_the_anchor() -> None:
    assert prefixes("form#basket>div:2>button:1") == ["form#basket>div:2", "form#basket"]
    assert prefixes("app-shell@x>>div:1>p:3") == ["app-shell@x>>div:1", "app-shell@x"]
    assert prefixes("body") == []
    assert prefixes("main#a…>div:2>a:1") == ["main#a"]
    assert prefixes("main#a>…>div:2>a:1") == ["main#a"]


def test_shape_and_tag() -> None:
    assert shape("ul#x-1>li:12>a:1") == "ul#x-1>li>a"
    assert tag_of("ul#x>li:12") == "li"
    assert tag_of("button!buy") == "button"
    assert tag_of("my-box#a>>input:1") == "input"
    assert is_named("ul#x")
    assert not is_named("main")
    assert is_anchor("main")
    assert not is_anchor("main>a:1")


def test_parsing_fingerprints_and_refusing_others() -> None:
    prints = parse("AAAB" + ".." * 9 + "AC__")
    assert prints.values[:3].tolist() == [0, 1, ABSENT]
    assert prints.classes == {2, 4095}
    shorter = parse("AAAB" + "~" * 9 + "AC__")
    assert (shorter.values.tolist(), shorter.classes) == (prints.values.tolist(), prints.classes)
    assert parse("").values.tolist() == [ABSENT] * 12
    with pytest.raises(BadFingerprints):
        parse("??")


def of_list(texts: list[str]) -> LayoutIndex:
    """A list of links that differ only in text and address."""
    return LayoutIndex(
        layout(
            *(
                (f"ul#news>li:{n}>a:1", fp(("link",), text=t, all=t, href=t, head="News", sub="icon"), BOX)
                for n, t in enumerate(texts, 1)
            )
        )
    )


def test_an_element_is_its_own() -> None:
    index = of_list(["a", "b", "c"])
    for path, prints in zip(index.layout.paths, index.layout.fps, strict=True):
        assert index.own(path_key(path), parse(prints))[1] is Found.AGREES


def test_a_list_that_grew_at_its_head_is_recognised() -> None:
    """What the whole list shares (class, heading, content) does not outweigh a different text and link."""
    before, after = of_list(["a", "b", "c"]), of_list(["new", "a", "b", "c"])
    for path, prints in zip(before.layout.paths, before.layout.fps, strict=True):
        assert after.own(path_key(path), parse(prints))[1] is Found.REFUSED


def test_equal_icons_without_text_are_matched_by_key() -> None:
    icon = fp(("icon",), href="#")
    index = LayoutIndex(layout(*((f"nav>a:{n}", icon, BOX) for n in (1, 2, 3))))
    assert index.own(path_key("nav>a:2"), parse(icon))[1] is Found.AGREES


def test_an_element_without_rivals_may_change_its_words() -> None:
    index = LayoutIndex(layout(("main>h1:1", fp(text="Summer", all="Summer"), BOX), ("main>p:1", fp(text="x"), BOX)))
    assert index.own(path_key("main>h1:1"), parse(fp(text="Winter", all="Winter")))[1] is Found.AGREES
    another = fp(id="x", text="Winter", all="Winter", href="/w", role="link")
    assert index.own(path_key("main>h1:1"), parse(another))[1] is Found.REFUSED


def test_on_a_translated_page_links_with_the_same_address_are_kept() -> None:
    index = of_list(["a", "b", "c"])
    translated = fp(("link",), text="x", all="x", href="b", head="News", sub="icon")
    # href alone, with a share of one in three, cannot outweigh different words: it is refused rather than wrong.
    assert index.own(path_key("ul#news>li:2>a:1"), parse(translated))[1] is Found.REFUSED
    assert of_list([str(n) for n in range(60)]).agreement(
        parse(fp(("link",), text="x", all="x", href="7", head="News", sub="icon")), 7
    ) == pytest.approx(math.log(0.88 * 60 / (1 + 60 / 4096)) + math.log(0.05) + 0.9, abs=0.01)


def test_without_fingerprints_the_key_decides() -> None:
    index = of_list(["a", "b"])
    assert (
        index.own(path_key("ul#news>li:2>a:1"), parse(""))[1] is Found.REFUSED
    )  # the layout has some: one-sided losses
    bare = LayoutIndex(layout(("ul#news>li:1>a:1", "", BOX), ("ul#news>li:2>a:1", "", BOX)))
    assert bare.own(path_key("ul#news>li:2>a:1"), parse(""))[1] is Found.AGREES
    assert bare.own(path_key("ul#news>li:3>a:1"), parse(""))[1] is Found.MISSING


def test_an_element_that_fits_better_elsewhere_is_not_matched_by_key() -> None:
    """Another element with the tag has its words and link now: it moved out of its list, and a clone took its place."""
    clone = fp(("card",), text="Other", all="Other", sub="icon", label="rare", head="H")
    moved = fp(("card",), text="Mine", all="Mine", sub="icon", label="rare", head="H")
    others = [(f"main>p:{n}", fp(text=str(n)), BOX) for n in range(40)]
    index = LayoutIndex(layout(("div#a>a:1", clone, BOX), ("footer>a:1", moved, BOX), *others))
    assert index.own(path_key("div#a>a:1"), parse(moved))[1] is Found.REFUSED
    without = LayoutIndex(layout(("div#a>a:1", clone, BOX), *others))
    assert without.own(path_key("div#a>a:1"), parse(moved))[1] is Found.AGREES


def test_survival_is_learned_from_the_certain_records() -> None:
    """On a translated page all words have changed, so they count against no element."""

    def page(language: str) -> list[tuple[str, str]]:
        links = [(f"ul#l>li:{n}>a:1", fp(text=f"{language}{n}", all=f"{language}{n}", href=str(n))) for n in range(30)]
        return [
            *links,
            *((f"nav>a:{n}", fp(text=f"{language}n{n}", all=f"{language}n{n}", href=f"n{n}")) for n in range(6)),
        ]

    index = LayoutIndex(layout(*((path, prints, BOX) for path, prints in page("fr"))))
    short = ("nav>a:2", dict(page("en"))["nav>a:2"])
    assert own_elements(records([short]), index) == [(32, Found.REFUSED)]
    assert {finding for _, finding in own_elements(records(page("en")), index)} == {Found.AGREES}
