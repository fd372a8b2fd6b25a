"""The schedule of retakes on the pages of a site and of a page, and in the API."""

from __future__ import annotations

import time

import pytest

from store.records import Site
from store.retakes import LastRetake, Retakes
from tests.aggregator.build import insert
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import csrf, words
from viewer.app import Viewer

PAGE = "shop.example/retaken"


@pytest.fixture(scope="module", autouse=True)
def _page(viewer: Viewer, shop: Site) -> None:
    viewer.snapshots.save(shops.snapshot(shop.id, page=PAGE), shops.page_layout(), shops.strips())
    now = int(time.time() * 1000)
    insert(viewer.store, "views", [{"site": int(shop.id), "page": PAGE, "time": now, "view": 77, "visitor": 77}])


def save(owner: Client, shop: Site, **fields: str) -> None:
    page = owner.get(f"/sites/{shop.id}/settings").text
    version = page.partition('name="version" value="')[2].partition('"')[0]
    form = {"csrf": csrf(page), "version": version, "name": shop.name, "domains": "\n".join(shop.domains)} | fields
    assert owner.post(f"/sites/{shop.id}/settings", data=form).status_code == 303


def test_without_a_schedule_the_pages_say_so(owner: Client, api: Client, shop: Site) -> None:
    shown = words(owner.get(f"/sites/{shop.id}/picture-history?page={PAGE}").text)
    assert "These pictures are retaken only when somebody asks for it. Change the schedule" in shown
    assert "are kept" not in shown
    assert api.get(f"/api/v1/sites/{shop.id}/retakes").json() == {
        "schedule": "never",
        "keep_pictures": 12,
        "quiet_hour": 0,
        "timezone": "UTC",
        "pages": [],
    }


def test_the_form_sets_the_schedule(owner: Client, api: Client, shop: Site) -> None:
    save(owner, shop, retake="weekly", keep_pictures="7")
    site = api.get(f"/api/v1/sites/{shop.id}").json()
    assert (site["retake"], site["keep_pictures"]) == ("weekly", 7)
    form = owner.get(f"/sites/{shop.id}/settings").text
    assert '<option value="weekly" selected>weekly</option>' in form
    assert "Pages that are retaken: 1, between" in words(form)
    shown = words(owner.get(f"/sites/{shop.id}/picture-history?page={PAGE}").text)
    assert "These pictures are retaken every week, next on" in shown
    assert "The 7 newest of each width, variant and state are kept, and the one chosen for maps." in shown
    (page,) = api.get(f"/api/v1/sites/{shop.id}/retakes").json()["pages"]
    assert (page["page"], page["failures"], page["error"], page["begun"]) == (PAGE, 0, None, None)
    unvisited = words(owner.get(f"/sites/{shop.id}/picture-history?page=shop.example/lamps").text)
    assert "The schedule leaves this page out" in unvisited


def test_a_failure_is_shown_with_its_reason(owner: Client, api: Client, viewer: Viewer, shop: Site) -> None:
    save(owner, shop, retake="changed")
    failed = LastRetake(PAGE, int(time.time() * 1000), (), 3, "unreachable", "Nothing answers at shop.example.")
    stored = Retakes(viewer.store).write(int(shop.id), failed)
    history, site = f"/sites/{shop.id}/picture-history?page={PAGE}", f"/sites/{shop.id}/settings"
    for path in (history, site):
        shown = words(owner.get(path).text)
        assert "Retaking them has failed 3 times, last on" in shown
        assert "Nothing answers at shop.example." in shown
    assert "when the page has changed, which is next checked on" in words(owner.get(history).text)
    french = words(owner.get(history, headers={"Accept-Language": "fr"}).text)
    assert "Les refaire a échoué 3 fois" in french
    assert "La page ne répond pas" in french
    (page,) = api.get(f"/api/v1/sites/{shop.id}/retakes").json()["pages"]
    assert page["error"] == {"code": "unreachable", "message": "Nothing answers at shop.example."}
    assert stored is not None


def test_while_it_is_under_way_no_failure_is_shown(owner: Client, api: Client, viewer: Viewer, shop: Site) -> None:
    retakes = Retakes(viewer.store)
    last = retakes.of(int(shop.id))[PAGE]
    retakes.write(int(shop.id), LastRetake(PAGE, last.begun, ("job",), 4, "interrupted", "", last.version))
    shown = words(owner.get(f"/sites/{shop.id}/picture-history?page={PAGE}").text)
    assert "These pictures are being retaken." in shown
    assert "failed" not in shown
    (page,) = api.get(f"/api/v1/sites/{shop.id}/retakes").json()["pages"]
    assert (page["jobs"], page["failures"], page["error"]) == (["job"], 0, None)


def test_a_wrong_schedule_is_shown_beside_its_field(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/settings").text
    version = page.partition('name="version" value="')[2].partition('"')[0]
    form = {"csrf": csrf(page), "version": version, "name": shop.name, "domains": "shop.example", "keep_pictures": "1"}
    answer = owner.post(f"/sites/{shop.id}/settings", data=form | {"retake": "hourly"})
    assert answer.status_code == 422
    assert "Enter a number that is at least 2." in words(answer.text)
    assert "“hourly” cannot be chosen here." in words(answer.text)
