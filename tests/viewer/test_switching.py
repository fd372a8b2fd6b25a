"""From site to site, to the docs of each page, and to the pages of the only site."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from rules.site import add_site
from store.records import Site, User
from tests.viewer.client import Client
from viewer import pages
from viewer.app import Viewer
from viewer.pages.frame.page import Page
from viewer.pages.frame.rendering import TEMPLATES
from viewer.pages.frame.switching import SHARED, WITHIN
from viewer.pages.help.document_text import document, names

RECORDS = sorted(Page.__subclasses__(), key=lambda page: page.__name__)
# The pages of a site whose address names nothing else.
PLAIN = [
    endpoint.path.removeprefix("/sites/{site}").strip("/")
    for endpoint in pages.ENDPOINTS
    if endpoint.path.startswith("/sites/{site}") and "GET" in endpoint.methods and endpoint.path.count("{") == 1
]


def switched(client: Client, address: str, name: str) -> str:
    """Where the switcher of a page leads for a site."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    menu = answer.text.partition('<span class="me">')[2].partition("</span>\n</header>")[0]
    [href] = re.findall(rf'<a href="([^"]+)"[^>]*>{name}</a>', menu)
    return str(href).replace("&amp;", "&")


@pytest.fixture(scope="module")
def second(viewer: Viewer, shop: Site) -> Site:
    made = add_site(viewer.definitions, "Second shop", ["second.example"])
    viewer.work.forget()
    return made


@pytest.mark.parametrize("place", SHARED)
def test_the_switcher_keeps_the_kind_of_page(owner: Client, shop: Site, second: Site, place: str) -> None:
    address = f"/sites/{shop.id}" + (f"/{place}" if place else "")
    href = switched(owner, address, "Second shop")
    assert href == address.replace(f"/sites/{shop.id}", f"/sites/{second.id}")
    assert owner.get(href).status_code in (200, 303)  # a site without views has no overview yet


def test_the_period_is_kept_and_what_is_of_one_site_is_not(owner: Client, shop: Site, second: Site) -> None:
    href = switched(owner, f"/sites/{shop.id}/pages?days=7&q=lamps", "Second shop")
    assert href == f"/sites/{second.id}/pages?days=7"
    map_of_one = f"/sites/{shop.id}/heatmap?page=shop.example/lamps"
    assert switched(owner, map_of_one, "Second shop") == f"/sites/{second.id}/pages"
    assert switched(owner, "/account", "Second shop") == f"/sites/{second.id}/overview"
    assert switched(owner, "/help/snippet", "Second shop") == f"/sites/{second.id}/overview"


def test_every_page_of_a_site_has_a_place_on_another(owner: Client) -> None:
    made_alone = {
        "check",
        "keep-map",
        "heatmap/element",
        "heatmap/zone",
        "heatmap/picture.png",
        "groups/new",
        "zones/new",
    }
    unknown = {place for place in PLAIN if place.partition("/")[0] not in SHARED.keys() | WITHIN.keys()} - made_alone
    assert not unknown, "add them to viewer/pages/frame/switching.py"


def test_who_may_not_see_the_page_there_comes_to_the_overview(
    people: Callable[..., User], browser_of: Callable[..., Client], viewer: Viewer, site: Site, second: Site
) -> None:
    from store.records import SiteRole

    guest = browser_of(people("guest", "owner", SiteRole(second.id, "viewer")))
    assert switched(guest, f"/sites/{site.id}/people", "Second shop") == f"/sites/{second.id}/overview"
    assert switched(guest, f"/sites/{site.id}/privacy", "Second shop") == f"/sites/{second.id}/privacy"


def test_the_root_opens_the_pages_of_the_only_site(
    people: Callable[..., User],
    browser_of: Callable[..., Client],
    owner: Client,
    anyone: Client,
    site: Site,
    second: Site,
) -> None:
    one = browser_of(people("only", "viewer"))
    assert one.get("/").headers["location"] == f"/sites/{site.id}/pages"
    assert owner.get("/").headers["location"] == "/sites"
    assert anyone.get("/").headers["location"] == "/sites"


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_page_names_a_section_of_the_documentation(record: type[Page]) -> None:
    assert "docs" in vars(record), "name the document that explains this page: docs = …"
    name, _, anchor = record.docs.partition("#")
    assert name in names(), record.docs
    if anchor:
        assert f' id="{anchor}"' in document(name, "en", "").html, record.docs


def test_every_page_links_to_its_documentation(owner: Client, shop: Site) -> None:
    places = [f"/sites/{shop.id}/{place}".rstrip("/") for place in PLAIN if place in SHARED]
    for address in ["/sites", "/sites/new", "/account", *places]:
        text = owner.get(address).text
        [help_link] = re.findall(r'<a href="(/help/[^"]+)">Help</a>', text)
        assert owner.get(help_link.partition("#")[0]).status_code == 200, address
    assert "{{ docs }}" in (TEMPLATES / "frame/base.html").read_text(encoding="utf-8")
