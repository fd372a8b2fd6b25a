"""`parcours serve` opens data folders that earlier versions wrote (tests/store/folders/write.py)."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.machine import free_port
from tests.parcours.processes import running
from tests.store.folders.write import BASKET, HEIGHT, LAMPS, PATHS, WIDTH

ARCHIVES = sorted((Path(__file__).parent / "folders").glob("*.tar.xz"))
DAY = {"since": "2026-03-02", "until": "2026-03-02"}
SITE = "/sites/Lamp shop"
MAP = DAY | {"page": "/lamps", "width": str(WIDTH)}


# The first is changed by every migration; the last two are what most people have.
OPENED = [*ARCHIVES[:1], *ARCHIVES[-2:]]


@pytest.fixture(scope="module", params=OPENED, ids=lambda path: path.name[:4])
def api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    data, port = tmp_path_factory.mktemp("folder"), free_port()
    with tarfile.open(request.param) as packed:
        packed.extractall(data, filter="data")
    with running("serve", "--port", str(port), data=data, port=port):
        token = json.loads((data / "server.json").read_text())["token"]
        base = f"http://127.0.0.1:{port}/api/v1"
        with httpx.Client(base_url=base, headers={"authorization": f"Bearer {token}"}, timeout=60) as client:
            yield client


def test_every_schema_has_an_archive() -> None:
    schemas = {path.name[:4] for path in Path("store/sql").glob("*.sql")}
    assert {path.name[:4] for path in ARCHIVES} == schemas


def test_the_definitions_are_there(api: httpx.Client) -> None:
    (site,) = api.get("/sites").json()["sites"]
    assert (site["name"], site["domains"]) == ("Lamp shop", ["shop.example"])
    (experiment,) = api.get(f"{SITE}/experiments").json()["experiments"]
    assert (experiment["name"], experiment["planned"], experiment["started"]) == ("Green button", 2, "2026-03-01")
    assert [(v["key"], v["name"]) for v in experiment["variants"]] == [("a", "Grey"), ("b", "Green")]
    (state,) = api.get(f"{SITE}/states").json()["states"]
    assert (state["key"], state["steps"]) == ("menu", ["click #menu"])


def test_the_heatmap_counts_the_clicks(api: httpx.Client) -> None:
    found = api.get(f"{SITE}/heatmap", params=MAP).json()
    assert (found["visitors"], found["views"]) == (4, 4)
    assert (found["account"]["received"], found["account"]["own"]) == (3, 3)
    (buy,) = found["elements"]
    assert (buy["path"], buy["name"], buy["clicks"], buy["visitors"], buy["of"]) == (PATHS[1], "Buy", 3, 3, 4)
    assert (buy["dead"], buy["rage"]) == (1, 0)


def test_the_reach_map_has_depths_and_times(api: httpx.Client) -> None:
    found = api.get(f"{SITE}/heatmap", params=MAP | {"kind": "scroll"}).json()
    assert (found["views"], found["anchored"]) == (4, 4)
    assert set(found["share"]) == {1.0}
    assert found["attention"] == pytest.approx([2.5] * 10 + [0.0] * 10)


def test_the_variants_are_compared(api: httpx.Client) -> None:
    found = api.get(f"{SITE}/compare", params=MAP | {"experiment": "button"}).json()
    (row,) = found["rows"]
    assert (row["a"], row["na"], row["b"], row["nb"]) == (2, 2, 1, 2)


def test_the_journey_is_measured(api: httpx.Client) -> None:
    found = api.get(f"{SITE}/journeys/buying/map", params=DAY).json()
    assert found["visitors"] == 4
    assert [(s["visitors"], s["went_on"], s["closed"]) for s in found["stages"]] == [(4, 2, 4), (2, 0, 2)]
    assert found["stages"][0]["median_ms"] == 60_000
    assert found["touchpoints"]["lamps"]["frustrated"] == pytest.approx(1 / 4)


def test_the_pages_have_their_visitors(api: httpx.Client) -> None:
    rows = api.get(f"{SITE}/pages", params=DAY).json()["pages"]
    assert [(row["page"], row["visitors"], row["clicks"]) for row in rows] == [(LAMPS, 4, 3), (BASKET, 2, 0)]


def test_the_picture_is_the_one_that_was_saved(api: httpx.Client) -> None:
    image = Image.open(BytesIO(api.get(f"{SITE}/heatmap", params=MAP | {"format": "png"}).content))
    assert image.size == (WIDTH, HEIGHT)
    assert image.convert("RGB").getpixel((5, 395)) == (255, 255, 255)
    red, green, blue = image.convert("RGB").getpixel((100, 120))
    assert not red == green == blue, "heat lies over the grey button"
