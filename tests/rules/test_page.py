"""Which page people mean."""

import pytest

from rules.faults import fault
from rules.page import address_meant, guessed_address, needs_visits, page_meant
from store.pages import NotAPage
from store.records import Site

SITE = Site(id="1", name="S", key="k", domains=("*.shop.example", "shop.example", "127.0.0.1:8001"), keep_query=("id",))
KNOWN = ["fr.shop.example/lampes", "127.0.0.1:8001/basket", "shop.example/order/*", "shop.example/lamps"]


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("https://www.shop.example/lamps/?utm_source=x#top", "shop.example/lamps"),
        ("http://127.0.0.1:8001/basket", "127.0.0.1:8001/basket"),
        ("https://shop.example/p?id=7&x=1", "shop.example/p?id=7"),
        ("shop.example/lamps", "shop.example/lamps"),
        ("shop.example", "shop.example/"),
        ("127.0.0.1:8001/basket", "127.0.0.1:8001/basket"),
        ("/lampes", "fr.shop.example/lampes"),  # the host that has it
        ("/lamps", "shop.example/lamps"),
        ("/basket/", "127.0.0.1:8001/basket"),
        ("/order/12345678", "shop.example/order/*"),  # a number is masked as it is when a visit comes in
        ("/order/*", "shop.example/order/*"),  # a page of that name, no pattern
        ("/unknown", "shop.example/unknown"),
        ("/#/lamps/", "shop.example/#/lamps"),
        ("https://shop.example/app/#/order/12345678?id=7&x=1", "shop.example/app#/order/*?id=7"),
        ("shop.example#!/lamps", "shop.example/#!/lamps"),
        ("/#/lamps/*", "/#/lamps/*"),
        ("/lamps/*", "/lamps/*"),
        ("/lamps/{name}", "/lamps/{name}"),
        ("shop.example/lamps/*", "shop.example/lamps/*"),
    ],
)
def test_the_page_that_is_meant(text, page):
    assert page_meant(SITE, text, KNOWN) == page


def test_a_path_of_a_site_without_visits_belongs_to_its_first_plain_domain():
    assert page_meant(SITE, "/basket", []) == "shop.example/basket"


@pytest.mark.parametrize(
    ("text", "code"),
    [("lamps", "no_page"), ("??", "no_page"), ("two words", "no_page"), ("ftp://shop.example/", "not_http"),
     ("https://", "not_http"), ("shop.example:99999/x", "not_http")],
)  # fmt: skip
def test_what_names_no_page(text, code):
    assert page_meant(SITE, text, KNOWN) == fault("page", code, value=text)


def test_a_bare_path_needs_a_host_from_somewhere():
    found = page_meant(Site(id="1", name="S", key="k", domains=("*.shop.example",)), "/lamps", [])
    assert found == fault("page", "host_missing", value="/lamps")


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("/lamps", False),
        ("shop.example/lamps", False),
        ("https://x.example/", False),
        ("/help", True),
        ("x.example", True),
    ],
)
def test_visits_are_read_only_where_pictures_do_not_tell_the_page(text, needed):
    assert needs_visits(text, KNOWN) is needed


TAKEN = ["http://shop.example/", "https://www.shop.example/lamps?x=1"]


@pytest.mark.parametrize(
    ("text", "taken", "address"),
    [
        ("/lamps", (), "https://shop.example/lamps"),
        ("/lamps?id=7&x=1#top", (), "https://shop.example/lamps?id=7&x=1#top"),  # the whole address is loaded
        ("/order/12345678", (), "https://shop.example/order/12345678"),
        ("/basket", (), "http://127.0.0.1:8001/basket"),
        ("/#/lamps", (), "https://shop.example/#/lamps"),
        ("shop.example/new", (), "https://shop.example/new"),
        ("www.shop.example/new", (), "https://www.shop.example/new"),
        ("127.0.0.1:8001/new", (), "http://127.0.0.1:8001/new"),
        ("localhost/new", (), "http://localhost/new"),
        ("shop.example#!/lamps", (), "https://shop.example#!/lamps"),
        ("/lamps", TAKEN, "https://www.shop.example/lamps"),  # as the last picture of this host
        ("shop.example/new", TAKEN[:1], "http://shop.example/new"),
        ("fr.shop.example/new", TAKEN, "https://fr.shop.example/new"),
    ],
)
def test_the_address_that_is_meant(text, taken, address):
    assert address_meant(SITE, text, page_meant(SITE, text, KNOWN), taken) == address


def test_a_domain_with_www_keeps_it():
    site = Site(id="1", name="S", key="k", domains=("www.lamp.example",))
    assert address_meant(site, "/a", page_meant(site, "/a", ()), ()) == "https://www.lamp.example/a"


@pytest.mark.parametrize("text", ["/lamps/*", "/lamps/{name}", "shop.example/**"])
def test_a_pattern_has_no_address(text):
    with pytest.raises(NotAPage, match="pattern of several pages"):
        address_meant(SITE, text, page_meant(SITE, text, KNOWN), ())


def test_a_guessed_scheme():
    assert guessed_address("shop.example/") == "https://shop.example/"
    assert guessed_address("localhost:8000/a") == "http://localhost:8000/a"
