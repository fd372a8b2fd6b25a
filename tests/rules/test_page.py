"""Which page people mean."""

import pytest

from rules.faults import fault
from rules.page import needs_visits, page_meant
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
