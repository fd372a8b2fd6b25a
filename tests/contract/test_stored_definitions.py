"""What an earlier version stored and today's rules reject is shown with its fault, and breaks nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from click.testing import CliRunner

from parcours.cli import cli
from rules import experiment, journey, state
from store.client import Store
from store.records import Experiment, PageState, Site
from store.sites import SiteDirectory
from tests.contract.channels import connected
from tests.contract.definitions import GOOD, A
from tests.rules.test_find import write_raw
from tests.viewer.client import Client
from tests.viewer.conftest import BASE, SERVICE
from tests.viewer.pages import DAYS, PASSWORD, csrf, post, words
from viewer.access.passwords import hash_password
from viewer.app import Viewer

ROOT = "/api/v1"
# kind → {id: fields}: one breaks a limit, one has another structure, one is not even an object
BROKEN: dict[str, dict[str, Any]] = {
    "experiment": {
        "old-limit": {"name": "Old limit", "pages": ["/lamps"], "variants": [A], "started": "soon"},
        "old-shape": {"name": "Old shape", "pages": "/lamps", "variants": {"a": 1}},
        "old-text": {},
    },
    "journey": {
        "old-limit": {"name": "Old limit", "stages": [], "review_on": "soon"},
        "old-shape": {"name": "Old shape", "stages": [5, {"key": "a", "touchpoints": "x", "name": "A"}]},
        "old-text": {},
    },
    "state": {
        "old-limit": {"key": "old-limit", "name": "Old limit", "pages": ["/lamps"], "steps": ["type #a b"]},
        "old-shape": {"key": "old-shape", "name": "Old shape", "pages": ["/lamps"], "steps": 5, "devices": ["watch"]},
        "old-text": {},
    },
}  # fmt: skip
NOUNS = {"experiment": "experiments", "journey": "journeys", "state": "states"}
FORMS = {"experiment": "experiments/{}/edit", "journey": "journeys/{}?edit=1", "state": "states/{}/edit"}
OWN = {"experiment": "experiments/{}", "journey": "journeys/{}"}


@pytest.fixture(scope="module")
def old(viewer: Viewer, shop: Site, module_store: Store) -> Site:
    """The shop with broken definitions of every kind beside good ones."""
    good = {"experiment": experiment, "journey": journey, "state": state}
    for kind, rules in good.items():
        rules.add(viewer.definitions, shop.id, GOOD[kind])  # type: ignore[attr-defined]
        for id, fields in BROKEN[kind].items():
            write_raw(module_store, kind, f"{shop.id}.{id}" if kind == "state" else id, fields | {"site": shop.id})
    long = {"id": "91", "name": "x" * 130, "key": "keyofalongname", "domains": ["long.example"]}
    write_raw(module_store, "site", "91", long)
    write_raw(module_store, "site", "92", {"id": "92", "name": ["no", "text"], "domains": 7})
    write_raw(module_store, "site", "93", "{ no json")
    hashed = hash_password(PASSWORD)
    write_raw(module_store, "user", "old user", {"id": "old user", "password": hashed, "role": "viewer"})
    write_raw(module_store, "user", "boss", {"id": "boss", "password": hashed, "role": "admin"})
    write_raw(module_store, "token", "t1", {"name": "y" * 200, "digest": "d1", "role": "viewer"})
    write_raw(module_store, "token", "t2", {"name": "two", "digest": 5})
    viewer.work.forget()
    return shop


def shows(page: str, code: str) -> bool:
    return f'data-code="{code}"' in page


ALL = [(kind, id) for kind, broken in BROKEN.items() for id in broken]


@pytest.mark.parametrize("kind", NOUNS)
def test_lists_show_it_with_its_fault_and_the_good_ones_as_ever(
    owner: Client, api: Client, old: Site, kind: str
) -> None:
    page = owner.get(f"/sites/{old.id}/{NOUNS[kind]}")
    assert page.status_code == 200
    assert GOOD[kind]["name"] in words(page.text)
    assert "Old limit" in words(page.text)
    assert page.text.count("data-rejected=") == 3
    assert page.text.count("Correct it") == 3
    listed = api.get(f"{ROOT}/sites/{old.id}/{NOUNS[kind]}").json()
    assert [one["name"] for one in listed[NOUNS[kind]]] == [GOOD[kind]["name"]]
    assert len(listed["rejected"]) == 3
    assert all(one["faults"] for one in listed["rejected"])


@pytest.mark.parametrize(("kind", "id"), ALL)
def test_its_own_page_and_the_api_say_the_fault(owner: Client, api: Client, old: Site, kind: str, id: str) -> None:
    name = f"{old.id}.{id}" if (kind, id) == ("state", "old-text") else id  # without a key, by its id
    answer = api.get(f"{ROOT}/sites/{old.id}/{NOUNS[kind]}/{name}")
    assert answer.status_code == 422
    faults = answer.json()["error"]["faults"]
    assert faults
    if kind in OWN:
        page = owner.get(f"/sites/{old.id}/{OWN[kind].format(name)}")
        assert page.status_code == 422
        assert all(shows(page.text, fault["code"]) for fault in faults)
        assert f'href="/sites/{old.id}/{FORMS[kind].format(name)}"' in page.text
    form = owner.get(f"/sites/{old.id}/{FORMS[kind].format(name)}")
    assert form.status_code == 200
    assert all(shows(form.text, fault["code"]) for fault in faults)
    if id != "old-text":
        assert f'value="Old {id[4:]}"' in form.text  # what is stored


@pytest.mark.parametrize("kind", NOUNS)
def test_the_command_repairs_it(owner: Client, api: Client, old: Site, viewer: Viewer, kind: str) -> None:
    fields = {name: value for name, value in GOOD[kind].items() if name not in ("id", "key")}
    mine = {"experiment": "id", "state": "key"}.get(kind)
    change = fields | {"name": f"Repaired {kind}"} | ({mine: "repair"} if mine else {})
    raw = {"name": f"Repaired {kind}", "site": old.id} | ({"key": "repair"} if kind == "state" else {})
    id = f"{old.id}.repair" if kind == "state" else "repair"
    write_raw(viewer.store, kind, id, raw)
    with connected(api):
        done = CliRunner().invoke(cli, ["define", kind, old.id, "--from", "-", "--json"], input=json.dumps(change))
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["version"] == 2
    again = api.get(f"{ROOT}/sites/{old.id}/{NOUNS[kind]}/repair")
    assert again.status_code == 200


def test_the_form_repairs_an_experiment(owner: Client, api: Client, old: Site, viewer: Viewer) -> None:
    write_raw(viewer.store, "experiment", "mend", {"name": "Mend", "site": old.id, "pages": [], "variants": []})
    fields = {"name": "Mend", "id": "mend", "pages": "/lamps", "variant_key": ["a", "b"], "variant_name": ["A", "B"],
              "variant_url": ["", ""], "version": "1"}  # fmt: skip
    saved = post(owner, f"/sites/{old.id}/experiments/mend/edit", **fields)
    assert saved.status_code == 303  # type: ignore[attr-defined]
    assert viewer.definitions.get(Experiment, "mend").version == 2


def test_a_rejected_state_is_deleted_by_its_form(owner: Client, api: Client, old: Site, viewer: Viewer) -> None:
    write_raw(viewer.store, "state", f"{old.id}.gone", {"key": "gone", "name": "Gone", "site": old.id, "steps": 1})
    assert post(owner, f"/sites/{old.id}/states/gone/edit", do="delete").status_code == 303  # type: ignore[attr-defined]
    assert f"{old.id}.gone" not in [one.id for one in viewer.definitions.stored(PageState)]


@pytest.mark.parametrize(
    "path",
    [
        "/sites/{site}", "/sites/{site}/pages", "/sites/{site}/heatmap?page=/lamps&" + DAYS,
        "/sites/{site}/heatmap?page=/lamps&kind=scroll&" + DAYS, "/sites/{site}/experiments/contract?" + DAYS,
        "/sites/{site}/journeys/contract-journey?" + DAYS, "/sites/{site}/states/new", "/sites", "/account",
        "/sites/{site}/thumb.webp?page=/lamps&" + DAYS,
    ],
)  # fmt: skip
def test_no_other_page_of_the_site_breaks(owner: Client, old: Site, path: str) -> None:
    assert owner.get(path.format(site=old.id)).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/sites", "/sites/{site}", "/sites/{site}/health", "/sites/{site}/heatmap?page=/lamps&" + DAYS,
        "/sites/{site}/compare?page=/lamps&experiment=contract&" + DAYS, "/users", "/tokens",
        "/sites/{site}/journeys/contract-journey/map?" + DAYS,
    ],
)  # fmt: skip
def test_no_other_answer_of_the_api_breaks(api: Client, old: Site, path: str) -> None:
    assert api.get(ROOT + path.format(site=old.id)).status_code == 200


def test_a_variant_or_state_of_a_rejected_definition_is_a_fault_of_the_question(owner: Client, old: Site) -> None:
    for query in ("variant=old-shape:a", "state=old-shape", "variant=old-limit:a", "state=old-limit"):
        assert owner.get(f"/sites/{old.id}/heatmap?page=/lamps&{query}&{DAYS}").status_code < 500


def test_pictures_are_taken_without_its_steps(api: Client, viewer: Viewer, old: Site) -> None:
    asked = api.post(f"{ROOT}/sites/{old.id}/snapshots", json={"url": "https://shop.example/lamps", "all_states": True})
    assert asked.status_code == 202
    taken = {one["of_state"] for one in asked.json()["states"]}
    assert "contract-state" in taken
    assert not taken & set(BROKEN["state"])


# --- sites


def test_a_site_that_breaks_a_limit_goes_on_and_says_so(owner: Client, api: Client, viewer: Viewer, old: Site) -> None:
    page = owner.get("/sites").text
    assert page.count("data-rejected=") == 3
    assert owner.get("/sites/91").status_code == 200
    settings = owner.get("/sites/91/settings")
    assert settings.status_code == 200
    assert shows(settings.text, "long")
    assert owner.get(f"/sites/91/heatmap?page=/&{DAYS}").status_code == 200
    assert owner.get("/sites/91/pages").status_code == 200
    assert api.get(f"{ROOT}/sites/91").status_code == 422
    assert api.get(f"{ROOT}/sites/91/health").status_code == 200
    assert SiteDirectory(viewer.definitions, ttl=0).by_key("keyofalongname") is not None  # the collector accepts it
    listed = api.get(f"{ROOT}/sites").json()
    assert [one["id"] for one in listed["rejected"]] == ["91", "92", "93"]
    renamed = post(owner, "/sites/91/settings", name="Short", domains="long.example", version="1")
    assert renamed.status_code == 303  # type: ignore[attr-defined]
    assert api.get(f"{ROOT}/sites/Short").json()["key"] == "keyofalongname"


@pytest.mark.parametrize("site", ["92", "93"])
def test_a_site_that_cannot_be_built_answers_its_faults(owner: Client, api: Client, old: Site, site: str) -> None:
    for path in (f"/sites/{site}", f"/sites/{site}/pages", f"/sites/{site}/heatmap?page=/"):
        page = owner.get(path)
        assert page.status_code == 422
        assert shows(page.text, "type") or shows(page.text, "missing")
    assert api.get(f"{ROOT}/sites/{site}").status_code == 422
    assert api.get(f"{ROOT}/sites/{site}/experiments").status_code == 422


# --- users and tokens


def test_a_user_whose_name_breaks_the_rules_still_signs_in(viewer: Viewer, portal: BlockingPortal, old: Site) -> None:
    client = Client(portal, viewer.asgi, BASE, {"Accept": "text/html", "Accept-Language": "en"})
    form = {"csrf": csrf(client.get("/sign-in").text), "name": "old user", "password": PASSWORD, "next": "/sites"}
    assert client.post("/sign-in", data=form).status_code == 303
    assert client.get("/sites").status_code == 200
    looked = post(client, "/account", do="look", language="fr", theme="")
    assert looked.status_code == 303  # type: ignore[attr-defined]
    new = {"old": PASSWORD, "new": "another long sentence"}
    assert post(client, "/account", do="password", **new).status_code == 422  # type: ignore[attr-defined]


def test_a_user_with_an_unknown_role_is_nobody(viewer: Viewer, portal: BlockingPortal, old: Site) -> None:
    client = Client(portal, viewer.asgi, BASE, {"Accept": "text/html", "Accept-Language": "en"})
    form = {"csrf": csrf(client.get("/sign-in").text), "name": "boss", "password": PASSWORD, "next": "/sites"}
    assert client.post("/sign-in", data=form).status_code == 401
    assert viewer.first_run_url() is None  # the first-run link stays closed


def test_users_and_tokens_are_listed_without_their_secrets(owner: Client, api: Client, old: Site) -> None:
    users, tokens = api.get(f"{ROOT}/users").json(), api.get(f"{ROOT}/tokens").json()
    assert {one["id"] for one in users["rejected"]} == {"old user", "boss"}
    assert {one["id"] for one in tokens["rejected"]} == {"t1", "t2"}
    assert "argon2" not in json.dumps(users)
    assert "d1" not in json.dumps(tokens)
    account = owner.get("/account").text
    assert account.count("data-rejected=") == 2
    assert api.delete(f"{ROOT}/tokens/t2").json() == {"deleted": "t2"}


def test_commands_list_them(api: Client, old: Site) -> None:
    with connected(api):
        for arguments in (["site", "list"], ["user", "list"]):
            listed = CliRunner().invoke(cli, arguments)
            assert listed.exit_code == 0, listed.output
        assert "boss" in listed.output
        assert "role: is 'admin'" in listed.output


def test_a_signed_in_program_is_not_disturbed(viewer: Viewer, portal: BlockingPortal, old: Site) -> None:
    program = Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {SERVICE}"})
    made = program.post(f"{ROOT}/tokens", json={"name": "report"}).json()
    reader = Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {made['token']}"})
    assert reader.get(f"{ROOT}/sites").status_code == 200
