"""Who may see a site: roles, invitations, leaving. The last owner stays, whatever is asked at the same time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from msgspec.structs import replace

from store.invitations import SiteInvitation
from store.records import Site, SiteRole, User
from store.tokens import digest
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import PASSWORD, csrf, post, words
from tests.viewer.people import invite, join, roles_of, send
from viewer.access.invitations import DAY_MS, InvitationEnded, Invitations, now_ms
from viewer.access.members import Members
from viewer.access.person import Person
from viewer.app import Viewer
from viewer.http.errors import Problem

HOSTILE = "<script>alert(1)</script>"


def test_an_invitation_makes_an_account_with_its_role_on_this_site_only(
    viewer: Viewer, owner: Client, site: Site, shop: Site, browser_of: Callable[..., Client]
) -> None:
    link = invite(owner, site, name="the press")
    assert "the press" in owner.get(f"/sites/{site.id}/people").text
    guest = browser_of()
    opened = guest.get(link)
    assert "Join Night shop as an editor" in words(opened.text)
    assert "odile invites you" in words(opened.text)
    assert opened.headers["referrer-policy"] == "no-referrer"
    assert opened.headers["cache-control"] == "no-store"
    assert opened.headers["x-robots-tag"] == "noindex"
    joined = join(guest, link, name="press@night.example", password=PASSWORD)
    assert joined.headers["location"] == f"/sites/{site.id}/overview"  # type: ignore[attr-defined]
    user = viewer.definitions.get(User, "press@night.example")
    assert (user.role, user.sites) == ("", (SiteRole(site.id, "editor"),))
    assert guest.get(f"/sites/{site.id}").status_code == 200
    assert guest.get(f"/sites/{shop.id}").status_code == 404
    assert "the press" not in words(owner.get(f"/sites/{site.id}/people").text)


def test_only_a_digest_of_the_link_is_stored(viewer: Viewer, owner: Client, site: Site) -> None:
    secret = invite(owner, site).rpartition("/")[2]
    assert len(secret) >= 43  # 256 bits in base64
    stored = viewer.store.rows("SELECT id, json FROM definitions WHERE kind = 'invitation'")
    assert secret not in str(stored)
    assert digest(secret) in str(stored)


def test_a_link_works_once(owner: Client, site: Site, browser_of: Callable[..., Client]) -> None:
    link = invite(owner, site)
    join(browser_of(), link, name="first", password=PASSWORD)
    late = browser_of().get(link)
    assert late.status_code == 410
    assert "This invitation was used on" in words(late.text)
    assert "tell odile: somebody else has joined with it" in words(late.text)
    guest = browser_of()
    sent = guest.post(link, data={"csrf": csrf(guest.get("/sign-in").text), "name": "second", "password": PASSWORD})
    assert sent.status_code == 410


def test_a_link_used_twice_at_the_same_time_makes_one_account(
    viewer: Viewer, owner: Client, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viewer.access.invitations.hash_password", lambda password: "no hash")
    secret = invite(owner, site).rpartition("/")[2]

    def one(n: int) -> str:
        try:
            return viewer.invitations.join(secret, f"guest-{n}", PASSWORD).id
        except InvitationEnded:
            return ""

    with ThreadPoolExecutor(4) as threads:
        joined = [name for name in threads.map(one, range(4)) if name]
    assert len(joined) == 1
    assert [name for name in roles_of(viewer, site) if name.startswith("guest-")] == joined


def test_a_late_withdrawn_or_invented_link_says_so(
    viewer: Viewer, owner: Client, site: Site, browser_of: Callable[..., Client]
) -> None:
    withdrawn = invite(owner, site)
    send(owner, site, do="withdraw", invitation=digest(withdrawn.rpartition("/")[2]))
    late = invite(owner, site, days="1")
    made = viewer.definitions.get(SiteInvitation, digest(late.rpartition("/")[2]))
    assert made.ends - made.made == DAY_MS
    viewer.definitions.put(replace(made, made=made.made - 2 * DAY_MS, ends=made.ends - 2 * DAY_MS))
    for link, status, heading in (
        (withdrawn, 410, "This invitation was withdrawn"),
        (late, 410, "This invitation ended on"),
        ("/i/never-made", 404, "This invitation does not exist"),
    ):
        page = browser_of().get(link)
        assert page.status_code == status
        assert heading in words(page.text)
    assert "ended, nobody used it" in words(owner.get(f"/sites/{site.id}/people").text)


def test_an_invitation_ends_at_its_time(viewer: Viewer, site: Site) -> None:
    now = [now_ms()]
    invitations = Invitations(viewer.definitions, viewer.users, viewer.members, lambda: now[0])
    made, secret = invitations.create(site, {"days": 30}, "odile")
    now[0] = made.ends - 1
    assert invitations.open(secret).invitation.role == "viewer"
    now[0] = made.ends
    with pytest.raises(InvitationEnded):
        invitations.open(secret)
    now[0] = made.ends + 31 * DAY_MS
    assert made.id not in [one.id for one in invitations.of(site)]


def test_a_new_link_ends_the_old_one(owner: Client, site: Site, browser_of: Callable[..., Client]) -> None:
    old = invite(owner, site, name="Agency", days="30")
    page = send(owner, site, do="again", invitation=digest(old.rpartition("/")[2]))
    found = re.search(r'<code id="link">([^<]+)</code>', page.text)  # type: ignore[attr-defined]
    assert found
    assert browser_of().get(old).status_code == 410
    assert browser_of().get(unescape(found[1]).removeprefix(BASE)).status_code == 200
    assert words(page.text).count("Agency") == 1  # type: ignore[attr-defined]


def test_accepting_with_an_account_raises_its_role_and_never_lowers_it(
    viewer: Viewer, owner: Client, site: Site, people: Callable[..., User], browser_of: Callable[..., Client]
) -> None:
    anna, bert = people("anna", "viewer"), people("bert", "owner")
    for user, role in ((anna, "editor"), (bert, "owner")):
        link, client = invite(owner, site, role="editor"), browser_of(user)
        page = client.get(link).text
        assert ("You may see this site already." in words(page)) is (user is bert)
        sent = client.post(link, data={"csrf": csrf(page)})
        assert sent.headers["location"] == f"/sites/{site.id}/overview"
        assert roles_of(viewer, site)[user.id] == role


def test_bad_fields_of_somebody_who_joins_do_not_use_the_link_up(
    owner: Client, site: Site, browser_of: Callable[..., Client]
) -> None:
    link, guest = invite(owner, site), browser_of()
    for name, password, problem in (
        ("guest", "short", "too short or too long"),
        ("odile", PASSWORD, "This name is already taken"),
        (HOSTILE, PASSWORD, "This name cannot be used"),
    ):
        answer = join(guest, link, name=name, password=password)
        assert answer.status_code in (409, 422)  # type: ignore[attr-defined]
        assert problem in words(answer.text)  # type: ignore[attr-defined]
        assert HOSTILE not in answer.text  # type: ignore[attr-defined]
    assert guest.post(link, data={"name": "guest", "password": PASSWORD}).status_code == 403  # no form token
    assert join(guest, link, name="guest", password=PASSWORD).status_code == 303  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"days": 31}, "days"),
        ({"days": 0}, "days"),
        ({"days": "soon"}, "days"),
        ({"role": "king"}, "role"),
        ({"name": "x" * 81}, "name"),
        ({"site": "1"}, "site"),
    ],
)
def test_bad_fields_of_an_invitation_are_rejected(
    api: Client, site: Site, fields: dict[str, object], field: str
) -> None:
    answer = api.post(f"/api/v1/sites/{site.id}/invitations", json=fields)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["error"]["faults"]] == [field]


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
    asked = owner.get(f"/sites/{site.id}/people?remove=anna").text
    assert "Remove anna? Signed out at once on every device" in words(asked)
    assert "1 invitation this person made goes on working." in words(asked)
    send(owner, site, do="remove", person="anna", invitations="1")
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


def test_an_invitation_of_another_site_does_not_exist(
    viewer: Viewer, api: Client, owner: Client, site: Site, shop: Site
) -> None:
    id = digest(invite(owner, shop).rpartition("/")[2])
    for do in ("withdraw", "again"):
        assert send(owner, site, do=do, invitation=id).status_code == 404  # type: ignore[attr-defined]
    assert api.delete(f"/api/v1/sites/{site.id}/invitations/{id}").status_code == 404
    assert viewer.definitions.get(SiteInvitation, id).state == "open"


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
    people("anna", "editor")
    root = f"/api/v1/sites/{site.id}/people"
    assert {"name": "anna", "role": "editor", "every_site": False} in api.get(root).json()["people"]
    assert api.put(f"{root}/anna", json={"role": "viewer"}).json()["role"] == "viewer"
    assert api.put(f"{root}/anna", json={"role": "king"}).status_code == 422
    assert api.put(f"{root}/nobody", json={"role": "viewer"}).status_code == 404
    assert api.delete(f"{root}/anna").json() == {"removed": "anna"}
    assert api.delete(f"{root}/anna").status_code == 404


def test_the_api_makes_and_withdraws_invitations(api: Client, site: Site, browser_of: Callable[..., Client]) -> None:
    root = f"/api/v1/sites/{site.id}/invitations"
    made = api.post(root, json={"role": "owner", "name": "Ada", "days": 2}).json()
    assert browser_of().get(made["link"].removeprefix(BASE)).status_code == 200
    assert [one["id"] for one in api.get(root).json()["invitations"]] == [made["id"]]
    assert "link" not in api.get(root).json()["invitations"][0]
    assert api.delete(f"{root}/{made['id']}").json()["state"] == "withdrawn"
    assert api.get(root).json()["invitations"] == []
    assert api.delete(f"{root}/nothing").status_code == 404


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
