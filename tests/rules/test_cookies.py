from __future__ import annotations

import json

import pytest

from rules.cookies import LONGEST, MOST, SiteCookie, cookies_json, read_cookies, sent_to, stored_cookies
from rules.faults import InvalidDefinition

SHOP = ("shop.example", "*.shop.example")
NETSCAPE = """# Netscape HTTP Cookie File
.shop.example\tTRUE\t/\tTRUE\t1893456000\tsession\ta=b;c
#HttpOnly_www.shop.example\tFALSE\t/account\tFALSE\t0\tbasket\t42

.ads.example\tTRUE\t/\tTRUE\t1893456000\tspy\tx
"""
EXTENSION = [
    {
        "domain": ".shop.example",
        "expirationDate": 1893456000.5,
        "hostOnly": False,
        "httpOnly": True,
        "name": "session",
        "path": "/",
        "sameSite": "no_restriction",
        "secure": True,
        "value": "v1",
    },
    {"domain": "other.example", "name": "spy", "value": "x"},
    {"name": 7, "value": 8},
]


def names(text: str, domains: tuple[str, ...] = SHOP) -> list[str]:
    return [one.name for one in read_cookies(text, domains).cookies]


def codes(text: str, domains: tuple[str, ...] = SHOP) -> list[str]:
    with pytest.raises(InvalidDefinition) as raised:
        read_cookies(text, domains)
    assert "hidden-value" not in str(raised.value)
    return [one.code for one in raised.value.faults]


@pytest.mark.parametrize("text", ["Cookie: a=1; b=x=y", "cookie:a=1;b=x=y", "a=1; b=x=y", "  a=1;\n b=x=y\n"])
def test_a_header(text: str) -> None:
    assert read_cookies(text, SHOP).cookies == (SiteCookie("a", "1"), SiteCookie("b", "x=y"))


def test_a_netscape_file() -> None:
    read = read_cookies(NETSCAPE.replace("a=b;c", "a=b"), SHOP)
    assert read.cookies == (
        SiteCookie("session", "a=b", "shop.example", "/", 1893456000, secure=True),
        SiteCookie("basket", "42", "www.shop.example", "/account", http_only=True),
    )
    assert read.foreign == ("ads.example",)


def test_json_of_an_extension() -> None:
    read = read_cookies(json.dumps(EXTENSION), SHOP)
    assert read.cookies == (
        SiteCookie("session", "v1", "shop.example", "/", 1893456000, secure=True, http_only=True, same_site="None"),
    )
    assert read.foreign == ("other.example",)


@pytest.mark.parametrize(
    "plain",
    [
        {"cookies": [{"name": "a", "value": "1", "domain": "shop.example", "expires": -1}], "origins": []},
        {"name": "a", "value": "1"},
        {"a": "1"},
        {"Request Cookies": {"a": "1"}},
    ],
)
def test_json_of_other_tools(plain: object) -> None:
    read = read_cookies(json.dumps(plain), SHOP)
    assert [(one.name, one.value, one.expires) for one in read.cookies] == [("a", "1", 0)]


@pytest.mark.parametrize(
    ("domain", "own"),
    [
        ("shop.example", True),
        ("my.shop.example", True),
        ("example", True),  # above the site's domain: narrowed to the host when it is sent
        ("notshop.example", False),
        ("shop.example.evil", False),
        ("127.0.0.1", False),
    ],
)
def test_only_cookies_that_the_site_gets_are_kept(domain: str, own: bool) -> None:
    text = json.dumps([{"name": "mine", "value": "1"}, {"name": "theirs", "value": "2", "domain": domain}])
    assert (len(names(text)) == 2) is own


def test_a_site_with_ports_and_loopback() -> None:
    text = json.dumps([{"name": "a", "value": "1", "domain": "127.0.0.1"}])
    assert names(text, ("127.0.0.1:8001",)) == ["a"]
    assert names(text, ("localhost:8001",)) == ["a"]


@pytest.mark.parametrize(
    "text", ["", "   ", "hello", "[", "[1, null]", '{"a": 7}', "na me=hidden-value", "[" * 100_000]
)
def test_what_is_no_cookie_is_rejected(text: str) -> None:
    assert codes(text) == ["no_cookies"]


def test_limits() -> None:
    assert codes("a=1;" + " " * LONGEST) == ["long"]
    assert codes("; ".join(f"c{n}=hidden-value" for n in range(MOST + 1))) == ["many"]
    assert codes(f"a={'x' * 4096}") == ["no_cookies"]
    assert codes(json.dumps([{"name": "a", "value": "hidden-value", "domain": "evil.example"}])) == ["foreign_cookies"]
    assert codes("a=hidden\x00-value") == ["no_cookies"]


def test_the_later_of_two_equal_cookies_counts() -> None:
    assert [one.value for one in read_cookies("a=1; a=2", SHOP).cookies] == ["2"]


def test_stored_cookies_are_read_again_and_never_shown() -> None:
    cookies = read_cookies(json.dumps(EXTENSION), SHOP).cookies
    assert stored_cookies(cookies_json(cookies)) == cookies
    assert "v1" not in repr(cookies)


def test_where_a_cookie_is_sent() -> None:
    assert sent_to(SiteCookie("a", "1"), "shop.example")
    assert sent_to(SiteCookie("a", "1", "shop.example"), "my.shop.example")
    assert not sent_to(SiteCookie("a", "1", "my.shop.example"), "shop.example")
    assert not sent_to(SiteCookie("a", "1", "shop.example"), "notshop.example")
