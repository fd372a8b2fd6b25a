"""The owner's own people, left out by the id that the pages pass to parcours('identify', …): browser to table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from store.client import Store
from tests.machine import CHROMIUM_ARGS, HEADLESS
from tests.viewer.real_site import running_parcours, web_site
from tests.waiting import until
from viewer.app import Viewer

LONG = "a customer whose id is much longer than the sixty-four characters that are sent"


@pytest.mark.parametrize("name", ["ann@team.example", "客户 7", LONG[:64]])
def test_who_is_identified_by_a_listed_id_is_excluded(
    make_viewer: Callable[..., Viewer], module_store: Store, tmp_path: Path, name: str
) -> None:
    with (
        web_site() as web,
        running_parcours(make_viewer, module_store, tmp_path / "journal") as parcours,
        sync_playwright() as playwright,
    ):
        site = parcours.add(f"Shop of {name[:9]}", web, staff_ids=[name])
        web.put(f'<script src="{parcours.address}/parcours.js" data-site="{site.key}" data-consent></script>')
        browser = playwright.chromium.launch(executable_path=HEADLESS, args=CHROMIUM_ARGS)
        for who in (name, "somebody else"):
            page = browser.new_context().new_page()
            page.goto(web.address)
            page.evaluate("(id) => parcours('identify', id)", who)
            page.get_by_role("button").click()
            page.goto("about:blank")

        def excluded() -> list[int]:
            rows = module_store.rows(f"SELECT excluded FROM views FINAL WHERE site = {int(site.id)} ORDER BY excluded")
            return [int(row["excluded"]) for row in rows]

        until(lambda: len(excluded()) == 2)
        assert excluded() == [0, 1]
        browser.close()
