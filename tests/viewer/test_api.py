"""The nouns that people define: sites, experiments, journeys, tokens, pictures."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

import viewer.api
from collector.backend.endpoint import BATCHES, EVENTS
from store.intake import SiteIntake
from store.tallies import Tally, save_tallies
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.shop import PERIOD, VISITORS
from viewer.access.person import RANK
from viewer.api.entry import ROOT

DOCS = Path(__file__).parents[2] / "docs" / "api.md"
LAMPS = {
    "name": "Buy button",
    "pages": ["/lamps"],
    "variants": [{"key": "a", "name": "Grey", "share": 0.25}, {"key": "b", "name": "Blue", "share": 0.75}],
}
FIRST_LAMP = {
    "name": "First lamp",
    "stages": [
        {
            "key": "look",
            "name": {"en": "Look"},
            "touchpoints": [{"key": "list", "name": {"en": "List"}, "pages": ["/lamps"]}],
        },
        {
            "key": "buy",
            "name": {"en": "Buy"},
            "touchpoints": [{"key": "pay", "name": {"en": "Pay"}, "pages": ["/pay"]}],
        },
    ],
}


def error(response) -> dict[str, str]:
    return response.json()["error"]


@pytest.fixture(scope="module")
def site(shop):
    return f"{ROOT}/sites/{shop.id}"


# --- the index and its page


def test_the_index_lists_every_route(anyone):
    listed = anyone.get(ROOT).json()["routes"]
    assert {(r["method"], r["path"]) for r in listed} == {(e.method, e.full_path) for e in viewer.api.ENTRIES}
    assert all(r["description"] for r in listed)
    assert {r["role"] for r in listed} <= {None, *RANK}


def test_docs_name_every_route_and_no_other():
    documented = set(re.findall(r"^#+ `(GET|POST|PUT|DELETE) ([^`?]+)`", DOCS.read_text(), re.M))
    collectors = {("POST", EVENTS), ("POST", BATCHES)}
    assert documented == {(e.method, e.full_path) for e in viewer.api.ENTRIES} | {("GET", "/healthz")} | collectors


@pytest.mark.parametrize("entry", [e for e in viewer.api.ENTRIES if e.role], ids=lambda e: f"{e.method} {e.path}")
def test_every_route_but_the_index_needs_a_sign_in(viewer, portal, entry):
    nobody = Client(portal, viewer.asgi, BASE)
    path = re.sub(r"\{\w+\}", "1", entry.full_path)
    response = nobody.request(entry.method, path)
    assert response.status_code == 401
    assert error(response)["code"] == "sign_in"


# The site of a job is known with the job. Whoever sees a site writes notes and changes their own (test_api_notes.py).
OPEN_TO_VIEWERS = {
    "/jobs/{job}",
    "/sites/{site}/notes",
    "/sites/{site}/notes/{note}",
    "/sites/{site}/notes/{note}/answers",
}


@pytest.mark.parametrize(
    "entry",
    [e for e in viewer.api.ENTRIES if e.method != "GET" and e.path not in OPEN_TO_VIEWERS],
    ids=lambda e: f"{e.method} {e.path}",
)
def test_a_viewer_may_change_nothing(api, viewer, portal, entry):
    made = api.post(f"{ROOT}/tokens", json={"name": "screen", "role": "viewer"}).json()
    screen = Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {made['token']}"})
    response = screen.request(entry.method, re.sub(r"\{\w+\}", "1", entry.full_path), json={})
    assert response.status_code == 403


@pytest.mark.parametrize("entry", viewer.api.ENTRIES, ids=lambda e: f"{e.method} {e.path}")
def test_every_route_rejects_parameters_that_it_does_not_know(api, entry):
    path = re.sub(r"\{\w+\}", "1", entry.full_path)
    json = {} if entry.method in ("POST", "PUT") else None
    for name in ("grace_days", "dasy", "name"):
        refused = api.request(entry.method, f"{path}?{name}=0", json=json)
        assert refused.status_code == 400
        assert error(refused)["code"] == "unknown_parameter"
        assert repr(name) in error(refused)["message"]
        hint = f"Allowed: {', '.join(entry.query)}" if entry.query else "There are none: send fields in the body"
        assert error(refused)["hint"].startswith(hint)


def test_a_field_in_the_address_changes_nothing(api):
    made = api.post(f"{ROOT}/sites", json={"name": "Rotated", "domains": ["rotated.example"]}).json()
    for method, path, body in (
        ("POST", "/rotate-key?grace_days=0", {}),
        ("PUT", "?name=Renamed", {"keep_query": ["sku"]}),
        ("POST", "/rotate-key?grace_days=0", {"grace_days": 7}),
    ):
        assert api.request(method, f"{ROOT}/sites/Rotated{path}", json=body).status_code == 400
    assert api.get(f"{ROOT}/sites/Rotated").json() == made


# --- sites


def test_a_site_is_added_shown_and_changed(api):
    added = api.post(
        f"{ROOT}/sites", json={"name": "Chairs", "domains": ["https://Chairs.example/", "*.chairs.example"]}
    )
    assert added.status_code == 201
    made = added.json()
    assert made["domains"] == ["chairs.example", "*.chairs.example"]
    assert made["snippet"] == f'<script defer src="{BASE}/parcours.js" data-site="{made["key"]}"></script>'
    assert api.get(f"{ROOT}/sites/Chairs").json() == made
    assert made in api.get(f"{ROOT}/sites").json()["sites"]

    changed = api.put(f"{ROOT}/sites/{made['id']}", json={"name": "Sofas", "allow_private": True, "version": 1}).json()
    assert (changed["name"], changed["allow_private"], changed["key"]) == ("Sofas", True, made["key"])
    late = api.put(f"{ROOT}/sites/{made['id']}", json={"name": "Stools", "version": 1})
    assert late.status_code == 409
    assert "command line" in error(late)["message"]  # who won


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"name": "Bad"}, 422, "domains"),
        ({"name": "Bad", "domains": []}, 422, "domains"),
        ({"name": "Bad", "domains": ["not a host"]}, 422, "not a host"),
        ({"name": "", "domains": ["a.example"]}, 422, "name"),
        ({"name": "12", "domains": ["a.example"]}, 422, "number"),
        ({"name": "Lamp shop", "domains": ["a.example"]}, 409, "Lamp shop"),
        ({"name": "Bad", "domains": ["a.example"], "colour": 1}, 422, "colour"),
    ],
)
def test_a_bad_site_is_rejected_with_a_message(api, shop, body, status, words):
    response = api.post(f"{ROOT}/sites", json=body)
    assert response.status_code == status
    assert words in error(response)["message"]


def test_a_body_that_is_not_json_is_reported(api):
    response = api.post(f"{ROOT}/sites", content=b"name=Lamp", headers={"Content-Type": "application/json"})
    assert (response.status_code, error(response)["code"]) == (400, "not_json")
    large = api.post(f"{ROOT}/sites", content=b" " * (2 << 20))
    assert large.status_code == 413


def test_the_team_of_a_site_is_kept_as_networks_and_numbers(api, viewer):
    made = api.post(f"{ROOT}/sites", json={"name": "Chairs", "domains": ["chairs.example"]}).json()
    at = f"{ROOT}/sites/{made['id']}"
    changed = api.put(at, json={"staff_networks": ["203.0.113.7/24", "2001:db8::1"], "staff_ids": ["ann"]}).json()
    assert changed["staff_networks"] == ["203.0.113.0/24", "2001:db8::1/128"]
    [mark] = changed["staff_ids"]
    assert re.fullmatch("#[0-9a-f]{16}", mark)
    again = api.put(at, json={"staff_ids": [mark, "bob"]}).json()["staff_ids"]
    assert again[0] == mark
    assert len(again) == 2
    refused = api.put(at, json={"staff_networks": ["the office"]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "network")
    assert "'the office' is not an IP address" in refused.json()["error"]["message"]


def test_a_key_is_rotated(api):
    made = api.post(f"{ROOT}/sites", json={"name": "Tables", "domains": ["tables.example"]}).json()
    at = f"{ROOT}/sites/{made['id']}"
    changed = api.post(f"{at}/rotate-key", json={"grace_days": 7}).json()
    assert changed["key"] != made["key"]
    assert changed["key"] in changed["snippet"]
    assert [old["key"] for old in changed["old_keys"]] == [made["key"]]
    assert api.post(f"{at}/rotate-key", json={"grace_days": 0}).json()["old_keys"] == changed["old_keys"]
    assert api.post(f"{at}/rotate-key", json={"grace_days": -1}).status_code == 422
    assert api.get(f"{at}/health").json()["by_old_key"] in (None, 0)


def test_health_says_whether_visits_arrive(api, site):
    health = api.get(f"{site}/health").json()
    assert health["receiving"] is True
    assert health["last_view"].startswith("2026-03-02T12:01:00")
    assert health["accepted"] is None  # no collector in this process
    empty = api.post(f"{ROOT}/sites", json={"name": "Empty", "domains": ["empty.example"]}).json()
    health = api.get(f"{ROOT}/sites/{empty['id']}/health").json()
    assert (health["receiving"], health["last_view"]) == (False, None)


def test_health_counts_rejections(make_viewer, viewer, shop, portal):
    from tests.viewer.conftest import SERVICE

    earlier = int(time.time() * 1000) - 3_600_000
    save_tallies(viewer.store, {(int(shop.id), "origin"): Tally(2, earlier, "bad.example")})  # another process
    save_tallies(viewer.store, {(int(shop.id), "shape"): Tally(9, earlier, "$.seq")})
    unsaved = {"origin": Tally(3, earlier + 1, "evil.example"), "skipped": Tally(1, earlier, "pinch")}
    counts = SiteIntake(
        accepted=7, bots=2, by_old_key=1, of_tests=4, from_backend=6, last_accepted_ms=5, quarantined=3, unsaved=unsaved
    )
    separate = make_viewer(intake=lambda site: counts)
    client = Client(portal, separate.asgi, BASE, {"Authorization": f"Bearer {SERVICE}"})
    health = client.get(f"{ROOT}/sites/{shop.id}/health").json()
    assert [health[n] for n in ("accepted", "quarantined", "by_old_key", "of_tests", "from_backend")] == [7, 3, 1, 4, 6]
    refused = [(row["reason"], row["count"], row["example"]) for row in health["refused"]]
    assert refused == [("shape", 9, "$.seq"), ("origin", 5, "evil.example")]
    assert health["skipped"] == {"count": 1, "example": "pinch"}


def test_a_separate_viewer_shows_what_collectors_rejected(api, viewer):
    made = api.post(f"{ROOT}/sites", json={"name": "Alone", "domains": ["alone.example"]}).json()
    save_tallies(viewer.store, {(int(made["id"]), "shape"): Tally(9, int(time.time() * 1000), "$.seq")})
    health = api.get(f"{ROOT}/sites/{made['id']}/health").json()
    assert [(row["reason"], row["count"]) for row in health["refused"]] == [("shape", 9)]
    assert health["accepted"] is None


# --- pictures


def followed(api, viewer, job: str) -> dict:
    viewer.jobs.wait(job, 30)
    return api.get(f"{ROOT}/jobs/{job}").json()


def test_a_picture_is_taken_in_the_background(api, site, viewer, shop):
    asked = api.post(f"{site}/snapshots", json={"url": "https://shop.example/new", "widths": [1000, 390]})
    assert asked.status_code == 202
    job = followed(api, viewer, asked.json()["job"])
    assert job["state"] == "done"
    assert job["error"] is None
    assert [s["width"] for s in job["result"]["snapshots"]] == [1000, 390]
    listed = api.get(f"{site}/snapshots").json()["snapshots"]
    assert {s["id"] for s in job["result"]["snapshots"]} <= {s["id"] for s in listed}


@pytest.mark.parametrize("url", ["/short", "shop.example/short", "https://shop.example/short"])
def test_a_picture_is_requested_by_address_host_and_path_or_path(api, site, viewer, url):
    asked = api.post(f"{site}/snapshots", json={"url": url, "widths": [1000]}).json()
    assert asked["url"] == "https://shop.example/short"
    assert followed(api, viewer, asked["job"])["state"] == "done"


@pytest.mark.parametrize("url", ["/lamps/*", "shop.example/**", "ftp://shop.example/a", "nothing", "lamps/red"])
def test_what_names_no_single_page_is_rejected_with_the_notations(api, site, url):
    refused = api.post(f"{site}/snapshots", json={"url": url})
    assert refused.status_code == 400
    error = refused.json()["error"]
    assert error["code"] == "not_a_page"
    assert url in error["message"]
    assert error["hint"] == "Give an http(s) address, host/path, or /path."


def test_a_picture_of_a_variant_is_filed_under_it(api, site, viewer):
    body = {"url": "https://shop.example/new?v=b", "widths": [1000], "variant": "button:b", "page": "/lamps"}
    job = followed(api, viewer, api.post(f"{site}/snapshots", json=body).json()["job"])
    (snapshot,) = job["result"]["snapshots"]
    assert (snapshot["variant"], snapshot["page"]) == ("button:b", "shop.example/lamps")


def test_a_picture_that_fails_says_why(api, site, viewer):
    asked = api.post(f"{site}/snapshots", json={"url": "https://shop.example/away"}).json()
    job = followed(api, viewer, asked["job"])
    assert job["state"] == "failed"
    assert job["error"]["code"] == "unreachable"
    assert "Nothing answers" in job["error"]["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"url": "shop.example"}, 400), ({"url": "https://shop.example", "widths": [5]}, 422)],
)
def test_a_picture_that_cannot_be_requested(api, site, body, status):
    assert api.post(f"{site}/snapshots", json=body).status_code == status


def test_an_unknown_job(api):
    assert error(api.get(f"{ROOT}/jobs/nope"))["code"] == "no_job"


# --- experiments


def test_an_experiment_can_be_created_changed_and_checked(api, site):
    made = api.post(f"{site}/experiments", json=LAMPS | {"planned": 500})
    assert made.status_code == 201
    assert made.json()["id"] == "buy-button"
    assert api.get(f"{site}/experiments/Buy button").json() == made.json()
    assert made.json() in api.get(f"{site}/experiments").json()["experiments"]
    again = api.post(f"{site}/experiments", json=LAMPS)
    assert (again.status_code, error(again)["code"]) == (409, "id_taken")

    changed = api.put(f"{site}/experiments/buy-button", json=LAMPS | {"started": "2026-03-01", "version": 1}).json()
    assert (changed["started"], changed["planned"], changed["version"]) == ("2026-03-01", 0, 2)
    assert api.put(f"{site}/experiments/buy-button", json=LAMPS | {"version": 1}).status_code == 409
    late = api.put(f"{site}/experiments/buy-button", json=LAMPS | {"started": "2026-03-01", "planned": 9})
    assert (late.status_code, error(late)["code"]) == (409, "plan_fixed")
    assert "began on 2026-03-01" in error(late)["message"]

    query = {"page": "/lamps", "width": "1000", **PERIOD}
    wrong = api.get(f"{site}/heatmap", params=query | {"variant": "Buy button:c"})
    assert wrong.status_code == 400
    assert "buy-button:a, buy-button:b" in error(wrong)["hint"]
    found = api.get(f"{site}/compare", params=query | {"experiment": "Buy button"}).json()
    assert found["experiment"] == {"id": "buy-button", "name": "Buy button", "defined": True}
    assert found["verdict"] == "nobody"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"variants": [LAMPS["variants"][0]]}, "variants"),
        ({"variants": [LAMPS["variants"][0]] * 2}, "is used twice"),
        ({"variants": [LAMPS["variants"][0] | {"share": 0}, LAMPS["variants"][1]]}, "share"),
        ({"started": "soon"}, "started"),
        ({"id": "Not An Id"}, "id"),
        ({"pages": []}, "pages"),
    ],
)
def test_a_bad_experiment(api, site, change, words):
    response = api.post(f"{site}/experiments", json=LAMPS | {"name": "Bad"} | change)
    assert response.status_code == 422
    assert words in error(response)["message"]


def test_the_result_of_an_experiment_with_a_goal(api, site):
    api.post(f"{site}/goals", json={"name": "Arrive", "action": {"what": "saw", "page": "/lamps"}})
    unknown = api.post(f"{site}/experiments", json=LAMPS | {"name": "Aimed", "goal": "nothing", "pages": []})
    assert [(one["field"], one["code"]) for one in error(unknown)["faults"]] == [("pages", "few"), ("goal", "no_goal")]
    made = api.post(f"{site}/experiments", json=LAMPS | {"name": "Aimed", "goal": "Arrive"}).json()
    assert made["goal"] == "arrive"
    found = api.get(f"{site}/experiments/aimed/result", params=PERIOD).json()
    assert (found["experiment"], found["goal"], found["verdict"]) == ("aimed", "arrive", "nobody")
    assert found["query"]["since"] == found["since"]
    results = api.get(f"{site}/experiment-results").json()["results"]
    assert "aimed" in [one["experiment"] for one in results]
    asked = PERIOD | {"page": "/lamps", "width": 1000, "experiment": "aimed"}
    assert api.get(f"{site}/compare", params=asked).json()["goal_result"]["goal"] == "arrive"
    assert api.get(f"{site}/compare", params=asked | {"experiment": "button"}).json()["goal_result"] is None
    wrong = api.get(f"{site}/experiments/aimed/result", params={"goal": "arrive"})
    assert (wrong.status_code, error(wrong)["code"]) == (400, "unknown_parameter")


def test_the_planned_size_of_an_experiment(api, site):
    asked = {"share": "0.12", "change": "0.2"}
    assert api.get(f"{site}/planned-size", params=asked).json() == {"share": 0.12, "change": 0.2, "visitors": 2934}
    for wrong in ({"share": "12"}, {"change": "0"}, {"change": ""}, {"share": "x"}, {"change": "-1"}):
        refused = api.get(f"{site}/planned-size", params=asked | wrong)
        assert (refused.status_code, error(refused)["code"]) == (400, "bad_parameter")


# --- goals

THANKS = {"name": "Thanks", "action": {"what": "saw", "page": "/lamps"}}


def test_a_goal_can_be_created_measured_changed_and_deleted(api, site):
    made = api.post(f"{site}/goals", json=THANKS)
    assert made.status_code == 201
    assert made.json()["id"] == "thanks"
    assert api.get(f"{site}/goals/Thanks").json() == made.json()
    assert made.json() in api.get(f"{site}/goals").json()["goals"]
    found = api.get(f"{site}/goal-figures", params=PERIOD | {"goal": "Thanks"}).json()
    assert found["query"]["goal"] == "thanks"
    (figures,) = found["goals"]
    assert (figures["id"], figures["of"], figures["visitors"], figures["share"]) == ("thanks", VISITORS, VISITORS, 1.0)
    assert figures["low"] < figures["high"] == 1.0
    page = {"page": "/lamps", "width": 1000}
    map_ = api.get(f"{site}/heatmap", params=PERIOD | page | {"goal": "thanks"}).json()
    assert (map_["query"]["goal"], map_["goal"]["name"]) == ("thanks", "Thanks")
    assert all(element["goal"]["clicked"]["of"] == element["visitors"] for element in map_["elements"])
    assert api.get(f"{site}/heatmap", params=PERIOD | page).json()["goal"] is None

    changed = api.put(f"{site}/goals/thanks", json=THANKS | {"counted": "each", "version": 1}).json()
    assert (changed["counted"], changed["version"]) == ("each", 2)
    assert api.put(f"{site}/goals/thanks", json=THANKS | {"version": 1}).status_code == 409
    assert api.delete(f"{site}/goals/thanks").json() == {"deleted": "thanks"}
    for gone in (api.get(f"{site}/goals/thanks"), api.get(f"{site}/heatmap", params=page | {"goal": "thanks"})):
        assert (gone.status_code, error(gone)["code"]) == (404, "no_goal")


def test_a_goal_with_faults_is_rejected_with_all_of_them(api, site):
    refused = api.post(f"{site}/goals", json={"name": " ", "action": {"what": "sent", "least": 2, "most": 1}})
    assert refused.status_code == 422
    assert [(one["field"], one["code"]) for one in error(refused)["faults"]] == [
        ("name", "missing"), ("action.least", "amounts_swapped"), ("action.name", "name_missing")
    ]  # fmt: skip


# --- journeys


def test_a_journey_can_be_created_measured_changed_and_deleted(api, site):
    made = api.post(f"{site}/journeys", json=FIRST_LAMP)
    assert made.status_code == 201
    assert made.json()["id"] == "first-lamp"
    assert api.get(f"{site}/journeys/First lamp").json() == made.json()
    found = api.get(f"{site}/journeys/First lamp/map", params=PERIOD).json()
    assert found["visitors"] == VISITORS
    look, buy = found["stages"]
    assert (look["key"], look["visitors"], buy["visitors"]) == ("look", VISITORS, 0)
    assert found["touchpoints"]["list"]["page"] == "shop.example/lamps"
    assert found["journey"]["name"] == "First lamp"

    changed = api.put(f"{site}/journeys/first-lamp", json=FIRST_LAMP | {"objective": "Sell", "version": 1}).json()
    assert (changed["objective"], changed["version"]) == ("Sell", 2)
    assert api.put(f"{site}/journeys/first-lamp", json=FIRST_LAMP | {"version": 1}).status_code == 409
    assert api.delete(f"{site}/journeys/first-lamp").json() == {"deleted": "first-lamp"}
    gone = api.get(f"{site}/journeys/first-lamp")
    assert (gone.status_code, error(gone)["code"]) == (404, "no_journey")


def test_bad_journeys(api, site):
    twice = FIRST_LAMP | {"name": "Bad", "stages": [FIRST_LAMP["stages"][0]] * 2}
    assert "is used twice" in error(api.post(f"{site}/journeys", json=twice))["message"]
    assert api.post(f"{site}/journeys", json={"name": "Bad", "stages": []}).status_code == 422
    assert api.get(f"{site}/journeys/none/map", params={"device": "watch"}).status_code == 400


# --- tokens


def test_a_token_works_until_it_is_revoked(api, viewer, portal):
    made = api.post(f"{ROOT}/tokens", json={"name": "weekly report", "role": "viewer"}).json()
    report = Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {made['token']}"})
    assert report.get(f"{ROOT}/sites").status_code == 200
    listed = api.get(f"{ROOT}/tokens").json()["tokens"]
    (found,) = [one for one in listed if one["id"] == made["id"]]
    assert (found["name"], found["role"], found["sites"]) == ("weekly report", "viewer", {})
    assert "digest" not in str(listed)
    assert api.delete(f"{ROOT}/tokens/{made['id']}").json() == {"deleted": made["id"]}
    assert report.get(f"{ROOT}/sites").status_code == 401
    assert api.delete(f"{ROOT}/tokens/{made['id']}").status_code == 404


def test_healthz(anyone):
    assert anyone.get("/healthz").json() == {"status": "ready"}
