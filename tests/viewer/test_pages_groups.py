"""The form of a page group, with its tester; suggestions that are declined."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from rules.page_group import add, declined
from store.page_groups import PageGroup
from store.records import Site
from tests.aggregator.build import insert
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import post, words
from viewer.app import Viewer
from viewer.pages.groups.form import GroupForm


@pytest.fixture(scope="module")
def visited(viewer: Viewer, shop: Site) -> str:
    """Addresses of today: eight letters, two guides, with their visitors. A letter has a picture."""
    pages = {f"shop.example/letters/{n}": n for n in range(1, 9)}
    pages |= {"shop.example/guide": 2, "shop.example/letters/guide": 3}
    now = {"site": int(shop.id), "time": int(time.time() * 1000)}
    views = [now | {"page": page, "view": 5000 + 100 * n + v, "visitor": v}
             for n, (page, visitors) in enumerate(pages.items()) for v in range(visitors)]  # fmt: skip
    insert(viewer.store, "views", views)
    viewer.snapshots.save(shops.snapshot(shop.id, page="shop.example/letters/7"), shops.page_layout(), shops.strips())
    return f"/sites/{shop.id}/groups"


@pytest.fixture
def letters(viewer: Viewer, shop: Site) -> Iterator[PageGroup]:
    made = add(viewer.definitions, shop.id, {"name": "Letters", "pages": ["/letters/*"]})
    viewer.work.forget()
    yield made
    for one in viewer.definitions.find(PageGroup, site=shop.id):
        viewer.definitions.delete(one)
    viewer.work.forget()


def form(**fields: Any) -> dict[str, Any]:
    return {"name": "Letters", "pages": "/letters/*", "without": "", "picture_of": "", "version": "1", **fields}


def test_a_group_is_made_by_the_form_and_drawn_on_the_picture_of_its_busiest_page(
    owner: Client, viewer: Viewer, shop: Site, visited: str
) -> None:
    page = owner.get(f"{visited}/new?name=Letters&pages=/letters/*")
    assert page.status_code == 200
    assert '<option value="shop.example/letters/7" selected>' in page.text
    assert "9 addresses, 8 visitors" in words(page.text)
    made = post(owner, f"{visited}/new", **form(do="save", version="0", picture_of="shop.example/letters/7"))
    assert made.status_code == 303  # type: ignore[attr-defined]
    (group,) = viewer.definitions.find(PageGroup, site=shop.id)
    assert (group.key, group.pages, group.picture_of) == ("letters", ("/letters/*",), "shop.example/letters/7")
    deleted = post(owner, f"{visited}/letters/edit", do="delete")
    assert deleted.status_code == 303  # type: ignore[attr-defined]
    assert viewer.definitions.find(PageGroup, site=shop.id) == []


def test_the_tester_shows_what_a_change_would_do_without_saving_it(
    owner: Client, viewer: Viewer, shop: Site, visited: str, letters: PageGroup
) -> None:
    add(viewer.definitions, shop.id, {"name": "Guides", "pages": ["**/guide"]})
    changed = form(pages="/letters/*\n/guide", without="/letters/1", **{"try": "shop.example/letters/2?utm_source=x"})
    page = post(owner, f"{visited}/letters/edit", **changed)
    shown = words(page.text)  # type: ignore[attr-defined]
    assert page.status_code == 200  # type: ignore[attr-defined]
    assert "changed and not saved" in shown
    assert "✓ Fits, as /letters/2 by /letters/*" in shown
    for tally in ("Fit as saved 9 addresses, 8 visitors", "New with this change +1 address, 2 visitors",
                  "Fall out −1 address, 1 visitor", "Also in another group 2 addresses, 3 visitors"):  # fmt: skip
        assert tally in shown, tally
    assert "/guide 2 in 2 groups by /guide , also in Guides **/guide" in shown
    assert "/letters/1 1 − out by not /letters/1 , so it falls out" in shown
    assert "2 addresses are in another group too" in shown
    assert viewer.definitions.find(PageGroup, key="letters")[0].pages == ("/letters/*",)
    left = post(owner, f"{visited}/letters/edit", **changed, leave="/guide")
    assert "/letters/1\n/guide</textarea>" in left.text  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"pages": "/nothing/*"}, "No address of the last 28 days fits."),
        ({"pages": "/**"}, "Every address of the site fits"),
        ({"pages": "nonsense"}, "Fall out −9 addresses"),  # what cannot be read is left out of the test
        ({"try": "ftp://shop.example/"}, "This is not an address"),
        ({"try": "/letters/9"}, "Fits, as /letters/9"),
        ({"try": "/basket"}, "✗ Does not fit, as /basket"),
        ({"without": "/letters/2", "try": "/letters/2"}, "it is left out, as /letters/2 by not /letters/2"),
        ({"list": "ungrouped"}, "/guide 2"),
        ({"list": "all", "find": "LETTERS/8"}, "/letters/8 8"),
        ({"list": "all", "find": "nowhere"}, "No address."),
    ],
)
def test_the_tester_answers(
    owner: Client, visited: str, letters: PageGroup, fields: dict[str, str], shown: str
) -> None:
    page = post(owner, f"{visited}/letters/edit", **form(**fields))
    assert shown in words(page.text)  # type: ignore[attr-defined]


def test_faults_are_shown_beside_their_fields_in_both_languages(
    owner: Client, visited: str, letters: PageGroup
) -> None:
    bad = form(do="save", name="", pages="lamps\n/" + "*a" * 21)
    page = post(owner, f"{visited}/letters/edit", **bad)
    assert page.status_code == 422  # type: ignore[attr-defined]
    for said in (
        "A group needs a name",
        "“lamps” is not a pattern of addresses",
        "at most 20 wildcards; this one has 21",
    ):
        assert said in words(page.text)  # type: ignore[attr-defined]
    french = post(owner, f"{visited}/letters/edit?lang=fr", **bad)
    assert "n’est pas un motif d’adresses" in words(french.text)  # type: ignore[attr-defined]
    owner.get("/account?lang=en")
    taken = post(owner, f"{visited}/new", **form(do="save", version="0"))
    assert "There is already a group with this name" in words(taken.text)  # type: ignore[attr-defined]
    late = post(owner, f"{visited}/letters/edit", **form(do="save", version="7"))
    assert late.status_code == 409  # type: ignore[attr-defined]


def test_a_group_that_is_gone_or_another_sites_has_no_form(owner: Client, visited: str) -> None:
    gone = owner.get(f"{visited}/letters/edit")
    assert gone.status_code == 404


def test_a_suggestion_is_declined_until_all_are_asked_for_again(
    owner: Client, viewer: Viewer, shop: Site, visited: str
) -> None:
    assert post(owner, f"{visited}/declined", pattern="/letters/*").status_code == 303  # type: ignore[attr-defined]
    assert declined(viewer.definitions, shop.id) == ("/letters/*",)
    assert post(owner, f"{visited}/declined", pattern="nonsense").status_code == 422  # type: ignore[attr-defined]
    assert post(owner, f"{visited}/declined", do="again").status_code == 303  # type: ignore[attr-defined]
    assert declined(viewer.definitions, shop.id) == ()


def test_what_is_typed_becomes_patterns_that_can_be_read() -> None:
    typed = GroupForm(pages="/a/*\nnonsense\n\n/b", without="/a/c\n!x")
    assert typed.patterns == ("/a/*", "/b", "!/a/c")
    assert typed.fields()["pages"] == ["/a/*", "nonsense", "/b"]
