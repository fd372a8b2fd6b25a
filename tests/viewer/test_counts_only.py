"""A site that keeps counts only shows nothing of fewer visitors than its least, and says why the rest is away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from httpx import Response

from rules.site import add_site
from store.open_days import open_rows
from store.records import Erasure, Site
from store.snapshots import Snapshots
from tests.aggregator.build import NOON, insert, insert_elements
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.shop import BUY, PAGE, PERIOD
from viewer import api, pages, picture_routes
from viewer.app import Viewer
from viewer.counts_only import reason_of

LEAST = 4
CLOSES = datetime(2026, 3, 3, 12, tzinfo=UTC)
ROUTES = [
    one
    for one in (*api.endpoints(), *picture_routes.ENDPOINTS, *pages.ENDPOINTS)
    # what the site's own people did has nothing about visitors, and differs from site to site
    if "/sites/{site}" in one.path and "GET" in one.methods and not one.path.endswith("/activity")
]
ASKED = {"page": PAGE, "width": str(shops.WIDTH), **PERIOD}


def visited(viewer: Viewer, name: str, visitors: int) -> Site:
    """A site that keeps counts only, with a picture, and as many visitors who clicked and sent an event."""
    site = add_site(viewer.definitions, name, ["shop.example"], mode="counts", least_visitors=LEAST)
    Snapshots(viewer.store).save(shops.snapshot(site.id), shops.page_layout(), shops.strips())
    rows = open_rows(int(site.id))
    if visitors:
        who = [
            {"site": rows, "view": rows + n, "visitor": 7_000_000 + n, "time": NOON + n * 1000, "device": "phone"}
            for n in range(visitors)
        ]
        insert(viewer.store, "views", [one | {"channel": "search", "clicks": 1} for one in who])
        insert(viewer.store, "touches", who)
        insert(viewer.store, "points", [one | shops._on(BUY) for one in who])
        insert(viewer.store, "scrolls", [one | {"depth": 1000} for one in who])
        insert(viewer.store, "events", [one | {"kind": "custom", "name": "order"} for one in who])
        insert_elements(viewer.store, [BUY], site=rows)
    return site


@pytest.fixture(scope="module")
def sites(viewer: Viewer) -> dict[int, Site]:
    """Sites by their number of visitors, of whom none, too few and just enough are counted."""
    made = {n: visited(viewer, f"Shop {n} of three", n) for n in (0, LEAST - 1, LEAST)}
    viewer.closing.work(CLOSES)
    assert all(viewer.erasing.wait(one.id, 60).state == "done" for one in viewer.definitions.find(Erasure))
    viewer.work.forget()
    return made


@pytest.fixture
def html(viewer: Viewer, portal: BlockingPortal, owner: Client) -> Client:
    return owner


def answers(client: Client, site: Site, **more: Any) -> Iterator[tuple[str, Response]]:
    """Every address below a site, with a question about its page and without."""
    for endpoint in ROUTES:
        path = re.sub(r"\{[^}]+\}", "1", endpoint.path.replace("{site}", site.id))
        for query in ({}, ASKED, dict(PERIOD), ASKED | {"kind": "hover"}, ASKED | {"format": "csv"}):
            yield f"{endpoint.path} {query}", client.get(path, params=query, **more)


def plain(answer: Response, site: Site) -> tuple[int, str]:
    """An answer without what is another for each site: its number, its names, its key, ids of pictures, form tokens."""
    kind = answer.headers.get("content-type", "")
    if b"iTXt" in answer.content or b"tEXt" in answer.content:  # the site's name is drawn on it: what it says of itself
        return answer.status_code, str(re.findall(rb"Visitors: .*: \d+", answer.content.partition(b"IDAT")[0]))
    if kind.startswith("image/"):
        return answer.status_code, answer.content.hex()
    text = re.sub(r"Shop(\W|%20)\d\1of\1three", "NAME", answer.text.replace(site.key, "KEY"))
    text = text.replace(' aria-current="true"', "")
    text = re.sub(r"shop-\d-of-three", "file", text)
    text = re.sub(r"\b\d{15,20}\b|csrf\S*|value=\"[\w.\-]{20,}\"|\b[0-9a-f]{64}\b|[0-9a-f]{24}", "ID", text)
    text = re.sub(rf"{datetime.now(UTC).date()}T[\d:.]+Z", "NOW", text)
    text = re.sub(r"[\d.]+ m?s ago", "AGO", text)
    text = re.sub(r"<td>\d+ [A-Z][a-z]+, \d\d:\d\d</td>", "<td>WHEN</td>", text)
    text = re.sub(r"(sites/|closing-)\d+", r"\1N", text)
    return answer.status_code, re.sub(r'"(site|id|site_id)": ?"?\d+"?', "SITE", text)


def test_too_few_visitors_are_answered_as_none(api: Client, html: Client, sites: dict[int, Site]) -> None:
    none, few = sites[0], sites[LEAST - 1]
    for client in (api, html):
        seen = 0
        for (address, one), (_, other) in zip(answers(client, none), answers(client, few), strict=True):
            assert one.status_code < 500 or one.status_code == 503, address
            (status, text), (other_status, other_text) = plain(one, none), plain(other, few)
            differing = sorted(set(text.splitlines()) ^ set(other_text.splitlines()))
            assert (status, differing, text) == (other_status, [], other_text), address
            seen += 1
        assert seen > 300


def test_enough_visitors_are_counted(api: Client, html: Client, sites: dict[int, Site]) -> None:
    site = sites[LEAST]
    found = api.get(f"/api/v1/sites/{site.id}/counts", params=PERIOD).json()["counts"]
    assert (found["visitors"], found["views"], found["least"]) == (LEAST, LEAST, LEAST)
    assert found["tables"]["page"] == [{"name": PAGE, "visitors": LEAST, "amount": LEAST}]
    assert found["tables"]["event"] == [{"name": "order", "visitors": LEAST, "amount": LEAST}]
    drawn = api.get(f"/api/v1/sites/{site.id}/heatmap", params=ASKED).json()
    assert (drawn["visitors"], drawn["views"], drawn["account"]["own"]) == (LEAST, LEAST, LEAST)
    assert [one["visitors"] for one in drawn["elements"]] == [LEAST]
    page = html.get(f"/sites/{site.id}/counts", params=PERIOD).text
    assert f"{LEAST} visitors and {LEAST} views on 1 day." in page
    assert html.get(f"/sites/{site.id}/heatmap", params=ASKED).status_code == 200
    heat = [html.get(f"/sites/{one.id}/heat.png", params=ASKED | {"strip": "0"}).content for one in sites.values()]
    assert heat[0] == heat[1] != heat[2]


def test_what_needs_visits_says_why_it_has_nothing(api: Client, html: Client, sites: dict[int, Site]) -> None:
    site, refused = sites[LEAST], 0
    for endpoint in ROUTES:
        below = endpoint.path.partition("/sites/{site}")[2]
        if not (code := reason_of(below)):
            continue
        path = re.sub(r"\{[^}]+\}", "1", endpoint.path.replace("{site}", site.id))
        answer = api.get(path, params=ASKED)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, code), path
        assert answer.json()["error"]["hint"]
        refused += 1
        if path.startswith("/sites/") and below not in ("/overview", "/pages"):
            shown = html.get(path, params=ASKED)
            assert shown.status_code == 409
            assert "This site keeps counts only" in shown.text, path
            assert f"/sites/{site.id}/counts" in shown.text
    assert refused > 80
    for below in ("overview", "pages"):
        assert html.get(f"/sites/{site.id}/{below}").headers["location"] == f"/sites/{site.id}/counts"


@pytest.mark.parametrize(
    "more",
    [
        {"device": "phone"},
        {"kind": "scroll"},
        {"bots": "1"},
        {"layer": "dead"},
        {"channel": "search"},
    ],
)
def test_a_map_of_some_of_the_visitors_is_refused(api: Client, sites: dict[int, Site], more: dict[str, str]) -> None:
    answer = api.get(f"/api/v1/sites/{sites[LEAST].id}/heatmap", params=ASKED | more)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "counts_filters"), more


def test_rows_that_are_not_hidden_yet_are_not_shown(
    api: Client, viewer: Viewer, make_site: Callable[[str], Site]
) -> None:
    site = make_site("Turning")
    insert(viewer.store, "views", [{"site": int(site.id), "view": 1, "visitor": 1}])
    answer = api.get(f"/api/v1/sites/{site.id}/heatmap", params=ASKED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "counts_pending")


@pytest.fixture
def make_site(viewer: Viewer) -> Callable[[str], Site]:
    return lambda name: visited(viewer, name, 0)
