"""States of pages over the API: defined, refused in words, photographed."""

from __future__ import annotations

import pytest

from viewer.api.entry import ROOT

MENU = {"name": "Menu", "pages": ["/lamps"], "steps": ["click  #menu", "", "wait .open"]}


def error(response) -> dict[str, str]:
    return response.json()["error"]


@pytest.fixture(scope="module")
def site(shop):
    return f"{ROOT}/sites/{shop.id}"


@pytest.fixture
def define(api, site):
    """Makes states, and takes them away again."""
    made = []

    def make(**fields):
        response = api.post(f"{site}/states", json=MENU | fields)
        assert response.status_code == 201, response.text
        made.append(response.json()["key"])
        return response.json()

    yield make
    for key in made:
        api.delete(f"{site}/states/{key}")


def ended(api, job):
    """The job once it is over."""
    while True:
        found = api.get(f"{ROOT}/jobs/{job['job']}").json()
        if found["state"] in ("done", "failed"):
            return found


def test_a_state_can_be_created_changed_and_deleted(api, site):
    made = api.post(f"{site}/states", json=MENU | {"place": 2}).json()
    assert (made["key"], made["version"], made["first"], made["devices"]) == ("menu", 1, False, [])
    assert made["steps"] == ["click #menu", "wait .open"]
    assert api.get(f"{site}/states").json()["states"] == [made]
    assert api.get(f"{site}/states/Menu").json() == made
    changed = api.put(f"{site}/states/menu", json=MENU | {"steps": ["hover nav"], "version": 1}).json()
    assert (changed["version"], changed["steps"], changed["place"]) == (2, ["hover nav"], 0)
    assert api.put(f"{site}/states/menu", json=MENU | {"version": 1}).status_code == 409
    assert error(api.put(f"{site}/states/menu", json=MENU | {"key": "other"}))["code"] == "key"
    assert error(api.post(f"{site}/states", json=MENU))["code"] == "key_taken"
    assert api.delete(f"{site}/states/menu").json() == {"deleted": "menu"}
    assert error(api.get(f"{site}/states/menu"))["code"] == "no_state"
    assert api.post(f"{site}/states", json=MENU).status_code == 201  # the key is free again
    api.delete(f"{site}/states/menu")


def test_states_are_listed_in_the_owners_order(api, site, define):
    for name, place in (("Last", 9), ("One", 1), ("Two", 1)):
        define(name=name, place=place)
    define(name="Banner", first=True)
    assert [s["key"] for s in api.get(f"{site}/states").json()["states"]] == ["one", "two", "last", "banner"]


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"steps": ["click #a", "type #b x"]}, "steps", "Line 2: 'type' would type into the page"),
        ({"steps": []}, "steps", "at least one step"),
        ({"steps": ["click #a"] * 21}, "steps", "at most 20"),
        ({"pages": []}, "bad_field", "pages"),
        ({"devices": ["watch"]}, "bad_field", "devices"),
        ({"key": "A B"}, "bad_field", "key"),
    ],
)
def test_a_bad_state_is_rejected_with_a_message(api, site, fields, code, words):
    response = api.post(f"{site}/states", json=MENU | fields)
    assert (response.status_code, error(response)["code"]) == (422, code)
    assert words in error(response)["message"]


def test_a_picture_of_a_state(api, site, define):
    define()
    wanted = {"url": "https://shop.example/lamps", "page": "shop.example/lamps", "widths": [1366], "state": "Menu"}
    job = api.post(f"{site}/snapshots", json=wanted).json()
    assert job["of_state"] == "menu"
    (taken,) = ended(api, job)["result"]["snapshots"]
    assert (taken["page"], taken["state"]) == ("shop.example/lamps", "menu")


def test_a_failing_step_fails_the_job_with_a_message(api, site, define):
    define(steps=["click #nowhere"])
    job = api.post(f"{site}/snapshots", json={"url": "https://shop.example/lamps", "state": "menu"}).json()
    failed = ended(api, job)
    assert (failed["state"], failed["error"]["code"]) == ("failed", "step")
    assert "Step 1 (click #nowhere)" in failed["error"]["message"]


def test_all_states_at_once(api, site, define):
    define()
    define(name="Drawer", devices=["phone"])
    define(name="Elsewhere", pages=["/help"])
    define(name="Cookies", first=True, pages=["/**"], steps=["dismiss #cookies"])
    wanted = {"url": "https://shop.example/lamps", "widths": [1366, 390], "all_states": True}
    job = api.post(f"{site}/snapshots", json=wanted).json()
    assert [(one["of_state"], one["widths"]) for one in (job, *job["states"])] == [
        ("", [1366, 390]), ("drawer", [390]), ("menu", [1366, 390]),
    ]  # fmt: skip
    assert all(ended(api, one)["state"] == "done" for one in (job, *job["states"]))


def test_the_first_recipe_is_part_of_every_job(api, viewer, site, define):
    define()
    define(name="Cookies", first=True, pages=["/**"], steps=["dismiss #cookies"])
    for state in ("", "menu"):
        wanted = {"url": "https://shop.example/lamps", "widths": [768], "state": state}
        job = viewer.jobs.get(api.post(f"{site}/snapshots", json=wanted).json()["job"])
        assert [str(step) for step in job.request.recipe.first] == ["dismiss #cookies"]
        ended(api, {"job": job.id})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "nothing"}, "has no state 'nothing'"),
        ({"state": "menu", "url": "https://shop.example/help"}, "has no state 'menu'"),
        ({"state": "drawer", "widths": [1366]}, "exists on phone only"),
    ],
)
def test_a_state_that_the_page_does_not_have(api, site, define, fields, words):
    define()
    define(name="Drawer", devices=["phone"])
    response = api.post(f"{site}/snapshots", json={"url": "https://shop.example/lamps"} | fields)
    assert (response.status_code, error(response)["code"]) == (422, "no_state")
    assert words in error(response)["message"]
