"""The time zone of a site: set on its page, in the API; every page and answer names it and goes by its days."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from html import unescape

import pytest

from rules.site import add_site
from store import zones
from store.journeys import Journey, Stage, Touchpoint
from store.records import Experiment, PageState, Site, Variant
from store.snapshots import Snapshots
from tests.aggregator.build import insert
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import csrf, words
from viewer.app import Viewer

PAGE = "shop.example/lamps"
NAME = "Pacific/Apia"  # UTC+13: most of its day is another one in UTC
# In Apia, the 2nd of March; in UTC, the 1st.
EARLY = int(datetime(2026, 3, 1, 20, tzinfo=UTC).timestamp() * 1000)
DAY = "since=2026-03-02&until=2026-03-02"


@pytest.fixture(scope="module")
def apia(viewer: Viewer, shop: Site) -> Site:
    """A site in Apia: 3 visitors on the 2nd of March there, 1 on the day before, 1 on the day after."""
    site = add_site(viewer.definitions, "Apia shop", ["shop.example"], timezone=NAME, retake="daily")
    number = int(site.id)
    Snapshots(viewer.store).save(shops.snapshot(site.id), shops.page_layout(), shops.strips())
    Snapshots(viewer.store).save(shops.snapshot(site.id), shops.page_layout(), shops.strips())
    hour = 3_600_000
    instants = [EARLY - 10 * hour, EARLY, EARLY + hour, EARLY + 13 * hour, EARLY + 15 * hour]
    rows = [{"site": number, "view": n, "visitor": n, "time": ms} for n, ms in enumerate(instants, 1)]
    variants = [row | {"variants": {"button": "ab"[n % 2]}} for n, row in enumerate(rows)]
    for table in ("views", "touches", "scrolls"):
        insert(viewer.store, table, variants)
    insert(viewer.store, "points", [row | shops._on(shops.BUY) for row in variants])
    viewer.definitions.put(
        Experiment(id="button", site=site.id, name="The button", pages=("/lamps",), started="2026-03-02",
                   ended="2026-03-02", variants=(Variant("a", "A"), Variant("b", "B")))
    )  # fmt: skip
    look = Stage("look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),))
    viewer.definitions.put(Journey(id="lamp", site=site.id, name="A lamp", stages=(look,), window_days=1))
    viewer.definitions.put(
        PageState(id=f"{site.id}.menu", site=site.id, key="menu", name="Menu", pages=("/lamps",), steps=("click #m",))
    )
    return site


PAGES = (
    "", "/pages", f"/heatmap?page={PAGE}&{DAY}", f"/heatmap?page={PAGE}&kind=scroll&{DAY}", "/states",
    "/states/menu/edit", "/experiments", "/experiments/button", "/experiments/button/edit", "/journeys",
    "/journeys/lamp", f"/picture-history?page={PAGE}", "/sign-in",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_a_site_names_its_zone_in_both_languages(owner: Client, apia: Site, path: str) -> None:
    english = words(owner.get(f"/sites/{apia.id}{path}").text)
    assert f"Days and times: {NAME} (now UTC+13:00)" in english
    french = words(owner.get(f"/sites/{apia.id}{path}", headers={"Accept-Language": "fr"}).text)
    assert f"Jours et heures : {NAME} (actuellement UTC+13:00)" in french


def test_the_list_of_sites_names_the_zone_of_each(owner: Client, shop: Site, apia: Site) -> None:
    shown = words(owner.get("/sites").text)
    assert f"1 domain, {NAME}" in shown
    assert "2 domains, UTC" in shown


def test_the_answers_of_the_api_are_those_of_the_zones_day_and_name_it(api: Client, apia: Site) -> None:
    root = f"/api/v1/sites/{apia.id}"
    pages = api.get(f"{root}/pages?{DAY}").json()
    assert (pages["timezone"], pages["pages"][0]["views"], pages["pages"][0]["daily"]) == (NAME, 3, [3])
    heatmap = api.get(f"{root}/heatmap?page={PAGE}&{DAY}").json()
    assert (heatmap["query"]["timezone"], len(heatmap["points"])) == (NAME, 3)
    reach = api.get(f"{root}/heatmap?page={PAGE}&kind=scroll&{DAY}").json()
    assert reach["query"]["timezone"] == NAME
    assert reach["views"] == 3
    compared = api.get(f"{root}/compare?page={PAGE}&experiment=button&{DAY}").json()
    assert compared["query"]["timezone"] == NAME
    assert sorted(arm["visitors"] for arm in compared["arms"]) == [1, 2]
    measured = api.get(f"{root}/journeys/lamp/map?{DAY}").json()
    assert (measured["query"]["timezone"], measured["visitors"]) == (NAME, 3)
    assert api.get(f"{root}/health").json()["timezone"] == NAME
    assert api.get(f"{root}/retakes").json()["timezone"] == NAME
    assert api.get(root).json()["timezone"] == NAME


def test_the_days_before_and_after_are_others(api: Client, apia: Site) -> None:
    root = f"/api/v1/sites/{apia.id}"
    views = {}
    for n in range(1, 5):
        day = date(2026, 3, n).isoformat()
        found = api.get(f"{root}/pages?since={day}&until={day}").json()["pages"]
        views[n] = found[0]["views"] if found else 0
    whole = api.get(f"{root}/pages?since=2026-03-01&until=2026-03-04").json()["pages"][0]
    assert views == {1: 1, 2: 3, 3: 1, 4: 0}
    assert (whole["views"], whole["daily"]) == (5, [1, 3, 1, 0])


@pytest.mark.parametrize("table", ["views", "points"])
def test_exports_are_of_the_zones_day_in_its_time(api: Client, apia: Site, table: str) -> None:
    root = f"/api/v1/sites/{apia.id}/export?table={table}&{DAY}"
    rows = [json.loads(line) for line in api.get(f"{root}&format=ndjson").text.splitlines()]
    assert [(row["day"], row["time"]) for row in rows] == [
        ("2026-03-02", "2026-03-02 09:00:00.000+13:00"),
        ("2026-03-02", "2026-03-02 10:00:00.000+13:00"),
        ("2026-03-02", "2026-03-02 22:00:00.000+13:00"),
    ]
    lines = csv.DictReader(io.StringIO(api.get(f"{root}&format=csv").text))
    assert [line["time"] for line in lines] == [row["time"] for row in rows]


def test_placed_points_have_the_time_of_the_zone(api: Client, apia: Site) -> None:
    found = api.get(f"/api/v1/sites/{apia.id}/heatmap?page={PAGE}&{DAY}").json()["points"]
    assert [point["time"] for point in found][:1] == ["2026-03-02T09:00:00.000+13:00"]


def test_today_is_that_of_the_zone(
    api: Client, owner: Client, viewer: Viewer, shop: Site, apia: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the 1st of March, 21:30 UTC: in Apia the 2nd, with two views so far."""
    monkeypatch.setattr(zones, "now_ms", lambda: EARLY + 5_400_000)
    viewer.work.forget()
    health = api.get(f"/api/v1/sites/{apia.id}/health").json()
    assert (health["views_today"], health["daily"][-2:]) == (3, [1, 3])
    asked = api.get(f"/api/v1/sites/{apia.id}/heatmap?page={PAGE}&days=1").json()["query"]
    assert (asked["since"], asked["until"]) == ("2026-03-02", "2026-03-02")
    assert api.get(f"/api/v1/sites/{shop.id}/heatmap?page={PAGE}&days=2").json()["query"]["until"] == "2026-03-01"
    assert api.get(f"/api/v1/sites/{apia.id}/pages?since=2026-03-02").status_code == 200
    refused = api.get(f"/api/v1/sites/{shop.id}/pages?since=2026-03-02")
    assert refused.status_code == 400
    assert "today is 2026-03-01" in refused.json()["error"]["message"]
    assert 'max="2026-03-02"' in owner.get(f"/sites/{apia.id}/pages").text


def test_times_on_pages_are_those_of_the_zone(owner: Client, apia: Site) -> None:
    """The picture was taken on the 2nd of March at 12:00 UTC."""
    assert "3 March, 01:00" in words(owner.get(f"/sites/{apia.id}/picture-history?page={PAGE}").text)
    settings = words(owner.get(f"/sites/{apia.id}/settings").text)
    assert re.search(rf"between \d\d:00 and \d\d:00 \({NAME}\), when", settings)


def test_a_site_is_put_into_another_zone(api: Client, owner: Client, viewer: Viewer, shop: Site) -> None:
    site = add_site(viewer.definitions, "Moving shop", ["moving.example"])
    insert(viewer.store, "views", [{"site": int(site.id), "time": EARLY}])
    path = f"/sites/{site.id}"
    page = owner.get(f"{path}/settings").text
    assert "Nobody has chosen it yet, so days begin and end in UTC." in words(page)
    version = api.get("/api/v1" + path).json()["version"]
    form = {"csrf": csrf(page), "version": version, "name": site.name, "domains": "moving.example"}
    refused = owner.post(f"{path}/settings", data=form | {"timezone": "paris"})
    assert refused.status_code == 422
    assert "“paris” is not a time zone. Enter the name of one, such as Europe/Paris." in unescape(refused.text)
    french = owner.post(f"{path}/settings", data=form | {"timezone": "paris"}, headers={"Accept-Language": "fr"}).text
    assert "n’est pas un fuseau horaire. Entrez le nom d’un fuseau, par exemple Europe/Paris." in unescape(french)
    assert owner.post(f"{path}/settings", data=form | {"timezone": "Asia/Kolkata"}).status_code == 303
    assert api.get("/api/v1" + path).json()["timezone"] == "Asia/Kolkata"
    count = f"/api/v1{path}/pages?since=2026-03-02&until=2026-03-02"
    assert api.get(count).json()["pages"][0]["views"] == 1, "earlier visits too are of its days"
    assert api.put("/api/v1" + path, json={"timezone": "America/New_York"}).json()["timezone"] == "America/New_York"
    assert api.get(count).json()["pages"] == []
    assert "Nobody has chosen" not in words(owner.get(f"{path}/settings").text)


def test_the_set_up_says_when_most_visitors_live_in_another_time(owner: Client, viewer: Viewer, shop: Site) -> None:
    site = add_site(viewer.definitions, "Far shop", ["far.example"], timezone="Europe/Paris")
    now = zones.now_ms()
    insert(viewer.store, "views", [{"site": int(site.id), "time": now - 60_000, "view": n, "timezone": -570}
                                   for n in range(3)])  # fmt: skip
    shown = words(owner.get(f"/sites/{site.id}").text)
    assert "The clocks of most visitors are at UTC−09:30, but the days of this site are those of Europe/Paris." in shown
    french = words(owner.get(f"/sites/{site.id}", headers={"Accept-Language": "fr"}).text)
    assert "Les horloges de la plupart des visiteurs sont à UTC−09:30" in french
    assert "clocks of most" not in words(owner.get(f"/sites/{shop.id}").text)


def test_a_zone_that_does_not_exist_is_refused_with_one_that_does(api: Client, shop: Site) -> None:
    refused = api.put(f"/api/v1/sites/{shop.id}", json={"timezone": "Europe/Lyon"})
    assert refused.status_code == 422
    fault = refused.json()["error"]["faults"][0]
    assert (fault["field"], fault["code"]) == ("timezone", "zone")
    assert "'Europe/Lyon', which is not a time zone" in refused.json()["error"]["message"]


def test_the_zone_of_a_new_site_is_guessed(
    api: Client, viewer: Viewer, shop: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the API: that of the server. On the page, the browser puts its own (test_browser.py)."""
    monkeypatch.setattr("tzlocal.get_localzone_name", lambda: "America/St_Johns")
    made = api.post("/api/v1/sites", json={"name": "Guessed", "domains": ["guessed.example"]}).json()
    assert made["timezone"] == "America/St_Johns"
    chosen = {"name": "Chosen", "domains": ["chosen.example"], "timezone": "Asia/Tokyo"}
    assert api.post("/api/v1/sites", json=chosen).json()["timezone"] == "Asia/Tokyo"


def test_a_stored_zone_that_this_machine_does_not_know_counts_as_utc(api: Client, viewer: Viewer, shop: Site) -> None:
    site = add_site(viewer.definitions, "Mars shop", ["mars.example"])
    viewer.definitions.put(Site(id=site.id, version=1, name="Mars shop", key=site.key, domains=site.domains,
                                timezone="Mars/Olympus"))  # fmt: skip
    viewer.work.forget()
    assert api.get(f"/api/v1/sites/{site.id}/pages").json()["timezone"] == "UTC"
    rejected = api.get("/api/v1/sites").json()["rejected"]
    assert [(one["name"], one["faults"][0]["code"]) for one in rejected] == [("Mars shop", "zone")]
