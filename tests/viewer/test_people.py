"""Who may see a site: roles, invitations, leaving. The last owner stays, whatever is asked at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from store.records import Site, SiteRole, User
from store.shares import Share
from store.two_factor import TwoFactor
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import PASSWORD, post, words
from tests.viewer.people import invite, roles_of, send
from viewer.access.members import Members
from viewer.access.person import Person
from viewer.app import Viewer
from viewer.http.errors import Problem

HOSTILE = "<script>alert(1)</script>"


def test_a_role_changes_at_once_and_can_be_taken_back(
    viewer: Viewer, owner: Client, site: Site, people: Callable[..., User], browser_of: Callable[..., Client]
) -> None:
    client = browser_of(people("anna", "editor"))
    assert client.get(f"/sites/{site.id}/goals/new").status_code == 200
    went = send(owner, site, do="role", person="anna", role="viewer").headers["location"]  # type: ignore[attr-defined]
    assert client.get(f"/sites/{site.id}/goals/new").status_code == 403
    page = owner.get(went).text
    assert "anna is now a viewer. Undo" in words(page)
    assert '<input type="hidden" name="role" value="editor">' in page
    send(owner, site, do="role", person="anna", role="editor")
    assert roles_of(viewer, site)["anna"] == "editor"
    assert "is now" not in owner.get(went).text  # what it would undo has changed meanwhile
    for fields, status in (({"person": "anna", "role": "king"}, 422), ({"person": "nobody", "role": "viewer"}, 404)):
        assert send(owner, site, do="role", **fields).status_code == status  # type: ignore[attr-defined]


def share(site: Site, id: str, by: str) -> Share:
    """A read-only link that works."""
    return Share(
        id=id, site=site.id, kind="map", query={"page": "/"}, ends="2099-01-01", until=4_070_908_800_000, by=by
    )


def test_links_go_on_working_unless_the_box_is_ticked(
    viewer: Viewer, owner: Client, site: Site, people: Callable[..., User]
) -> None:
    people("carl", "editor")
    viewer.definitions.put(share(site, "of-carl", "carl"), "carl")
    send(owner, site, do="remove", person="carl")
    assert not viewer.definitions.get(Share, "of-carl").revoked
    viewer.definitions.delete(viewer.definitions.get(Share, "of-carl"))


def test_the_table_says_who_was_here_where_and_with_two_factor_sign_in(
    viewer: Viewer, owner: Client, site: Site, people: Callable[..., User], browser_of: Callable[..., Client]
) -> None:
    browser_of(people("dora", "viewer"))
    people("emil", "viewer")
    viewer.definitions.put(TwoFactor(id="dora", sealed="x", since=1), "dora")
    try:
        page = words(owner.get(f"/sites/{site.id}/people").text)
        assert "Change On now 1 Remove" in page.partition("dora")[2]
        assert "Change Off – 0 Remove" in page.partition("emil")[2]
        assert "2 of 3 have no two-factor sign-in. Require it of everybody" in page
        viewer.open_sessions.end_all("dora", "dora")
        page = words(owner.get(f"/sites/{site.id}/people").text)
        assert "Change On now 0 Remove" in page.partition("dora")[2]  # last seen, if signed in no longer
    finally:
        viewer.definitions.delete(viewer.definitions.get(TwoFactor, "dora"))


def test_a_row_opens_and_says_what_removing_does(
    viewer: Viewer,
    owner: Client,
    site: Site,
    shop: Site,
    people: Callable[..., User],
    browser_of: Callable[..., Client],
) -> None:
    anna, bert = people("anna", "owner"), people("bert", "viewer", SiteRole(shop.id, "viewer"))
    client, other = browser_of(anna), browser_of(bert)
    link = invite(client, site)
    browser_of(anna)  # a second device
    for place in (site, shop):
        viewer.definitions.put(share(place, f"of-{place.id}", "anna"), "anna")
    asked = owner.get(f"/sites/{site.id}/people?remove=anna").text
    said = words(asked)
    assert "Remove anna? Signed out at once on 2 devices. The account is deleted: it has no other site." in said
    assert "1 read-only link this person made goes on working." in said
    assert "1 invitation this person made goes on working." in said
    assert "Also revoke the 1 link" in said
    send(owner, site, do="remove", person="anna", invitations="1", links="1")
    revoked = {one.site: bool(one.revoked) for one in viewer.definitions.find(Share, by="anna")}
    assert revoked == {site.id: True, shop.id: False}  # that of the other site is not this owner's business
    assert client.get(f"/sites/{site.id}").headers["location"].startswith("/sign-in")
    assert browser_of().get(link).status_code == 410
    assert "The role on 1 other site stays." in words(owner.get(f"/sites/{site.id}/people?remove=bert").text)
    send(owner, site, do="remove", person="bert")
    assert other.get(f"/sites/{site.id}").status_code == 404
    assert other.get(f"/sites/{shop.id}").status_code == 200


def test_an_owner_of_one_site_cannot_lower_a_role_on_every_site(
    viewer: Viewer, owner: Client, site: Site, people: Callable[..., User], browser_of: Callable[..., Client]
) -> None:
    client = browser_of(people("anna", "owner"))
    viewer.definitions.put(User(id="bert", password="no hash", role="editor"))
    for fields in ({"do": "role", "person": "bert", "role": "viewer"}, {"do": "remove", "person": "bert"}):
        answer = send(client, site, **fields)
        assert answer.status_code == 403  # type: ignore[attr-defined]
        assert "Only an owner of the whole installation" in words(answer.text)  # type: ignore[attr-defined]
    send(client, site, do="role", person="bert", role="owner")
    bert = viewer.definitions.get(User, "bert")
    assert (bert.role, bert.sites) == ("editor", (SiteRole(site.id, "owner"),))
    for person in ("odile", "anna"):
        assert f'aria-label="Remove {person}"' not in client.get(f"/sites/{site.id}/people").text
    send(owner, site, do="role", person="bert", role="viewer")
    assert viewer.definitions.get(User, "bert").role == "viewer"


def test_people_are_for_owners(
    site: Site, shop: Site, people: Callable[..., User], browser_of: Callable[..., Client]
) -> None:
    client = browser_of(people("anna", "editor"))
    assert client.get(f"/sites/{site.id}/people").status_code == 403
    assert send(client, site, do="role", person="anna", role="owner").status_code == 403  # type: ignore[attr-defined]
    assert client.get(f"/sites/{shop.id}/people").status_code == 404


def test_leaving_a_site(
    viewer: Viewer, site: Site, shop: Site, people: Callable[..., User], browser_of: Callable[..., Client]
) -> None:
    client = browser_of(people("anna", "viewer", SiteRole(shop.id, "editor")))
    account = client.get("/account").text
    assert f"/account/leave?site={site.id}" in account
    assert "Leave Night shop?" in words(client.get(f"/account/leave?site={site.id}").text)
    assert post(client, "/account/leave", site=site.id).headers["location"] == "/account"  # type: ignore[attr-defined]
    assert client.get(f"/sites/{site.id}").status_code == 404
    assert client.get(f"/account/leave?site={site.id}").status_code == 404
    last = post(client, "/account/leave", site=shop.id)
    assert last.headers["location"] == "/sign-in"  # type: ignore[attr-defined]
    assert viewer.users.get("anna") is None
    assert client.get("/account").status_code == 303


@pytest.fixture
def ownerless(viewer: Viewer, owner: Client) -> Iterator[None]:
    """Nobody owns every site, so that a site's own owners are its only ones."""
    odile = viewer.definitions.get(User, "odile")
    viewer.definitions.put(replace(odile, role="viewer"))
    viewer.work.forget()
    yield
    viewer.definitions.put(replace(viewer.definitions.get(User, "odile"), role="owner"))
    viewer.work.forget()


def test_the_last_owner_of_a_site_chooses_another_before_leaving(
    viewer: Viewer, ownerless: None, site: Site, people: Callable[..., User], browser_of: Callable[..., Client]
) -> None:
    anna = people("anna", "owner")
    people("bert", "viewer")
    client = browser_of(anna)
    page = client.get(f"/sites/{site.id}/people").text
    assert "the only owner: name another before you leave" in words(page)
    assert "Role of anna" not in page
    refused = post(client, "/account/leave", site=site.id)
    assert refused.status_code == 409  # type: ignore[attr-defined]
    assert "Choose who becomes owner, then leave." in words(refused.text)  # type: ignore[attr-defined]
    assert post(client, "/account/leave", site=site.id, heir="stranger").status_code == 404  # type: ignore[attr-defined]
    left = post(client, "/account/leave", site=site.id, heir="bert")
    assert left.headers["location"] == "/sign-in"  # type: ignore[attr-defined]
    assert roles_of(viewer, site) == {"bert": "owner", "odile": "viewer"}


@pytest.mark.parametrize("change", ["demote", "remove", "leave"])
def test_two_last_owners_who_go_at_the_same_time_leave_one(
    viewer: Viewer, ownerless: None, site: Site, people: Callable[..., User], change: str
) -> None:
    people("anna", "owner")
    people("bert", "owner")
    processes = {"anna": Members(viewer.definitions), "bert": Members(viewer.definitions)}  # they share no lock

    def go(name: str) -> int:
        by, members = Person(name, ""), processes[name]
        try:
            if change == "demote":
                members.set_role(site, name, "viewer", by)
            elif change == "remove":
                members.remove(site, name, by)
            else:
                members.leave(site.id, name)
        except Problem as problem:
            return problem.status
        return 200

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(go, ("anna", "bert")))
    assert 409 in answers
    assert "owner" in roles_of(viewer, site).values()


def test_one_process_lets_one_of_two_last_owners_go(
    viewer: Viewer, ownerless: None, site: Site, people: Callable[..., User]
) -> None:
    people("anna", "owner")
    people("bert", "owner")

    def go(name: str) -> int:
        try:
            viewer.members.leave(site.id, name)
        except Problem as problem:
            return problem.status
        return 200

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(go, ("anna", "bert"))) == [200, 409]
    assert list(roles_of(viewer, site).values()).count("owner") == 1


def test_the_last_owner_of_the_installation_stays(viewer: Viewer, owner: Client, api: Client, site: Site) -> None:
    assert post(owner, "/account/leave", site="").status_code == 409  # type: ignore[attr-defined]
    for answer in (
        send(owner, site, do="role", person="odile", role="viewer"),
        send(owner, site, do="remove", person="odile"),
        api.put("/api/v1/users/odile", json={"role": "editor"}),
        api.put("/api/v1/users/odile", json={"sites": {site.id: "owner"}}),
        api.delete("/api/v1/users/odile"),
        api.put(f"/api/v1/sites/{site.id}/people/odile", json={"role": "viewer"}),
        api.delete(f"/api/v1/sites/{site.id}/people/odile"),
    ):
        assert answer.status_code == 409  # type: ignore[attr-defined]
    assert viewer.definitions.get(User, "odile").role == "owner"


def test_the_api_lists_changes_and_removes_people(api: Client, site: Site, people: Callable[..., User]) -> None:
    people("zoe", "editor")
    root = f"/api/v1/sites/{site.id}/people"
    zoe = next(one for one in api.get(root).json()["people"] if one["name"] == "zoe")
    known = {"two_factor": False, "last": None, "sessions": 0, "links": 0}
    assert zoe == {"name": "zoe", "role": "editor", "every_site": False} | known
    assert api.put(f"{root}/zoe", json={"role": "viewer"}).json()["role"] == "viewer"
    assert api.put(f"{root}/zoe", json={"role": "king"}).status_code == 422
    assert api.put(f"{root}/nobody", json={"role": "viewer"}).status_code == 404
    assert api.delete(f"{root}/zoe").json() == {"removed": "zoe"}
    assert api.delete(f"{root}/zoe").status_code == 404


def test_users_and_tokens_have_roles_on_sites(api: Client, site: Site, shop: Site) -> None:
    fields = {"name": "anna", "password": PASSWORD, "sites": {site.name: "editor", shop.id: "viewer"}}
    made = api.post("/api/v1/users", json=fields).json()
    assert (made["role"], made["sites"]) == ("", {site.id: "editor", shop.id: "viewer"})
    changed = api.put("/api/v1/users/anna", json={"role": "viewer", "sites": {site.id: "owner"}}).json()
    assert (changed["role"], changed["sites"]) == ("viewer", {site.id: "owner"})
    token = api.post("/api/v1/tokens", json={"name": "weekly", "sites": {site.id: "viewer"}}).json()
    assert (token["role"], token["sites"]) == ("", {site.id: "viewer"})
    assert api.delete(f"/api/v1/tokens/{token['id']}").status_code == 200
    for sites, code in (
        ({"never made": "viewer"}, "no_site"),
        ({site.id: "king"}, "choice"),
        ({site.id: "viewer", site.name: "editor"}, "site_twice"),
        ([site.id], "type"),
    ):
        answer = api.post("/api/v1/users", json={"name": "x", "password": PASSWORD, "sites": sites})
        assert answer.status_code == 422
        assert answer.json()["error"]["faults"][0]["code"] == code


def test_a_reset_link_signs_in_once(
    api: Client, browser_of: Callable[..., Client], site: Site, people: Callable[..., User]
) -> None:
    people("anna", "viewer")
    link = api.post("/api/v1/users/anna/reset").json()["link"].removeprefix(BASE)
    assert browser_of().get(link).headers["location"] == "/account"
    assert browser_of().get(link).status_code == 403
    assert api.post("/api/v1/users/nobody/reset").status_code == 404


def test_hostile_text_is_shown_as_text(owner: Client, site: Site) -> None:
    invite(owner, site, name=HOSTILE)
    assert HOSTILE not in owner.get(f"/sites/{site.id}/people").text
    assert HOSTILE not in owner.get(f"/sites/{site.id}/people?remove={HOSTILE}&changed={HOSTILE}&was=viewer").text
