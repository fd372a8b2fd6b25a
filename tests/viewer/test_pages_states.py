"""States on the pages: defined in a form, tried, chosen on the map."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from store.client import Store
from store.layouts import path_key
from store.records import PageState, Site
from store.snapshots import Snapshots
from tests.aggregator.build import NOON, fp, insert, insert_elements, layout, record_id
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import DAYS, PASSWORD, csrf, post, words
from tests.viewer.shop import BUY, BUY_BOX, LINK
from viewer.app import Viewer

ENTRY = ("div#menu>a:1", fp(href="/a", text="Entry"))


@pytest.fixture(scope="module")
def reader(viewer: Viewer, shop: Site, portal: BlockingPortal) -> Client:
    viewer.users.add("rita", PASSWORD, "viewer")
    return _signed_in(viewer, portal, "rita")


def _signed_in(viewer: Viewer, portal: BlockingPortal, name: str) -> Client:
    client = Client(portal, viewer.asgi, BASE, {"Accept": "text/html", "Accept-Language": "en"})
    form = {"csrf": csrf(client.get("/sign-in").text), "name": name, "password": PASSWORD, "next": "/sites"}
    assert client.post("/sign-in", data=form).status_code == 303
    return client


@pytest.fixture
def menu(viewer: Viewer, shop: Site) -> Iterator[PageState]:
    """A state of /lamps, without a picture yet."""
    state = PageState(
        id=f"{shop.id}.menu", site=shop.id, key="menu", name="Menu", pages=("/lamps",), steps=("click #menu",)
    )
    stored = viewer.definitions.put(state)
    viewer.work.forget()
    yield stored
    viewer.definitions.delete(viewer.definitions.get(PageState, stored.id))
    viewer.work.forget()


@pytest.fixture(scope="module")
def opened(module_store: Store, shop: Site) -> None:
    """A picture of the menu, and seven visitors who pressed something in it."""
    shown = layout((*BUY, BUY_BOX), (*LINK, (0, 0, 10, 10)), (*ENTRY, (10, 10, 200, 40)), names={ENTRY[0]: "Entry"})
    Snapshots(module_store).save(shops.snapshot(shop.id, state="menu"), shown, shops.strips())
    on = {"key": path_key(ENTRY[0]), "record": record_id(*ENTRY), "page_h": 3000}
    rows = [{"site": int(shop.id), "view": v, "visitor": v, "time": NOON + v} | on for v in range(1, 8)]
    insert(module_store, "points", rows)
    insert_elements(module_store, [ENTRY])


def heatmap(site: Site, **query: str) -> str:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return f"/sites/{site.id}/heatmap?page=/lamps&{DAYS}{more}"


def form(**fields: Any) -> dict[str, Any]:
    usual = {"name": "Drawer", "pages": "/lamps", "steps": "click #drawer\n\nwait .open", "place": "1", "do": "save"}
    return usual | {"device": ["desktop", "tablet", "phone"]} | fields


# --- defining


def test_the_list_says_what_a_state_is(owner: Client, shop: Site) -> None:
    page = owner.get(f"/sites/{shop.id}/states").text
    assert "No state yet" in words(page)
    assert f'href="/sites/{shop.id}/states/new"' in page
    assert f'href="/sites/{shop.id}/states"' in owner.get(f"/sites/{shop.id}/pages").text


def test_a_state_can_be_created_changed_and_deleted_over_the_api(owner: Client, shop: Site, viewer: Viewer) -> None:
    root = f"/sites/{shop.id}/states"
    assert post(owner, f"{root}/new", **form()).headers["location"] == root
    stored = viewer.definitions.get(PageState, f"{shop.id}.drawer")
    assert (stored.name, stored.steps, stored.devices, stored.place) == (
        "Drawer", ("click #drawer", "wait .open"), (), 1,
    )  # fmt: skip
    listed = words(owner.get(root).text)
    assert "Drawer /lamps click #drawer wait .open All none yet" in listed
    page = owner.get(f"{root}/drawer/edit").text
    assert "click #drawer\nwait .open</textarea>" in page
    changed = form(name="Side", device=["phone"], first="1", version="1")
    assert post(owner, f"{root}/drawer/edit", **changed).status_code == 303
    stored = viewer.definitions.get(PageState, f"{shop.id}.drawer")
    assert (stored.key, stored.name, stored.devices, stored.first) == ("drawer", "Side", ("phone",), True)
    assert "Before every picture" in words(owner.get(root).text)
    late = post(owner, f"{root}/drawer/edit", **form(version="1"))
    assert late.status_code == 422
    assert "was changed by odile" in words(late.text)
    assert post(owner, f"{root}/drawer/edit", do="delete").headers["location"] == root
    assert "No state yet" in words(owner.get(root).text)


def test_the_same_name_twice_creates_two_states(owner: Client, shop: Site, viewer: Viewer) -> None:
    for _ in range(2):
        post(owner, f"/sites/{shop.id}/states/new", **form(name="Deux fenêtres"))
    keys = [s.key for s in viewer.definitions.find(PageState, site=shop.id)]
    assert keys == ["deux-fenetres", "deux-fenetres-2"]
    for key in keys:
        post(owner, f"/sites/{shop.id}/states/{key}/edit", do="delete")


@pytest.mark.parametrize(
    ("fields", "english", "french"),
    [
        ({"steps": "click #a\ntype #b"}, "Line 2: “type” would type into the page", "Ligne 2"),
        ({"steps": "clic #a"}, "Line 1: There is no step “clic”", "Il n’y a pas d’étape"),
        ({"steps": " "}, "needs at least one step", "au moins une étape"),
        ({"pages": " "}, "needs a name and at least one page", "au moins un motif"),
        ({"do": "try", "url": "https://shop.example/help"}, "not one of the pages of this state", "n’est pas une"),
    ],
)
def test_faults_of_a_state_are_worded_in_both_languages(
    owner: Client, shop: Site, viewer: Viewer, fields: dict[str, str], english: str, french: str
) -> None:
    for language, expected in (("en", english), ("fr", french)):
        token = csrf(owner.get("/account").text)
        answer = owner.post(f"/sites/{shop.id}/states/new?lang={language}", data={"csrf": token, **form(**fields)})
        assert answer.status_code == 422
        assert expected in words(answer.text)
        assert fields.get("pages", "/lamps").strip() in answer.text  # what was typed is still there
        assert fields.get("steps", "click #drawer").strip() in answer.text
    owner.get("/account?lang=en")
    for state in viewer.definitions.find(PageState, site=shop.id):
        viewer.definitions.delete(state)


def test_trying_takes_the_picture_and_shows_it_or_says_which_step_failed(
    owner: Client, shop: Site, viewer: Viewer
) -> None:
    root = f"/sites/{shop.id}/states"
    url = "https://shop.example/new"
    tried = post(owner, f"{root}/new", **form(pages="/new", do="try", url=url, device=["desktop"]))
    assert tried.status_code == 303, words(tried.text)
    follow = tried.headers["location"]
    assert f"next={root}/drawer/edit" in unescape(follow)
    _over(viewer, follow)
    assert "Drawer" in words(owner.get(follow).text)
    assert "1,366 px, " in words(owner.get(f"{root}/drawer/edit").text)
    assert "1,366 px" in words(owner.get(root).text)
    version = viewer.definitions.get(PageState, f"{shop.id}.drawer").version
    steps = form(pages="/new", steps="click #nowhere", do="try", url=url, version=str(version))
    follow = post(owner, f"{root}/drawer/edit", **steps).headers["location"]
    _over(viewer, follow)
    failed = owner.get(follow).text
    assert "Step 1 (click #nowhere): nothing on the page matches #nowhere after 10 s" in words(failed)
    assert 'name="state" value="drawer"' in failed  # to try it again
    french = words(owner.get(follow + "&lang=fr").text)
    assert "Étape 1 (click #nowhere) : rien sur la page ne correspond à #nowhere" in french
    assert "nothing on the page" not in french
    owner.get("/account?lang=en")
    post(owner, f"{root}/drawer/edit", do="delete")


def _over(viewer: Viewer, follow: str) -> None:
    for id in re.search(r"pictures/([\w-]+)", follow)[1].split("-"):  # type: ignore[index]
        viewer.jobs.wait(id, 30)


# --- on the map


def test_a_page_without_states_offers_to_define_one(owner: Client, reader: Client, shop: Site) -> None:
    page = owner.get(heatmap(shop)).text
    assert f'href="/sites/{shop.id}/states/new?page=shop.example/lamps"' in page
    assert "all states" not in page
    assert "Define a state" not in reader.get(heatmap(shop)).text
    form = owner.get(f"/sites/{shop.id}/states/new?page=shop.example/lamps").text
    assert 'value="https://shop.example/lamps"' in form


def test_a_state_without_a_picture_says_what_to_do(owner: Client, reader: Client, shop: Site, menu: PageState) -> None:
    page = owner.get(heatmap(shop, state="menu"))
    assert page.status_code == 200
    assert "No picture of “Menu” on /lamps yet" in words(page.text)
    assert '<input type="hidden" name="state" value="menu">' in page.text
    assert "Take the picture" not in words(reader.get(heatmap(shop, state="menu")).text)


def test_the_map_says_what_belongs_to_which_state(owner: Client, shop: Site, menu: PageState, opened: None) -> None:
    base = owner.get(heatmap(shop)).text
    assert "7 clicks were made in: Menu (7)" in words(base)
    link = next(
        unescape(href) for href in re.findall(r'href="([^"]+)"', base) if "state=menu" in href and "width" in href
    )
    assert "In “Menu” −7" in words(base)
    assert 'name="state" value="*"' in base
    state = owner.get(link).text
    assert "Entry" in words(state)
    assert "were made in" not in words(state)
    assert "On the page as it opens −45" in words(state)
    assert "state=menu" in unescape(re.search(r'class="heat"><img src="([^"]+)"', state)[1])  # type: ignore[index]
    heat = unescape(re.search(r'class="heat"><img src="([^"]+)"', state)[1])  # type: ignore[index]
    assert owner.get(heat).status_code == 200
    assert "dans : Menu (7)" in words(owner.get(heatmap(shop, lang="fr")).text)
    owner.get("/account?lang=en")


def test_reach_is_that_of_the_page_as_it_opens(owner: Client, shop: Site, menu: PageState, opened: None) -> None:
    refused = owner.get(heatmap(shop, kind="scroll", state="menu"))
    assert refused.status_code == 400
    assert "Reach is measured on the page as it opens" in words(refused.text)
    [repair] = re.findall(r'<a href="([^"]+)">Show the page as it opens<', refused.text)
    page = owner.get(unescape(repair)).text
    assert "Seen by" in words(page)
    assert "state=menu" not in page
    [reach] = re.findall(r'<a href="([^"]+)"[^>]*>Reach<', owner.get(heatmap(shop, state="menu")).text)
    assert "state" not in reach


def test_an_unknown_state_is_reported(owner: Client, shop: Site) -> None:
    answer = owner.get(heatmap(shop, state="nothing"))
    assert answer.status_code == 404
    assert "nothing" in words(answer.text)


def test_one_checkbox_takes_all_states(owner: Client, shop: Site, viewer: Viewer, menu: PageState) -> None:
    fields = {"url": "https://shop.example/lamps", "variant": "", "next": "/sites"}
    for state, expected in ((["*"], ["", "menu"]), (["menu"], ["menu"]), (["menu", "*"], ["", "menu"])):
        follow = post(owner, f"/sites/{shop.id}/pictures", **fields, state=state).headers["location"]
        ids = re.search(r"pictures/([\w-]+)", follow)[1].split("-")  # type: ignore[index]
        assert [viewer.jobs.get(id).request.recipe.state for id in ids] == expected  # type: ignore[union-attr]
        _over(viewer, follow)


# --- and over the API


def test_the_api_counts_the_points_of_each_state(api: Client, shop: Site, menu: PageState, opened: None) -> None:
    root = f"/api/v1/sites/{shop.id}/heatmap?page=/lamps&{DAYS}"
    base, state = api.get(root).json(), api.get(f"{root}&state=Menu").json()
    assert (base["states"], base["account"]["elsewhere"]) == ([{"state": "menu", "points": 7}], 7)
    assert (state["query"]["state"], state["snapshot"]["state"], state["account"]["drawn"]) == ("menu", "menu", 7)
    assert state["states"] == [{"state": "", "points": 45}]
    for found in (base, state):
        a = found["account"]
        parts = ("bots", "excluded", "outside", "elsewhere", "not_placed", "drawn")
        assert a["received"] == sum(a[part] for part in parts)
    refused = api.get(f"{root}&kind=scroll&state=menu")
    assert (refused.status_code, "as it opens" in refused.text) == (400, True)
    missing = api.get(f"{root}&state=none")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "no_snapshot")
    assert "in state 'none'" in missing.json()["error"]["message"]
