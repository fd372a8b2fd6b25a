"""The owner's team, earlier keys and countries, from the request to the journal."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from starlette.applications import Starlette

from collector.app import Collector, CollectorSettings
from collector.enrich.enrichment import is_staff
from collector.settings import SettingsError
from store.records import OldKey
from store.visitors import staff_mark
from tests.collector.batches import batch
from tests.collector.conftest import HEADERS, KEY, SITE, Sites, kept
from tests.collector.test_networks import geoip

Run = Callable[[Coroutine[Any, Any, Any]], Any]
OFFICE, HOME = "203.0.113.77", "198.51.100.7"


def sent(
    settings: CollectorSettings, run: Run, directory: Any, changes: dict[str, Any], *visits: tuple[str, dict[str, Any]]
) -> tuple[list[dict[str, Any]], Collector]:
    """Enrichments of visits (address, context), and the collector that took them."""
    collector = Collector(None, replace_settings(settings, changes), directory)
    app = Starlette(routes=collector.routes)

    async def work() -> None:
        await collector.start()
        transport = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://collector", headers=HEADERS) as client:
            for address, context in visits:
                made = batch()
                key = context.pop("key", KEY)
                made["ctx"] |= context
                body = json.dumps(made)
                answer = await client.post(f"/c/{key}", content=body, headers={"x-forwarded-for": address})
                assert answer.status_code == 204, answer.text
        await collector.stop()

    run(work())
    return [x for x, _ in kept(settings)], collector


def replace_settings(settings: CollectorSettings, changes: dict[str, Any]) -> CollectorSettings:
    return dataclasses.replace(settings, trusted_proxies=("127.0.0.1",), **changes)


def test_the_team_is_excluded_by_address(settings: CollectorSettings, run: Run) -> None:
    site = replace(SITE, staff_networks=("203.0.113.0/24",))
    found, _ = sent(settings, run, Sites(site), {}, (OFFICE, {}), (HOME, {}))
    assert [x["excluded"] for x in found] == [1, 0]
    written = b"".join(path.read_bytes() for path in settings.journal.rglob("*") if path.is_file())
    assert b"203.0.113" not in written


def test_the_team_is_excluded_by_a_consented_id(settings: CollectorSettings, run: Run) -> None:
    ann = {"consent": True, "id": "ann"}
    [first], _ = sent(settings, run, Sites(SITE), {}, (HOME, dict(ann)))
    assert first["excluded"] == 0
    # The mark under the secret of this collector, as the settings page makes it under the store's.
    mark = staff_mark(int(first["visitor"]))
    site = replace(SITE, staff_ids=(mark,))
    assert is_staff(site, HOME, int(first["visitor"]))
    assert not is_staff(site, HOME, int(first["visitor"]) + 1)
    assert not is_staff(site, HOME, None)  # without consent nobody is known


def test_an_earlier_key_works_and_is_counted(settings: CollectorSettings, run: Run) -> None:
    site = replace(SITE, old_keys=(OldKey("beforebefore", 4_000_000_000_000),))
    directory = Sites(site)
    directory.sites["beforebefore"] = site
    local = {"url": "http://localhost:3000/a"}
    found, collector = sent(settings, run, directory, {}, (HOME, {"key": "beforebefore"}), (HOME, {}), (HOME, local))
    assert len(found) == 3
    assert (collector.health(7).by_old_key, collector.health(7).of_tests) == (1, 1)


def test_countries_and_data_centres(settings: CollectorSettings, run: Run, tmp_path: Path) -> None:
    clouds = tmp_path / "clouds.txt"
    clouds.write_text("198.51.100.0/24\n")
    lists = {"geoip": geoip(tmp_path / "geo.mmdb"), "datacentres": clouds}
    found, _ = sent(settings, run, Sites(SITE), lists, (OFFICE, {}), (HOME, {}))
    assert [(x["country"], x["bot"]) for x in found] == [("FR", ""), ("", "datacentre")]


def test_a_missing_file_stops_the_start_with_a_message(settings: CollectorSettings, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"PARCOURS_GEOIP=.*away"):
        Collector(None, replace_settings(settings, {"geoip": tmp_path / "away"}), Sites(SITE))
    with pytest.raises(SettingsError, match=r"PARCOURS_DATACENTRES=.*away"):
        Collector(None, replace_settings(settings, {"datacentres": tmp_path / "away"}), Sites(SITE))
