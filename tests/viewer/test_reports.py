"""Saved maps and reports: kept, edited, read, fixed, printed as one file."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from httpx import Response

from store.records import Site
from store.reports import Report, SavedMap
from tests.aggregator.build import PAGE, insert
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, csrf, words
from tests.viewer.test_pages_surveys import form_of, send
from viewer.app import Viewer

QUERY = {"page": PAGE, "since": "2026-03-01", "until": "2026-03-03"}
HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}'


@pytest.fixture(autouse=True)
def _nothing_kept(viewer: Viewer) -> Iterator[None]:
    yield
    for kind in (Report, SavedMap):
        for one in viewer.definitions.find(kind):
            viewer.definitions.delete(one)
    viewer.work.forget()


def kept(owner: Client, shop: Site, do: str, **fields: str) -> Response:
    """Keep the map of the shop with the page that a map leads to."""
    shown = owner.get(f"/sites/{shop.id}/heatmap?page={PAGE}&{DAYS}").text
    href = re.search(r'href="([^"]*/keep-map[^"]*)"', shown)
    assert href, "the map has no button that keeps it"
    page = owner.get(href[1].replace("&amp;", "&"))
    return owner.post(
        f"/sites/{shop.id}/keep-map", data={**form_of(page.text), "csrf": csrf(page.text), "do": do, **fields}
    )


def test_a_map_is_saved_renamed_opened_and_deleted(owner: Client, viewer: Viewer, shop: Site) -> None:
    assert kept(owner, shop, "save", name="Lamps, phones").status_code == 303
    assert kept(owner, shop, "save", name="Lamps, phones").status_code == 422
    listed = owner.get(f"/sites/{shop.id}/reports").text
    assert "Lamps, phones" in words(listed)
    href = re.search(r'<a href="([^"]*/heatmap\?[^"]*)"><b>Lamps, phones', listed)
    assert href
    query = parse_qs(urlsplit(href[1].replace("&amp;", "&")).query)
    assert query["page"] == [PAGE]
    assert query["since"] == ["2026-03-01"]
    change = {"csrf": csrf(listed), "map": "lamps-phones"}
    owner.post(f"/sites/{shop.id}/reports", data=change | {"do": "rename", "name": "Lamps"})
    assert viewer.definitions.get(SavedMap, "lamps-phones").name == "Lamps"
    assert owner.post(f"/sites/{shop.id}/reports", data=change | {"do": "rename", "name": ""}).status_code == 422
    owner.post(f"/sites/{shop.id}/reports", data=change | {"do": "delete"})
    assert viewer.definitions.find(SavedMap) == []


def made(owner: Client, shop: Site) -> str:
    """A report with a map and a text; the address of its form."""
    added = kept(owner, shop, "report", name="Basket")
    assert added.status_code == 303, words(added.text)
    edit = added.headers["location"]
    page = send(owner, edit, owner.get(edit), "text", lead="First.\n\nSecond.", part0_heading="One in two presses")
    saved = send(owner, edit, page, "save", part1_heading="What we do", part1_text="Mend it.")
    assert saved.status_code == 303, words(saved.text)
    return str(edit)


def test_a_report_is_read_with_its_maps_figures_and_texts(owner: Client, viewer: Viewer, shop: Site) -> None:
    made(owner, shop)
    stored = viewer.definitions.get(Report, "basket")
    assert {one.of: one.value for one in stored.parts[0].figures}["visitors"] == 60
    assert stored.parts[0].query["until"] == "2026-03-03"
    page = owner.get(f"/sites/{shop.id}/reports/basket").text
    read = words(page)
    for part in ("First.", "Second.", "One in two presses", "Figure 1.", "60", "Buy", "What we do", "Mend it.",
                 "1 March – 3 March 2026"):  # fmt: skip
        assert part in read, part
    assert "no longer those" not in read
    assert 'class="paper"' in page


def test_figures_that_no_longer_agree_are_marked_until_they_are_saved_again(owner: Client, viewer: Viewer,
                                                                           shop: Site) -> None:  # fmt: skip
    edit = made(owner, shop)
    late = shops._who(int(shop.id), 7_000)
    insert(viewer.store, "views", [late | {"clicks": 0}])
    insert(viewer.store, "touches", [late])
    viewer.work.forget()
    page = owner.get(f"/sites/{shop.id}/reports/basket")
    assert "visitors: then 60, now 61" in words(page.text)
    again = owner.post(edit, data={"csrf": csrf(page.text), "do": "again", "version": form_of(page.text)["version"]})
    assert again.status_code == 303
    assert "no longer those" not in words(owner.get(f"/sites/{shop.id}/reports/basket").text)
    viewer.store.command("ALTER TABLE views DELETE WHERE visitor = 7000 SETTINGS mutations_sync = 2")
    viewer.store.command("ALTER TABLE touches DELETE WHERE visitor = 7000 SETTINGS mutations_sync = 2")
    viewer.work.forget()


def test_parts_move_and_go(owner: Client, viewer: Viewer, shop: Site) -> None:
    edit = made(owner, shop)
    page = send(owner, edit, owner.get(edit), "up:1")
    assert form_of(page.text)["part0_heading"] == "What we do"
    page = send(owner, edit, page, "remove:0")
    send(owner, edit, page, "save")
    assert [one.kind for one in viewer.definitions.get(Report, "basket").parts] == ["map"]


def test_the_file_stands_alone_with_its_pictures(owner: Client, shop: Site) -> None:
    made(owner, shop)
    file = owner.get(f"/sites/{shop.id}/reports/basket/report.html")
    assert 'filename="basket.html"' in file.headers["content-disposition"]
    assert "embedded:" not in file.text
    assert "<script" not in file.text
    outside = re.findall(r'(?:src|href|action)="([^"]+)"', file.text)
    assert outside
    assert all(one.startswith(("data:image/", "#")) for one in outside), [one[:60] for one in outside]
    pictures = [base64.b64decode(one.partition(",")[2]) for one in outside if one.startswith("data:")]
    assert all(one[:4] in (b"RIFF", b"\x89PNG") for one in pictures)


def test_hostile_texts_are_shown_as_text(owner: Client, shop: Site) -> None:
    edit = made(owner, shop)
    typed = dict.fromkeys(("name", "lead", "part0_heading", "part0_text", "part1_text"), HOSTILE)
    assert send(owner, edit, owner.get(edit), "save", **typed).status_code == 303
    for path in ("reports", "reports/basket", "reports/basket/edit", "reports/basket/report.html"):
        page = owner.get(f"/sites/{shop.id}/{path}")
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "49" not in page.text.partition("<h1")[2].partition("</h1>")[0]


def test_faults_conflicts_and_what_does_not_exist(owner: Client, viewer: Viewer, shop: Site) -> None:
    edit = made(owner, shop)
    before = owner.get(edit)
    assert send(owner, edit, before, "save", name="").status_code == 422
    assert send(owner, edit, before, "save", name="Basket").status_code == 303
    late = send(owner, edit, before, "save", name="Mine")
    assert late.status_code == 409
    assert form_of(late.text)["name"] == "Mine"
    gone = send(owner, edit, owner.get(edit), "save", part0_query=json.dumps({"page": "shop.example/nowhere"}))
    assert gone.status_code in (404, 422)
    assert form_of(gone.text)["part0_heading"] == "One in two presses"
    for path in ("reports/nothing", "reports/nothing/edit", "reports/nothing/report.html"):
        assert owner.get(f"/sites/{shop.id}/{path}").status_code == 404


def test_reports_by_the_api_have_the_figures_of_their_maps(api: Client, shop: Site) -> None:
    root = f"/api/v1/sites/{shop.id}"
    saved = api.post(f"{root}/saved_maps", json={"name": "Lamps", "query": QUERY})
    assert saved.status_code == 201, saved.text
    assert api.post(f"{root}/saved_maps", json={"name": "None", "query": {}}).status_code == 422
    parts = [{"kind": "map", "heading": "Here", "query": QUERY}, {"kind": "text", "text": "So."}]
    report = api.post(f"{root}/reports", json={"name": "By API", "parts": parts})
    assert report.status_code == 201, report.text
    figures = {one["of"]: one["value"] for one in report.json()["parts"][0]["figures"]}
    shown = api.get(f"{root}/heatmap?page={PAGE}&{DAYS}").json()
    assert figures["visitors"] == shown["visitors"] == 60
    assert figures["drawn"] == shown["account"]["drawn"]
    assert api.post(f"{root}/reports", json={"name": "x", "parts": [{"kind": "text", "query": QUERY}]}
                        ).status_code == 422  # fmt: skip
    assert api.delete(f"{root}/reports/by-api").status_code == 200


def test_a_report_is_shared_by_a_link_that_opens_nothing_else(
    owner: Client, anyone: Client, viewer: Viewer, shop: Site
) -> None:
    made(owner, shop)
    here = f"/sites/{shop.id}/reports/basket?share=1"
    panel = owner.get(here)
    assert "Share this report" in words(panel.text)
    fields = {"csrf": csrf(panel.text), "do": "make", "kind": "report", "target": "basket", "back": here}
    assert owner.post(f"/sites/{shop.id}/shares", data=fields).status_code == 303
    found = re.search(r'id="new-link">http://testserver(/s/[\w-]+)<', owner.get(here).text)
    assert found
    page = anyone.get(found[1])
    assert page.status_code == 200
    assert "One in two presses" in words(page.text)
    assert "noindex" in page.headers["x-robots-tag"]
    addresses = re.findall(r'(?:href|src|action)="([^"]+)"', page.text)
    assert all(one.startswith(("/static/", "#", f"{found[1]}/0/")) for one in addresses), addresses
    for address in addresses:
        if address.startswith("/s/"):
            assert anyone.get(address).headers["content-type"].startswith("image/")
    for path in (f"{found[1]}/1/page/0", f"{found[1]}/9/heat/0", f"{found[1]}/0/heat/0?width=390"):
        assert anyone.get(path).status_code == 404, path
    other = owner.post(f"/sites/{shop.id}/shares", data=fields | {"target": "nothing", "csrf": csrf(panel.text)})
    assert other.status_code == 404
    viewer.definitions.delete(viewer.definitions.get(Report, "basket"))
    viewer.work.forget()
    assert anyone.get(found[1]).status_code == 410
