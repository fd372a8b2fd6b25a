"""Sites: added, changed, their team and their key."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from html import unescape

from store.records import Site
from tests.aggregator.build import insert
from tests.viewer.client import Client
from tests.viewer.pages import post, words
from viewer.app import Viewer


def test_a_site_is_added_and_waits(owner: Client, viewer: Viewer) -> None:
    answer = post(owner, "/sites/new", name="Journal", domains="journal.example\n*.journal.example")
    where = answer.headers["location"]  # type: ignore[attr-defined]
    page = owner.get(where).text
    site = viewer.definitions.find(Site, name="Journal")[0]
    assert site.domains == ("journal.example", "*.journal.example")
    assert f'data-site="{site.key}"' in unescape(page)
    assert "Waiting for the first view" in words(page)
    assert "Nothing received so far" in words(owner.get(f"{where}/pages").text)
    assert "Journal" in words(owner.get("/sites").text)


def test_a_domain_is_stored_in_ascii_and_shown_as_typed(owner: Client, viewer: Viewer) -> None:
    typed = "Müller.example.\n*.bücher.example:8001"
    where = post(owner, "/sites/new", name="Müller", domains=typed).headers["location"]
    site = viewer.definitions.find(Site, name="Müller")[0]
    assert site.domains == ("xn--mller-kva.example", "*.xn--bcher-kva.example:8001")
    assert "müller.example answers" in words(owner.get(where).text)
    page = owner.get(f"{where}/settings").text
    assert "müller.example\n*.bücher.example:8001</textarea>" in unescape(page)


def test_a_rejected_site_keeps_what_was_typed(owner: Client) -> None:
    answer = post(owner, "/sites/new", name="Broken", domains="not a domain")
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert 'value="Broken"' in answer.text  # type: ignore[attr-defined]
    assert "“not a domain” is not a domain" in words(answer.text)  # type: ignore[attr-defined]


def test_domains_are_changed_unless_somebody_else_changed_them_first(owner: Client, viewer: Viewer) -> None:
    post(owner, "/sites/new", name="Mover", domains="a.example")
    site = viewer.definitions.find(Site, name="Mover")[0]
    fields = {"name": "Mover", "domains": "b.example", "version": str(site.version)}
    answer = post(owner, f"/sites/{site.id}/settings", **fields)
    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert viewer.definitions.get(Site, site.id).domains == ("b.example",)
    late = post(owner, f"/sites/{site.id}/settings", **(fields | {"domains": "c.example"}))
    assert late.status_code == 409  # type: ignore[attr-defined]
    assert "c.example" in late.text  # type: ignore[attr-defined]
    assert viewer.definitions.get(Site, site.id).domains == ("b.example",)


def test_the_team_and_the_key_of_a_site(viewer: Viewer, owner: Client, shop: Site) -> None:
    at = f"/sites/{shop.id}/settings"
    stored = viewer.definitions.get(Site, shop.id)
    form = {"name": stored.name, "domains": "\n".join(stored.domains), "version": str(stored.version)}
    wrong = post(owner, at, at, **form, staff_networks="the office")
    assert wrong.status_code == 422
    assert "“the office” is not an IP address" in words(wrong.text)
    assert "other people's sites" in words(post(owner, at, at, **{**form, "domains": "*.co.uk"}).text)
    assert post(owner, at, at, **form, staff_networks="203.0.113.7/24", staff_ids="ann").status_code == 303
    changed = viewer.definitions.get(Site, shop.id)
    assert changed.staff_networks == ("203.0.113.0/24",)
    assert changed.staff_ids[0].startswith("#")
    page = owner.get(at).text
    assert changed.staff_ids[0] in page
    assert "javascript:parcours(" in unescape(page)
    assert post(owner, f"/sites/{shop.id}/rotate-key", at).headers["location"] == f"{at}?rotated=1#key"
    rotated = viewer.definitions.get(Site, shop.id)
    assert rotated.old_keys[0].key == changed.key
    assert rotated.staff_ids == changed.staff_ids
    assert f"{changed.key} works until" in words(owner.get(at).text)


def test_errors_of_the_script_are_on_the_page_of_the_site(viewer: Viewer, owner: Client) -> None:
    post(owner, "/sites/new", name="Faulty", domains="faulty.example")
    site = viewer.definitions.find(Site, name="Faulty")[0]
    assert "The script on your pages has met" not in words(owner.get(f"/sites/{site.id}/settings").text)
    now = int(time.time() * 1000)
    insert(viewer.store, "views", [{"site": int(site.id), "err": 7, "time": now, "day": datetime.now(UTC).date()}])
    assert "met 7 errors in the last 28 days" in words(owner.get(f"/sites/{site.id}/settings").text)
