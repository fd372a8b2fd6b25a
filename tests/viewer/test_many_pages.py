"""A site with 120,001 pages: its list and its gallery in parts, and the search in it. Thumbnails on one scale."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from aggregator.grids.scale import Scale
from bench.pages import add_pages, add_picture
from rules.page_group import add
from rules.site import add_site
from store.records import Site
from store.snapshots import new_id
from tests.aggregator.build import PAGE, insert
from tests.viewer import shop as shops
from tests.viewer.client import Client
from viewer.app import Viewer
from viewer.drawing import pictures
from viewer.pages.gallery.listing import SHOWN

DAYS = {"since": "2026-03-01", "until": "2026-03-03"}
PAGES = 120_001
MOST_SECONDS = 1.0
SLACK = 5  # the tests share their machine with others: the bench measures (bench/pages.py)


@pytest.fixture(scope="module")
def large(viewer: Viewer) -> Site:
    site = add_site(viewer.definitions, "Large", ["large.example"])
    add_pages(viewer.store, PAGES, int(site.id), "large.example/f/")
    rows = [{"page": f"large.example/caf%C3%A9/{n}", "view": 10**6 + n, "visitor": n} for n in range(1, 4)]
    insert(viewer.store, "views", [row | {"site": int(site.id)} for row in rows])
    add_picture(viewer.store, "large.example/f/77", int(site.id))
    return site


def test_the_list_of_pages_is_given_in_parts(api: Client, large: Site) -> None:
    pages = f"/api/v1/sites/{large.id}/pages"
    begun = time.perf_counter()
    first = api.get(pages, params=DAYS | {"limit": 3}).json()
    assert time.perf_counter() - begun < SLACK * MOST_SECONDS
    assert (first["total"], first["limit"], first["offset"], len(first["pages"])) == (PAGES + 3, 3, 0, 3)
    whole = api.get(pages, params=DAYS).json()["pages"]
    assert len(whole) == 500
    assert whole[:3] == first["pages"]
    assert api.get(pages, params=DAYS | {"limit": 2, "offset": 1}).json()["pages"] == whole[1:3]
    last = api.get(pages, params=DAYS | {"offset": PAGES}).json()
    assert (len(last["pages"]), last["total"]) == (3, PAGES + 3)
    assert api.get(pages, params=DAYS | {"offset": PAGES + 9}).json()["pages"] == []
    for wrong in ({"limit": 0}, {"limit": 501}, {"offset": -1}, {"offset": "x"}):
        assert api.get(pages, params=DAYS | wrong).status_code == 400


def test_the_list_of_pages_is_searched_by_address(api: Client, large: Site) -> None:
    def found(text: str) -> list[str]:
        listed = api.get(f"/api/v1/sites/{large.id}/pages", params=DAYS | {"search": text}).json()
        assert listed["total"] == len(listed["pages"])
        return sorted(row["path"] for row in listed["pages"])

    assert found("/F/12000") == ["/f/12000", "/f/120000"]
    assert found("café/") == found("caf%C3%A9/") == [f"/caf%C3%A9/{n}" for n in (1, 2, 3)]
    assert found("100%_'\\") == found("\u0000") == []


def test_the_gallery_shows_a_part_of_the_pages(owner: Client, large: Site) -> None:
    address = f"/sites/{large.id}/pages?since=2026-03-01&until=2026-03-03"
    begun = time.perf_counter()
    first = owner.get(address).text
    assert time.perf_counter() - begun < SLACK * MOST_SECONDS
    assert first.count("<article>") == SHOWN
    assert "120,004 pages" in first
    assert "1–60 of 120,004" in first
    assert 'rel="prev"' not in first
    later = linked(first, "next")
    second = owner.get(later).text
    assert "61–120 of 120,004" in second
    assert linked(second, "prev") == address
    assert set(re.findall(r"/f/\d+<", first)).isdisjoint(re.findall(r"/f/\d+<", second))
    last = owner.get(f"{address}&offset=120000").text
    assert last.count("<article>") == 4
    assert 'rel="next"' not in last


def test_the_gallery_searches_addresses_and_titles(owner: Client, large: Site) -> None:
    address = f"/sites/{large.id}/pages?since=2026-03-01&until=2026-03-03"
    found = owner.get(f"{address}&search=/f/1199").text
    assert found.count("<article>") == SHOWN
    assert "Found pages" in found
    assert "search=/f/1199" in linked(found, "next")
    assert owner.get(f"{address}&search=lamp").text.count("<article>") == 1  # the title of a picture
    nothing = owner.get(f"{address}&search=<b>", headers={"Accept-Language": "fr"}).text
    assert "Aucune page trouvée" in nothing
    assert "«\u202f&lt;b&gt;\u202f»" in nothing
    assert owner.get(f"{address}&offset=x").status_code == 400


def test_groups_of_a_large_site_are_counted_in_the_engine(owner: Client, viewer: Viewer, large: Site) -> None:
    groups = [add(viewer.definitions, large.id, {"name": f"G{n}", "pages": [f"/f/{n}*"]}) for n in range(9)]
    viewer.work.forget()
    try:
        begun = time.process_time()
        page = owner.get(f"/sites/{large.id}/pages?since=2026-03-01&until=2026-03-03").text
        assert time.process_time() - begun < SLACK * MOST_SECONDS
        assert "9 groups, 108,890 of 120,004 addresses in a group" in page
        ungrouped = owner.get(f"/sites/{large.id}/pages?since=2026-03-01&until=2026-03-03&show=ungrouped").text
        assert "11,114 pages" in ungrouped
    finally:
        for group in groups:
            viewer.definitions.delete(group)
        viewer.work.forget()


def linked(page: str, rel: str) -> str:
    """The address of the link to the previous or next part."""
    [address] = re.findall(rf'rel="{rel}" href="([^"]+)"', page)
    return unescape(address)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Scale]:
    """The scales of the thumbnails that were drawn."""
    scales: list[Scale] = []
    draw = pictures.thumbnail

    def counting(picture: bytes, width: int, grid: Any, scale: Scale, cell: int) -> bytes:
        scales.append(scale)
        return draw(picture, width, grid, scale, cell)

    monkeypatch.setattr("viewer.thumbnails.pictures.thumbnail", counting)
    return scales


def test_thumbnails_share_a_scale_and_are_kept_until_the_picture_changes(
    viewer: Viewer, shop: Site, owner: Client, drawn: list[Scale]
) -> None:
    number, quiet = int(shop.id), "shop.example/quiet"
    viewer.snapshots.save(shops.snapshot(shop.id, page=quiet), shops.page_layout(), shops.strips())
    insert(viewer.store, "views", [{"site": number, "page": quiet, "view": 5000 + n, "visitor": n} for n in range(30)])
    viewer.work.forget()
    gallery = owner.get(f"/sites/{shop.id}/pages?since=2026-03-01&until=2026-03-03").text
    assert "The thumbnails share one scale" in gallery
    thumbs = [unescape(address) for address in re.findall(r'src="([^"]+/thumb.webp[^"]+)" alt="" width="560"', gallery)]
    assert len(thumbs) == 2
    first = {address: owner.get(address) for address in thumbs}
    assert len(drawn) == 2
    assert drawn[0] == drawn[1]
    viewer.work.forget()
    for address, response in first.items():
        assert owner.get(address).content == response.content
        assert owner.get(address, headers={"If-None-Match": response.headers["etag"]}).status_code == 304
    assert len(drawn) == 2
    newer = replace(shops.snapshot(shop.id), id=new_id(), taken=shops.snapshot(shop.id).taken + 1)
    viewer.snapshots.save(newer, shops.page_layout(), shops.strips())
    viewer.work.forget()
    for address in thumbs:
        owner.get(address)
    assert len(drawn) == 3
    assert drawn[2] == drawn[0]
    viewer.snapshots.delete(newer)
    viewer.erasing._parts.erased()
    owner.get(thumbs[0])
    assert len(drawn) == 4
    assert PAGE in thumbs[0]
