"""A member of the team who consented: from the site's settings through the journal and the tables to the map."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from io import BytesIO
from typing import Any

import httpx
from PIL import Image

from collector.app import Collector, CollectorSettings
from rules.site import add_site
from store.client import Store
from store.definitions import Definitions
from store.sites import SiteDirectory
from store.snapshots import Snapshot, Snapshots, new_id
from tests.aggregator.build import NOON, Size, layout
from tests.collector.batches import FP, batch
from tests.collector.conftest import HEADERS
from viewer.app import Viewer, ViewerSettings

Run = Callable[[Coroutine[Any, Any, Any]], Any]
TOKEN = "service-token-of-this-test"
PAGE = "shop.example/lamps/a"
NAME = "ann@team"  # as the pages pass it to parcours('identify', …), which sends it with "@" before it
ANN, BOB = {"consent": True, "id": f"@{NAME}"}, {"consent": True, "id": "@bob"}
CLICKS = 2  # of a batch


def take_picture(store: Store, site: int) -> None:
    """A picture that has both elements of a batch."""
    image = BytesIO()
    Image.new("RGB", (1366, 800)).save(image, "WEBP")
    elements = (("main>a:1", FP, (100.0, 100.0, 120.0, 40.0)), ("main>button:1", FP, (100.0, 300.0, 80.0, 30.0)))
    snapshot = Snapshot(new_id(), site, PAGE, 1366, "", "", f"https://{PAGE}", NOON, 800, 768, "Lamp a")
    Snapshots(store).save(snapshot, layout(*elements, size=Size(1366, 800)), [(800, image.getvalue())])


def test_a_consented_id_of_the_team_is_excluded_from_the_map(
    settings: CollectorSettings, run: Run, store: Store
) -> None:
    definitions = Definitions(store)
    site = add_site(definitions, "Shop", ["shop.example"])
    take_picture(store, int(site.id))
    collector = Collector(store, settings, SiteDirectory(definitions))
    viewing = ViewerSettings(base_url="http://parcours", service_token=TOKEN)
    viewer = Viewer(store, definitions, Snapshots(store), viewing)
    app = viewer.application(extra_routes=collector.routes)

    async def work() -> tuple[dict[str, Any], dict[str, Any]]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://parcours") as client:
            at, owner = f"/api/v1/sites/{site.id}", {"authorization": f"Bearer {TOKEN}"}
            marked = await client.put(at, json={"staff_ids": [NAME]}, headers=owner)
            assert marked.status_code == 200, marked.text
            for who in (ANN, BOB, {"consent": False, "id": ANN["id"]}, {}):
                made = batch()
                made["ctx"] |= who
                answer = await client.post(f"/c/{site.key}", content=json.dumps(made), headers=HEADERS)
                assert answer.status_code == 204, answer.text
            await collector.drain()
            found = await client.get(f"{at}/heatmap", params={"page": PAGE, "width": 1366}, headers=owner)
            assert found.status_code == 200, found.text
            return marked.json(), found.json()

    async def served() -> tuple[dict[str, Any], dict[str, Any]]:
        await collector.start()
        await viewer.start()
        try:
            return await work()
        finally:
            await viewer.stop()
            await collector.stop()

    marked, found = run(served())
    assert [mark[0] for mark in marked["staff_ids"]] == ["#"]
    assert NAME not in json.dumps(marked)

    rows = store.rows("SELECT excluded, uniqExact(visitor) AS who, count() AS n FROM points WHERE kind = 'click' "
                      "GROUP BY excluded ORDER BY excluded")  # fmt: skip
    # Without consent the id is not looked at: the same browser twice, here.
    assert [(row["excluded"], row["who"], row["n"]) for row in rows] == [(0, 2, 3 * CLICKS), (1, 1, CLICKS)]
    for table in ("views", "touches", "scrolls"):
        counted = store.rows(f"SELECT excluded, count() AS n FROM {table} GROUP BY excluded ORDER BY excluded")
        assert [(row["excluded"], row["n"]) for row in counted] == [(0, 3), (1, 1)], table

    account = found["account"]
    assert (account["received"], account["excluded"], account["bots"]) == (4 * CLICKS, CLICKS, 0)
    assert account["drawn"] == 3 * CLICKS
    assert (found["visitors"], found["views"]) == (2, 3)
    assert {row["visitors"] for row in found["elements"]} == {2}
