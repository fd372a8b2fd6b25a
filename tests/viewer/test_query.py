"""Which page people mean, and which days."""

from datetime import date, timedelta

import pytest

from store.pages import NotAPage
from store.records import Site
from viewer.http.errors import Problem
from viewer.query import canonical, period, today

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
        ("/lamps/*", "/lamps/*"),
        ("/lamps/{name}", "/lamps/{name}"),
        ("shop.example/lamps/*", "shop.example/lamps/*"),
    ],
)
def test_the_page_that_is_meant(text, page):
    assert canonical(SITE, text, KNOWN) == page


def test_a_path_of_a_site_without_visits_belongs_to_its_first_plain_domain():
    assert canonical(SITE, "/basket", []) == "shop.example/basket"


@pytest.mark.parametrize("text", ["lamps", "??", "two words"])
def test_what_is_no_page(text):
    with pytest.raises(Problem, match="page") as refused:
        canonical(SITE, text, KNOWN)
    assert refused.value.status == 400
    with pytest.raises(NotAPage):
        canonical(SITE, "ftp://shop.example/", KNOWN)


def test_a_bare_path_needs_a_host_from_somewhere():
    with pytest.raises(Problem, match="host"):
        canonical(Site(id="1", name="S", key="k", domains=("*.shop.example",)), "/lamps", [])


def test_periods():
    assert period({}) == (today() - timedelta(days=27), today())
    assert period({"days": "7", "until": "2026-03-07"}) == (date(2026, 3, 1), date(2026, 3, 7))
    assert period({"since": "2026-03-01", "until": "2026-03-01"}) == (date(2026, 3, 1), date(2026, 3, 1))
    for bad in ({"since": "2026-13-01"}, {"since": "2026-03-02", "until": "2026-03-01"}, {"days": "-1"}, {"days": "x"}):
        with pytest.raises(Problem):
            period(bad)
