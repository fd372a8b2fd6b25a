"""The page of a site about privacy: limits with what they erase, and the erasure of one visitor with a receipt."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from rules.site import add_site
from store.definitions import Definitions
from store.records import Site
from store.visitors import consented_visitor, owners_secret
from tests.aggregator.build import NOON, insert
from tests.viewer.client import Client
from tests.viewer.pages import csrf, post, words
from tests.waiting import until
from viewer.app import Viewer
from viewer.pages.frame.help_text import help_table
from viewer.pages.privacy.modes import MODES
from viewer.pages.privacy.page import visitor_number

MakeSite = Callable[[str, int], Site]


@pytest.fixture
def make_site(viewer: Viewer) -> MakeSite:
    """A site with a view of each of some visitors, on 2 March 2026."""

    def make(name: str, visitors: int) -> Site:
        site = add_site(viewer.definitions, name, ["shop.example"])
        who = [{"site": int(site.id), "view": n, "visitor": 500 + n, "time": NOON} for n in range(visitors)]
        for table in ("views", "touches") if who else ():
            insert(viewer.store, table, who)
        return site

    return make


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


def test_counts_only_says_what_is_lost_and_waits_for_save(owner: Client, viewer: Viewer, make_site: MakeSite) -> None:
    site = make_site("Turned", 5)
    path = _path(site)
    assert "Not saved yet" not in words(owner.get(path).text)
    page = words(owner.get(f"{path}?mode=counts&least_visitors=3").text)
    assert "Counts only instead of With consent, across days, counts from 3 visitors on." in page
    assert "10 entries about visitors are erased." in page  # a view and a contact of each
    assert "5 views on 1 day are counted first; 0 of these days have fewer than 3 visitors" in page
    assert "Journeys, segments and comparisons of the past are lost." in page
    few = words(owner.get(f"{path}?mode=counts").text)
    assert "5 views on 1 day are counted first; 1 of these days have fewer than 10 visitors" in few
    assert viewer.definitions.get(Site, site.id).mode == "with_consent"
    form = {"mode": "counts", "least_visitors": "3", "version": str(site.version)}
    post(owner, path, path, **form)
    assert viewer.definitions.get(Site, site.id).counts_only
    viewer.closing.work(datetime(2026, 3, 3, 12, tzinfo=UTC))
    counted = owner.get(f"/api/v1/sites/{site.id}/counts", params={"since": "2026-03-01", "until": "2026-03-03"})
    assert counted.json()["counts"]["visitors"] == 5
    later = words(owner.get(f"{path}?least_visitors=4").text)
    assert "The counts of 1 day are erased: they were made with a smaller number." in later
    until(lambda: "How many there were is not kept" in words(owner.get(path).text))


def test_a_wrong_mode_or_number_in_the_address_changes_nothing(owner: Client, make_site: MakeSite) -> None:
    site = make_site("Odd", 0)
    for query in ("mode=none", "least_visitors=1", "mode=counts%00", "least_visitors=99999999999", "least_visitors=²"):
        assert "Not saved yet" not in words(owner.get(f"{_path(site)}?{query}").text), query


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("code", ["en", "fr"])
def test_the_page_says_of_each_mode_what_the_docs_say(owner: Client, shop: Site, mode: str, code: str) -> None:
    page = html.unescape(owner.get(f"{_path(shop)}?mode={mode}&keep_views_days=396&lang={code}").text)
    rows = help_table(code, "privacy", "kept")
    assert len(rows) > 10
    months = {"en": "13 months", "fr": "13 mois"}[code]
    for what, made_of, who, *kept in rows:
        of_mode = kept[MODES.index(mode)].replace("`keep_views_days`", months)  # type: ignore[arg-type]
        of_mode = re.sub("`keep_(points|events)_days`", months, of_mode)
        of_mode = of_mode.replace("`keep_pictures_days`", {"en": "no limit", "fr": "sans limite"}[code])
        for cell in (what.strip("*"), made_of, who, of_mode):
            assert cell in page, cell
    owner.get(f"{_path(shop)}?lang=en")


def test_every_limit_of_the_table_is_a_setting() -> None:
    for code in ("en", "fr"):
        named = {name for row in help_table(code, "privacy", "kept") for name in re.findall("`([^`]+)`", " ".join(row))}
        assert named == {"keep_views_days", "keep_points_days", "keep_events_days", "keep_pictures_days"}
        assert named <= set(Site.__struct_fields__)
