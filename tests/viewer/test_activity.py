"""Who changed what: the page, the CSV file and the API, for owners and for others."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from rules.site import change
from store.activity import KINDS
from store.definitions import Definitions
from store.records import Site, User
from store.segments import Group, Segment
from tests.viewer.client import Client
from tests.viewer.pages import words
from viewer.activity import PAGE, months_before
from viewer.app import Viewer
from viewer.pages.activity.words import kind_name, thing_name
from viewer.pages.frame.languages import language

HOSTILE = "<script>alert(1)</script>"


def segment(site: Site, id: str, name: str) -> Segment:
    return Segment(id=id, site=site.id, name=name, tree=Group())


def of(client: Client, site: Site, query: str = "") -> str:
    page = client.get(f"/sites/{site.id}/activity{query}")
    assert page.status_code == 200, page.text
    return page.text


def test_a_change_is_said_in_words_with_a_link_to_the_thing(viewer: Viewer, owner: Client, site: Site) -> None:
    made = viewer.definitions.put(segment(site, "mail", "Post"), "anna")
    viewer.definitions.put(replace(made, name="Mail"), "shop@night.example")
    page = of(owner, site)
    assert "shop@night.example Renamed the segment “Mail” , which was called “Post”" in words(page)
    assert f'<a class="lnk" href="/sites/{site.id}/segments/mail">the segment “Mail”</a>' in page
    assert "anna Created the segment “Post”" in words(page)
    french = owner.get(f"/sites/{site.id}/activity", headers={"Accept-Language": "fr"})
    assert "A renommé le segment « Mail »" in words(french.text)


def test_a_thing_that_is_gone_has_no_link(viewer: Viewer, owner: Client, site: Site) -> None:
    viewer.definitions.delete(viewer.definitions.put(segment(site, "gone", "Gone"), "anna"), "anna")
    page = of(owner, site)
    assert "anna Deleted the segment “Gone”" in words(page)
    assert "segments/gone" not in page


def test_what_changed_of_a_site_is_named(viewer: Viewer, owner: Client, site: Site) -> None:
    stored = next(one for one in viewer.definitions.stored(Site) if one.id == site.id)
    change(viewer.definitions, stored, {"domains": ["night.example", "day.example"]}, "anna")
    assert "anna Changed the site “Night shop” Domains" in words(of(owner, site))


def test_roles_are_said_place_by_place(viewer: Viewer, owner: Client, site: Site, people: Callable[..., User]) -> None:
    people("anna", "viewer")
    owner.put(f"/api/v1/sites/{site.id}/people/anna", json={"role": "editor"}, headers=token(owner))
    found = words(of(owner, site, "?kind=user"))
    assert "odile Changed the roles of the account “anna” Night shop: Viewer → Editor" in found
    assert "Created the account “anna” Night shop: Viewer" in found


def token(client: Client) -> dict[str, str]:
    page = client.get("/account").text
    return {"X-CSRF-Token": page.partition('name="csrf" value="')[2].partition('"')[0]}


def test_hostile_text_is_shown_as_text(viewer: Viewer, owner: Client, site: Site) -> None:
    made = viewer.definitions.put(segment(site, "bad", HOSTILE), HOSTILE)
    viewer.definitions.put(replace(made, name="=1+1"), HOSTILE)
    page = of(owner, site)
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    rows = table(owner, site)
    assert rows[0]["name"] == "'=1+1"
    assert rows[1]["who"] == HOSTILE


def table(client: Client, site: Site, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/api/v1/sites/{site.id}/activity?format=csv{query}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_entries_are_filtered_by_person_and_kind(viewer: Viewer, owner: Client, site: Site) -> None:
    viewer.definitions.put(segment(site, "one", "One"), "anna")
    viewer.definitions.put(segment(site, "two", "Two"), "bob")
    found = words(of(owner, site, "?who=anna"))
    assert "the segment “One”" in found
    assert "the segment “Two”" not in found
    assert "No entry" in words(of(owner, site, "?who=anna&kind=journey"))
    assert {row["who"] for row in table(owner, site, "&who=bob")} == {"bob"}
    wrong = owner.get(f"/api/v1/sites/{site.id}/activity?kind=outbox")
    assert wrong.status_code == 400
    assert "kind" in wrong.json()["error"]["message"]


def test_others_see_what_concerns_their_sites(
    viewer: Viewer, site: Site, shop: Site, people: Callable[..., User], browser_of: Callable[..., Client]
) -> None:
    viewer.definitions.put(segment(site, "here", "Here"), "anna")
    viewer.definitions.put(segment(shop, "there", "There"), "anna")
    reader = browser_of(people("reader", "viewer"))
    own = words(of(reader, site))
    assert "the segment “Here”" in own
    assert "the account" not in own.replace("the account menu", "")
    every = reader.get("/api/v1/activity").json()["activity"]
    assert {tuple(one["sites"]) for one in every} == {(site.id,)}
    assert "user" not in {one["kind"] for one in every}
    assert reader.get(f"/sites/{shop.id}/activity").status_code == 404
    head = browser_of(people("head", "owner"))
    kinds = {one["kind"] for one in head.get("/api/v1/activity").json()["activity"]}
    assert "user" in kinds
    assert "token" not in kinds


def test_the_bar_of_settings_shows_what_a_role_may_open(
    site: Site, people: Callable[..., User], browser_of: Callable[..., Client]
) -> None:
    for role, shown in (("viewer", False), ("editor", False), ("owner", True)):
        client = browser_of(people(f"some-{role}", role))
        page = of(client, site)
        assert (f'href="/sites/{site.id}/people"' in page) is shown
        bar = page.partition('<nav class="seg" aria-label="Settings">')[2].partition("</nav>")[0]
        for path in bar.split('href="')[1:]:
            assert client.get(path.partition('"')[0]).status_code == 200


def test_an_export_is_recorded(api: Client, owner: Client, shop: Site) -> None:
    assert api.get(f"/api/v1/sites/{shop.id}/export?table=points&format=csv&days=3").status_code == 200
    found = words(of(owner, shop, "?kind=access_event"))
    assert "command line Exported stored data: points.csv" in found


def test_ten_thousand_entries_have_pages(viewer: Viewer, owner: Client, site: Site) -> None:
    n, now = 10_000, int(time.time() * 1000)
    viewer.store.insert(
        "definitions",
        {
            "kind": ["segment"] * n,
            "id": [f"many-{one}" for one in range(n)],
            "version": [1] * n,
            "time": [now - 60_000 - one for one in range(n)],
            "author": ["machine"] * n,
            "deleted": [0] * n,
            "json": [f'{{"site":"{site.id}","name":"Many {one}"}}' for one in range(n)],
            "nonce": [str(one) for one in range(n)],
        },
    )
    first = of(owner, site, "?who=machine")
    assert f"1 to {PAGE} of 10,000 entries" in words(first)
    assert "“Many 0”" in first
    last = of(owner, site, f"?who=machine&part={n // PAGE}")
    assert "“Many 9999”" in last
    assert 'rel="next"' not in last
    assert len(table(owner, site, "&who=machine")) == n
    viewer.store.command("ALTER TABLE definitions DELETE WHERE author = 'machine' SETTINGS mutations_sync = 2")


def test_every_kind_has_words() -> None:
    english = language("en")
    for kind in KINDS:
        assert kind_name(english, kind) != kind
        if kind not in ("access_event", "two_factor", "sign_in_policy"):
            assert thing_name(english, kind, "") != kind


@pytest.mark.parametrize(
    ("day", "expected"), [("2026-12-01", "2025-11-01"), ("2026-03-31", "2025-02-28"), ("2026-01-15", "2024-12-15")]
)
def test_thirteen_months_are_calendar_months(day: str, expected: str) -> None:
    ms = months_before(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp(), 13)
    assert datetime.fromtimestamp(ms / 1000, UTC).date().isoformat() == expected


def test_what_an_erased_site_had_is_no_entry(viewer: Viewer, owner: Client, site: Site) -> None:
    viewer.definitions.put(segment(site, "erased", "Mail"), "anna")
    Definitions(viewer.store).blank([Segment], site.id, "odile")
    assert "“Mail”" not in of(owner, site, "?kind=segment&who=odile")
