from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.pages import NotAPage, canonical_page, matches, page_path, page_pattern, selects


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://shop.example", "shop.example/"),
        ("https://www.Shop.example/a/?utm_source=x#top", "shop.example/a"),
        ("http://shop.example:80/a//b///", "shop.example/a/b"),
        ("https://shop.example:443/a", "shop.example/a"),
        ("http://127.0.0.1:8001/a", "127.0.0.1:8001/a"),
        ("https://anna:secret@shop.example/a", "shop.example/a"),
        ("https://shop.example/caf%C3%A9", "shop.example/caf%C3%A9"),
        ("https://shop.example/cafe%CC%81", "shop.example/caf%C3%A9"),  # in Unicode normal form D
        ("https://shop.example/%E1%84%92%E1%85%A1%E1%86%AB", "shop.example/%ED%95%9C"),
        ("https://shop.example/cp/%CF%F0%E8", "shop.example/cp/%CF%F0%E8"),  # windows-1251
        ("https://shop.example/cp/%D0%EE%E1", "shop.example/cp/%D0%EE%E1"),
        ("https://shop.example/%93%FA%96%7B", "shop.example/%93%FA%96%7B"),  # Shift JIS
        ("https://shop.example/%c0%af", "shop.example/%C0%AF"),  # overlong
        ("https://shop.example/%zz/%", "shop.example/%25zz/%25"),
        ("https://shop.example/507f1f77bcf86cd799439011", "shop.example/*"),
        ("https://shop.example/#/b", "shop.example/#/b"),
        ("https://shop.example/app/?x=1#!/b//c/", "shop.example/app#!/b/c"),
        ("https://shop.example/#/order/1234567/anna@mail.example", "shop.example/#/order/*/*"),
        ("https://shop.example/#/cp/%CF%F0%E8?x=1", "shop.example/#/cp/%CF%F0%E8"),
        ("https://shop.example/#/b#part", "shop.example/#/b"),
        ("https://shop.example/a#/", "shop.example/a"),  # the root of the application is the page itself
        ("https://shop.example/a#!", "shop.example/a"),
        ("https://shop.example/a#b/c", "shop.example/a"),
        ("https://shop.example/café", "shop.example/caf%C3%A9"),
        ("https://shop.example/a%2Fb", "shop.example/a%2Fb"),
        ("https://shop.example/order/1234567", "shop.example/order/*"),
        ("https://shop.example/p-123456-red", "shop.example/p-*-red"),
        ("https://shop.example/p-12345-red", "shop.example/p-12345-red"),
        ("https://shop.example/u/anna@mail.example/edit", "shop.example/u/*/edit"),
        ("https://shop.example/u/anna%40mail.example", "shop.example/u/*"),
        ("https://shop.example/9f1c2d3e-0000-4000-8000-1234567890ab", "shop.example/*"),
        ("https://shop.example/reset/Ab3dEf6hIj9kLm2nOp5qRs8t", "shop.example/reset/*"),
        (
            "https://shop.example/a-long-name-of-words-without-numbers",
            "shop.example/a-long-name-of-words-without-numbers",
        ),
    ],
)
def test_many_addresses_are_one_page(url: str, page: str) -> None:
    assert canonical_page(url) == page


def test_only_kept_query_keys_make_a_page() -> None:
    url = "https://shop.example/s?utm_source=x&q=lamp&b=2&a=1&q=red"
    assert canonical_page(url) == "shop.example/s"
    assert canonical_page(url, ["q", "a"]) == "shop.example/s?a=1&q=lamp&q=red"
    assert canonical_page("https://shop.example/s?q=a@b.example", ["q"]) == "shop.example/s?q=*"
    assert canonical_page("https://shop.example/s?q=%CF%F0", ["q"]) != canonical_page(
        "https://shop.example/s?q=%D0%EE", ["q"]
    )
    assert canonical_page("https://shop.example/?x=1#/s?b=2&q=lamp", ["q"]) == "shop.example/#/s?q=lamp"


@pytest.mark.parametrize(
    "url", ["", "/a", "shop.example/a", "ftp://a/b", "data:text/html,x", "https://", "http://[", "http://a:b/"]
)
def test_addresses_that_are_not_pages(url: str) -> None:
    with pytest.raises(NotAPage):
        canonical_page(url)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), max_size=5))
def test_the_page_of_a_page_is_itself(parts: list[str]) -> None:
    page = canonical_page("https://shop.example/" + "/".join(quote(part, safe="") for part in parts))
    assert canonical_page(f"https://{page}") == page


@given(st.text(max_size=60))
def test_any_text_is_a_page_or_is_refused(text: str) -> None:
    for url in (text, f"https://shop.example/{text}"):
        try:
            page = canonical_page(url, ["a"])
        except NotAPage:
            continue
        assert re.fullmatch(r"[^#]*(#!?/[^#]+)?", page)
        assert canonical_page(f"https://{page}", ["a"]) == page
        assert "@" not in page.partition("/")[0]


NAMES = st.one_of(
    st.binary(min_size=1, max_size=8),
    st.sampled_from(["Ру", "э", "e\u0301", "é", "ö"]).map(str.encode),
    st.sampled_from(["Ру", "Эта"]).map(lambda name: name.encode("cp1251")),
)


def _composed(name: bytes) -> bytes:
    try:
        return unicodedata.normalize("NFC", name.decode()).encode()
    except UnicodeDecodeError:
        return name


@given(NAMES, NAMES, st.sampled_from(["", "a/", "#/", "app#!/"]))
def test_names_in_any_encoding_are_one_page_only_if_they_are_one_name(one: bytes, other: bytes, before: str) -> None:
    pages = [canonical_page(f"https://shop.example/{before}{quote(name, safe='')}") for name in (one, other)]
    assert [canonical_page(f"https://{page}") for page in pages] == pages
    if not any("*" in page for page in pages):
        assert (pages[0] == pages[1]) is (_composed(one) == _composed(other))


def test_the_path_of_a_page() -> None:
    assert page_path("shop.example/a/b?c=d") == "/a/b?c=d"
    assert page_path("shop.example") == "/"


@pytest.mark.parametrize(
    ("pattern", "page", "names"),
    [
        ("/", "a.example/", True),
        ("/", "a.example/b", False),
        ("a.example/", "a.example/", True),
        ("a.example:8001/", "a.example:8001/", True),
        ("a.example/", "a.example/b", False),
        ("a.example/lamps/", "a.example/lamps", True),
        ("/lamps/*", "a.example/lamps/red", True),
        ("/lamps/*", "a.example/lamps/red/big", False),
        ("/lamps/*", "a.example/lamps", False),
        ("/lamps/", "a.example/lamps", True),
        ("/lamps/**", "a.example/lamps/red/big", True),
        ("/**", "a.example/", True),
        ("/l*s", "a.example/lamps", True),
        ("/p-{id}-red", "a.example/p-*-red", True),
        ("/order/{id}", "a.example/order/*", True),
        ("/a.b", "a.example/axb", False),
        ("a.example/lamps", "a.example/lamps", True),
        ("a.example/lamps", "b.example/lamps", False),
        ("*.example/lamps", "a.example/lamps", True),
        ("/", "a.example/#/b", False),
        ("/*", "a.example/#/b", False),
        ("/a*/b", "a.example/a#/b", False),
        ("/**", "a.example/#/b/c", True),
        ("/#/**", "a.example/#/b/c", True),
        ("/#/**", "a.example/b", False),
        ("/#/*", "a.example/#/b", True),
        ("/#/*", "a.example/#/b/c", False),
        ("/#/b/", "a.example/#/b", True),
        ("/#/", "a.example/", True),
        ("/app/#/", "a.example/app", True),
        ("/#!/{name}/edit", "a.example/#!/b/edit", True),
        ("a.example/#/b", "a.example/#/b", True),
        ("/s#/b", "a.example/s?q=1#/b?q=2", True),
        ("/s?q=*#/b?q=2", "a.example/s?q=1#/b?q=2", True),
        ("/s", "a.example/s?q=1", True),
        ("/s?q=*", "a.example/s?q=1", True),
        ("/s?q=*", "a.example/s", False),
    ],
)
def test_patterns(pattern: str, page: str, names: bool) -> None:
    assert matches(pattern, page) is names


@given(st.text(max_size=30), st.sampled_from(["", "q"]))
def test_every_page_matches_itself_and_all_pages(path: str, kept: str) -> None:
    page = canonical_page(f"https://shop.example:8443/{path.replace('?', '')}?q=1&x=2", [kept])
    assert matches(page, page)
    assert matches(page_path(page), page)
    assert matches("**", page)


@given(
    st.lists(st.sampled_from(["*", "**", "a", "b", "/", "ab", "{x}"]), max_size=9).map("".join),
    st.text("ab/#", max_size=12),
)
def test_a_pattern_matches_what_its_regular_expression_does(pattern: str, path: str) -> None:
    page = f"a/{path}"
    assert matches(pattern, page) is (re.fullmatch(page_pattern(pattern).regex, page) is not None)


def test_many_wildcards_are_matched_in_a_bounded_time() -> None:
    # A regular expression engine that tries all ways to divide the name would need centuries.
    assert not matches("/" + "*a" * 20 + "b", "a.example/" + "a" * 2000)
    assert matches("/" + "**a" * 20, "a.example/" + "a" * 2000)


def test_a_list_of_patterns_selects_pages_and_leaves_some_out() -> None:
    patterns = ("/lamps/*", "a.example/order/*", "!**/compare")
    assert selects(patterns, "a.example/lamps/red")
    assert selects(patterns, "a.example/order/*")
    assert not selects(patterns, "a.example/lamps/compare")
    assert not selects(patterns, "a.example/lamps")
    assert not selects(("!/lamps",), "a.example/help")
    assert not selects((), "a.example/help")
