"""The first page of a site, and the same figures from the API."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import quote

import pytest

from store.records import Site
from tests.aggregator.build import insert
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, table, words
from tests.viewer.shop import VISITORS
from viewer.app import Viewer


def links(page: str) -> dict[str, str]:
    """Text of each link in the page → its address."""
    return {
        " ".join(text.split()): unescape(href) for href, text in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', page)
    }


def test_the_overview_is_the_first_page_of_a_site_with_visits(owner: Client, shop: Site) -> None:
    assert f'href="/sites/{shop.id}/overview"' in owner.get("/sites").text
    page = owner.get(f"/sites/{shop.id}/overview?{DAYS}")
    assert page.status_code == 200
    shown = words(page.text)
    assert f"{VISITORS} visitors" in shown
    assert "Set-up" in shown
    assert "Overview" in page.text


def test_a_site_without_visits_leads_to_its_set_up(owner: Client, api: Client, viewer: Viewer, shop: Site) -> None:
    made = api.post("/api/v1/sites", json={"name": "Quiet", "domains": ["quiet.example"]}).json()
    answer = owner.get(f"/sites/{made['id']}/overview")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sites/{made['id']}")


def test_the_api_has_the_figures_of_the_page(api: Client, shop: Site) -> None:
    found = api.get(f"/api/v1/sites/{shop.id}/overview?{DAYS}").json()
    figures = {one["name"]: one for one in found["figures"]}
    assert figures["visitors"]["value"] == figures["visits"]["value"] == VISITORS
    assert figures["bounce"]["value"] == pytest.approx(20 / 60)  # forty of them clicked
    assert figures["bounce"]["low"] < 20 / 60 < figures["bounce"]["high"]
    assert figures["visitors"]["change"] is None
    assert found["account"] == {"received": 60, "bots": 0, "excluded": 0, "outside": 0, "counted": 60}
    devices = {table["by"]: table for table in found["splits"]}["device"]["rows"]
    assert {row["value"]: row["visitors"] for row in devices} == {"desktop": 50, "phone": 10}
    assert len(found["days"]) == len(found["days_before"]) == 3


def test_a_line_of_a_table_narrows_the_page_and_leads_back_out(owner: Client, shop: Site) -> None:
    path = f"/sites/{shop.id}/overview?{DAYS}"
    narrow = links(owner.get(path).text)["Phone"]
    narrowed = owner.get(narrow).text
    assert "device=phone" in narrow
    assert "Outside the filters −50" in words(narrowed)
    page_seen = links(narrowed)["Lamps"]
    both = owner.get(page_seen).text
    assert "saw=shop.example/lamps" in page_seen
    assert "Saw page Lamps" in words(both)
    out = links(both)["Lamps"]
    assert "saw=" not in out
    assert "device=phone" in out
    nobody = owner.get(f"{path}&channel=mail").text
    assert "No visitor fits" in words(nobody)
    assert "Channel Email" in words(nobody)
    assert "Counted 60" in words(owner.get(f"{path}&campaign=(none)").text)


def test_every_view_of_the_overview_can_be_linked(owner: Client, shop: Site) -> None:
    path = f"/sites/{shop.id}/overview?{DAYS}"
    page = owner.get(f"{path}&figure=bounce&by=campaign,exit&whole=exit").text
    assert "Bounce of each day" in words(page)
    french = words(owner.get(path, headers={"Accept-Language": "fr"}).text)
    assert "60 visiteurs" in french


@pytest.mark.parametrize("query", ["figure=nothing", "by=nothing", "whole=nothing", "channel=mail&hour=99", "days=0"])
def test_what_does_not_exist_is_reported(owner: Client, shop: Site, query: str) -> None:
    assert owner.get(f"/sites/{shop.id}/overview?{query}").status_code == 400


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "whole=nothing", "figure=visits", "since=2026-03-03&until=2026-03-01"]
)
def test_the_api_rejects_bad_questions(api: Client, shop: Site, query: str) -> None:
    answer = api.get(f"/api/v1/sites/{shop.id}/overview?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_goals_are_figures_and_the_share_of_the_tables(owner: Client, api: Client, shop: Site) -> None:
    goal = {"name": "Saw the lamps", "action": {"what": "saw", "page": "/lamps"}}
    made = api.post(f"/api/v1/sites/{shop.id}/goals", json=goal)
    assert made.status_code == 201, made.text
    path = f"/api/v1/sites/{shop.id}/overview?{DAYS}"
    found = api.get(path).json()
    name = f"goal:{made.json()['id']}"
    figure = next(one for one in found["figures"] if one["name"] == name)
    assert (figure["value"], figure["hits"], found["measure"]) == (1.0, VISITORS, name)
    assert found["splits"][0]["rows"][0]["rate"] == 1.0
    assert api.get(f"{path}&measure=bounce").json()["splits"][0]["rows"][0]["rate"] == pytest.approx(1 / 3)
    page = words(owner.get(f"/sites/{shop.id}/overview?{DAYS}&figure={name}").text)
    assert "Goal: Saw the lamps 100.0% 60" in page
    assert "Goal: Saw the lamps of each day" in page
    assert owner.get(f"/sites/{shop.id}/overview?{DAYS}&goal=nothing").status_code in (400, 404)
    api.delete(f"/api/v1/sites/{shop.id}/goals/{made.json()['id']}")


def test_the_tables_are_a_file_with_the_figures_of_the_api(owner: Client, api: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/overview?{DAYS}&device=phone").text
    href = links(page)["All tables as CSV"]
    rows = table(api.get(href), "lamp-shop-overview-2026-03-01-2026-03-03")
    splits = api.get(f"/api/v1/sites/{shop.id}/overview?{DAYS}&device=phone").json()["splits"]
    assert [(row["split"], row["value"], row["visitors"], row["rate"]) for row in rows] == [
        (one["by"], row["value"], str(row["visitors"]), str(row["rate"])) for one in splits for row in one["rows"]
    ]
    assert {row["measure"] for row in rows} == {"bounce"}
    assert api.get(f"/api/v1/sites/{shop.id}/overview?{DAYS}&format=png").status_code == 400


def test_cells_that_a_spreadsheet_would_run_are_text(viewer: Viewer, api: Client) -> None:
    site = api.post("/api/v1/sites", json={"name": "Odd", "domains": ["odd.example"]}).json()["id"]
    insert(viewer.store, "views", [shops._who(int(site), 77) | {"source": "=1+1"}])
    rows = api.get(f"/api/v1/sites/{site}/overview?{DAYS}&format=csv").text
    assert "source,'=1+1,1," in rows


def test_everyone_takes_the_place_of_before_when_something_narrows(owner: Client, shop: Site) -> None:
    path = f"/sites/{shop.id}/overview?{DAYS}"
    assert "95% Before" in words(owner.get(path).text)
    rule = {"match": "all", "rules": [{"what": "clicked", "scope": "visit"}]}
    narrowed = words(owner.get(f"{path}&segment={quote(json.dumps(rule))}").text)
    assert "95% Everyone" in narrowed
    assert f"75.0% of {VISITORS}" in narrowed  # forty clicked "Buy", five "Help"
    assert "everyone 33.3%" in narrowed  # bounced
    assert "Outside: Visits that clicked" in narrowed
    assert "−15" in narrowed
