"""Names of hosts: letters outside ASCII, upper case, a final dot."""

from __future__ import annotations

import pytest

from store.hosts import ascii_domain, ascii_host, readable_host
from store.pages import canonical_page, matches

NAMES = [
    ("müller.example", "xn--mller-kva.example"),
    ("МОСКВА.example", "xn--80adxhks.example"),
    ("faß.example", "xn--fa-hia.example"),  # not `fass`: as in browsers
    ("*.例え.example", "*.xn--r8jz45g.example"),
    ("bücher。example", "xn--bcher-kva.example"),  # an ideographic full stop
    ("Shop.Example.", "shop.example"),
    ("_dmarc.müller.example", "_dmarc.xn--mller-kva.example"),
    ("１２７.0.0.1", "127.0.0.1"),
    ("[::1]", "[::1]"),
]


@pytest.mark.parametrize(("typed", "host"), NAMES)
def test_a_host_has_one_way_to_be_written(typed: str, host: str) -> None:
    assert ascii_host(typed) == host
    assert ascii_host(host) == host


@pytest.mark.parametrize("name", ["a\u0001ü.example", "ü" * 80 + ".example", "\ud800.example", "-ü-.example", ""])
def test_what_is_no_name_is_no_error(name: str) -> None:
    ascii_host(name)
    readable_host(f"xn--{name}")


def test_scheme_and_port_of_what_an_owner_types() -> None:
    assert ascii_domain(" https://Müller.example.:8001/ ") == "xn--mller-kva.example:8001"
    assert ascii_domain("[::1]:8001") == "[::1]:8001"


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("xn--mller-kva.example:8001", "müller.example:8001"),
        ("*.xn--mller-kva.example", "*.müller.example"),
        ("xn--mller-kva.example/xn--a/b", "müller.example/xn--a/b"),
        ("shop.example/a", "shop.example/a"),
        ("xn--a.example", "xn--a.example"),
    ],
)
def test_hosts_are_shown_as_people_read_them(stored: str, shown: str) -> None:
    assert readable_host(stored) == shown


def test_the_same_page_has_one_name() -> None:
    names = {canonical_page(url) for url in ("https://www.Müller.example./a", "http://xn--mller-kva.example/a/")}
    assert names == {"xn--mller-kva.example/a"}
    assert canonical_page("https://shop.example.:8443/") == canonical_page("https://SHOP.example:8443/")


def test_a_pattern_names_the_host_as_people_write_it() -> None:
    assert matches("Müller.example/lamps/*", "xn--mller-kva.example/lamps/one")
    assert matches("*.müller.example/**", "shop.xn--mller-kva.example/Lamps")
    assert not matches("/lamps", "xn--mller-kva.example/LAMPS")
