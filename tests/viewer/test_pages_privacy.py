"""The page of a site about privacy: limits with what they erase, and the erasure of one visitor with a receipt."""

from __future__ import annotations

import html
import re

from store.definitions import Definitions
from store.records import Site
from store.visitors import consented_visitor, owners_secret
from tests.viewer.client import Client
from tests.viewer.pages import csrf, post, words
from tests.waiting import until
from viewer.app import Viewer
from viewer.pages.privacy.page import visitor_number


def _path(site: Site) -> str:
    return f"/sites/{site.id}/privacy"


def test_a_shorter_limit_says_what_it_erases_and_waits_for_save(owner: Client, viewer: Viewer, shop: Site) -> None:
    shown = words(owner.get(_path(shop)).text)
    assert "Not saved yet" not in shown
    assert f"/oppose/{shop.key}" in shown
    path = f"{_path(shop)}?keep_views_days=30"
    page = owner.get(path).text
    rows = sum(
        int(viewer.store.rows(f"SELECT count() AS n FROM {table} WHERE site = 1")[0]["n"])
        for table in ("views", "scrolls", "touches", "points", "events")
    )
    assert f"{rows} entries are erased." in words(page)
    assert viewer.definitions.get(Site, shop.id).keep_views_days == 0
    assert "Not saved yet" not in words(owner.get(f"{_path(shop)}?keep_views_days=-5").text)


def test_a_visitor_is_counted_then_erased_and_the_receipt_is_complete(
    owner: Client, viewer: Viewer, shop: Site
) -> None:
    action = f"{_path(shop)}/visitor"
    name = f"{1:016x}"
    counted = owner.post(action, data={"csrf": csrf(owner.get(_path(shop)).text), "visitor": name}).text
    found = re.search(r"Erase \((\d+)\)", words(counted))
    assert found
    where = "FROM {} WHERE site = 1 AND visitor = 1"
    tables = ("views", "scrolls", "touches", "points", "events")

    def stored() -> int:
        return sum(int(viewer.store.rows(f"SELECT count() AS n {where.format(t)}")[0]["n"]) for t in tables)

    assert int(found[1]) == stored() > 0
    post(owner, action, _path(shop), visitor=name, do="erase")
    until(lambda: "complete: journal, tables and files" in words(owner.get(_path(shop)).text))
    assert stored() == 0


def test_an_id_of_the_owner_means_the_visitor_that_the_collector_stores(viewer: Viewer, shop: Site) -> None:
    secret = owners_secret(Definitions(viewer.store))
    assert visitor_number(secret, shop, "K-20418") == consented_visitor(secret, 1, "@K-20418")


def test_a_hostile_id_is_shown_as_text(owner: Client, shop: Site) -> None:
    hostile = '"><script>alert(1)</script>'
    data = {"csrf": csrf(owner.get(_path(shop)).text), "visitor": hostile}
    page = owner.post(f"{_path(shop)}/visitor", data=data).text
    assert hostile not in page
    assert html.escape(hostile) in page.replace("&#34;", "&quot;")


def test_without_sign_in_nothing_is_shown(anyone: Client, shop: Site) -> None:
    assert anyone.get(_path(shop)).status_code == 303


def test_limits_are_saved_and_bad_or_late_ones_are_refused(owner: Client, viewer: Viewer, shop: Site) -> None:
    token, version = csrf(owner.get(_path(shop)).text), viewer.definitions.get(Site, shop.id).version
    limits = {"keep_views_days": "36000", "keep_events_days": "0", "keep_pictures_days": "0"}
    for days in ("-5", "many", ""):
        bad = owner.post(_path(shop), data={"csrf": token, "version": version, **limits, "keep_views_days": days})
        assert bad.status_code == 422, days
    assert owner.post(_path(shop), data={"csrf": token, "version": version, **limits}).status_code == 303
    assert viewer.definitions.get(Site, shop.id).keep_views_days == 36000
    assert owner.post(_path(shop), data={"csrf": token, "version": version, **limits}).status_code == 409
