"""The list of journeys: its rows, templates, copies, deletion with undo, revisions and import."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from msgspec.structs import replace

from rules.journey_seen import SEEN
from store.definitions import Definitions
from store.journeys import Journey, KpiTarget, Persona, Stage, Touchpoint
from store.records import Site
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, csrf, post, words
from viewer import seen_maps
from viewer.app import Viewer
from viewer.pages.journey import chooser

HOSTILE = '<img src=x onerror="alert(1)"> {{ 7*7 }} %(name)s'
LAMPS = Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",), targets=(KpiTarget("forward", 0.7),))
STAGES = (
    Stage("look", {"en": "Look"}, (LAMPS,)),
    Stage("buy", {"en": "Buy"}, (Touchpoint("pay", {"en": "Pay"}, ("/pay",)),)),
)


@pytest.fixture(scope="module")
def definitions(viewer: Viewer) -> Definitions:
    return viewer.definitions


@pytest.fixture(scope="module")
def path(shop: Site) -> str:
    return f"/sites/{shop.id}/journeys"


@pytest.fixture(scope="module")
def measured(definitions: Definitions, shop: Site) -> Journey:
    journey = Journey(
        id="lamp", site=shop.id, name="First lamp", stages=STAGES, window_days=1, review_on="2026-03-01",
        personas=(Persona(key="tenant", name="The new tenant"),),
    )  # fmt: skip
    return definitions.put(journey, by="odile")


def row_of(page: str, id: str) -> str:
    found = re.search(rf'<tr id="{id}".*?</tr>', page, re.S)
    assert found, f"no row {id}"
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def location(answer: Any) -> str:
    assert answer.status_code == 303, answer.text
    where: str = answer.headers["location"]
    return where


def test_a_row_has_state_persona_visitors_worst_figure_and_review(owner: Client, path: str, measured: Journey) -> None:
    page = owner.get(f"{path}?{DAYS}").text
    row = row_of(page, "lamp")
    assert "First lamp Current state Review due The new tenant" in row
    shown = owner.get(f"{path}/lamp?{DAYS}").text  # the map reminds of it too
    assert re.search(r"The review of this map is due: [\d,]+ days late\.", shown)
    assert "?edit=1#about" in shown
    figures = owner.get(f"{path}/lamp/figures?{DAYS}").json()
    assert figures["visitors"] == "60"
    assert figures["worst"] == {
        "bold": "0.0%",
        "rest": "go on from Lamps",
        "small": "target at least 70%, 60 visitors",
        "bad": True,
    }
    assert "1 March" in row
    assert "late" in row
    assert "1 review due" in words(page)
    french = owner.get(f"{path}?{DAYS}&lang=fr").text
    owner.get("/sites?lang=en")
    assert "État actuel Revue due" in row_of(french, "lamp")


def test_the_list_is_searched_sorted_and_narrowed_by_kind(
    owner: Client, path: str, definitions: Definitions, measured: Journey
) -> None:
    for id, kind, day in (("zebra", "blueprint", "2999-01-01"), ("ant", "day", "")):
        definitions.put(Journey(id=id, site=measured.site, name=id, stages=STAGES, kind=kind, review_on=day))  # type: ignore[arg-type]

    def listed(query: str) -> list[str]:
        return re.findall(r'<tr id="([\w-]+)"', owner.get(f"{path}?{query}").text)

    assert listed("") == ["lamp", "zebra", "ant"]
    assert listed("sort=name") == ["ant", "lamp", "zebra"]
    assert listed("kind=blueprint") == ["zebra"]
    assert listed("search=EBR") == ["zebra"]
    assert "No journey fits." in words(owner.get(f"{path}?search=nothing").text)
    assert owner.get(f"{path}?kind=x").status_code == 400
    page = owner.get(path).text
    assert "Draft" in row_of(page, "ant")
    assert "In use" in row_of(page, "zebra")


def test_a_journey_starts_from_a_template_in_the_language_of_the_reader(
    owner: Client, path: str, definitions: Definitions
) -> None:
    page = owner.get(f"{path}?lang=fr").text
    owner.get("/sites?lang=en")
    assert page.count("<svg") > 10
    assert "Plan directeur du service" in words(page)
    where = location(post(owner, path, name="Service", template="five-evidences"))
    assert where.endswith("/journeys/service?edit=1")
    made = definitions.get(Journey, "service")
    assert (made.kind, len(made.stages), made.personas[0].name) == ("blueprint", 5, "Typical customer")
    assert made.review_on
    assert "is neither a template" in words(post(owner, path, name="X", template="no").text)  # type: ignore[attr-defined]
    nameless = post(owner, path, name=" ", template="shop")
    assert nameless.status_code == 422  # type: ignore[attr-defined]
    assert re.search(r'value="shop" checked', nameless.text)  # type: ignore[attr-defined]


def test_a_future_state_starts_from_a_current_map(
    owner: Client, path: str, definitions: Definitions, measured: Journey
) -> None:
    assert "From First lamp" in words(owner.get(path).text)
    location(post(owner, path, name="Better", template="future:lamp"))
    made = definitions.get(Journey, "better")
    assert (made.kind, made.based_on, made.stages) == ("future", "lamp", measured.stages)
    assert "Future state of First lamp" in row_of(owner.get(path).text, "better")
    assert location(post(owner, path, do="future", journey="lamp")).endswith("#first-lamp-future-state")
    assert definitions.get(Journey, "first-lamp-future-state").based_on == "lamp"


def test_a_copy_is_a_journey_of_its_own(owner: Client, path: str, definitions: Definitions, measured: Journey) -> None:
    assert location(post(owner, path, do="copy", journey="lamp")).endswith("#first-lamp-copy")
    made = definitions.get(Journey, "first-lamp-copy")
    assert (made.name, made.stages, made.version) == ("First lamp, copy", measured.stages, 1)


def test_a_deleted_journey_comes_back_by_undo_and_from_the_deleted_ones(
    owner: Client, path: str, definitions: Definitions, shop: Site
) -> None:
    definitions.put(Journey(id="gone", site=shop.id, name="Gone", stages=STAGES))
    after = owner.get(location(post(owner, path, do="delete", journey="gone"))).text
    assert "“Gone” was deleted" in words(after)
    assert 'id="gone"' not in after
    assert definitions.find(Journey, id="gone") == []
    location(post(owner, path, do="restore", journey="gone"))
    assert 'id="gone"' in owner.get(path).text
    location(post(owner, path, do="delete", journey="gone"))
    listed = words(owner.get(f"{path}?kind=deleted").text)
    assert re.search(r"Gone \d+ \w+, \d\d:\d\d odile Restore", listed)
    location(post(owner, path, do="restore", journey="gone"))
    assert definitions.get(Journey, "gone").version == 5
    assert post(owner, path, do="restore", journey="gone").status_code == 404  # type: ignore[attr-defined]


def test_revisions_are_told_in_words_and_one_goes_back(
    owner: Client, path: str, definitions: Definitions, shop: Site
) -> None:
    first = definitions.put(Journey(id="revised", site=shop.id, name="Revised", stages=STAGES), by="odile")
    definitions.put(replace(first, stages=STAGES[::-1], window_days=14), by="berta")
    page = owner.get(f"{path}/revised/revisions").text
    seen = words(page)
    assert "berta Time window: 30 to 14 days. Order of the stages changed." in seen
    assert "odile Created Go back to this one" in seen
    french = words(owner.get(f"{path}/revised/revisions?lang=fr").text)
    owner.get("/sites?lang=en")
    assert "Fenêtre de temps : de 30 à 14 jours. L’ordre des étapes a changé." in french.replace("\u202f", " ")
    location(post(owner, f"{path}/revised/revisions/1"))
    again = definitions.get(Journey, "revised")
    assert (again.version, again.stages, again.window_days) == (3, STAGES, 30)
    assert post(owner, f"{path}/revised/revisions/77").status_code == 404  # type: ignore[attr-defined]


def exported(owner: Client, shop: Site, **more: object) -> str:
    found: dict[str, Any] = owner.get(f"/api/v1/sites/{shop.id}/journeys/lamp").json()
    return json.dumps(found | more)


def test_an_export_is_imported_and_what_is_foreign_is_reported_first(
    owner: Client, path: str, definitions: Definitions, shop: Site, measured: Journey
) -> None:
    where = f"/sites/{shop.id}/import-journey"
    content = exported(owner, shop, name=HOSTILE, goals=["elsewhere"])
    asked = post(owner, where, content=content)
    seen = words(asked.text)  # type: ignore[attr-defined]
    assert "The goal “elsewhere”, which this site does not have (goals.0)" in seen
    assert "<img src=x" not in asked.text  # type: ignore[attr-defined]
    before = len(definitions.ids(Journey))
    made = owner.get(location(post(owner, where, content=content, do="store")))
    assert HOSTILE in words(made.text)
    assert len(definitions.ids(Journey)) == before + 1
    assert HOSTILE in row_of(owner.get(path).text, "img-src-x-onerror-alert-1-7-7-name-s")


def test_a_file_is_uploaded(owner: Client, definitions: Definitions, shop: Site, measured: Journey) -> None:
    where = f"/sites/{shop.id}/import-journey"
    token = csrf(owner.get(where).text)
    file = ("first-lamp.json", exported(owner, shop, name="Uploaded").encode(), "application/json")
    answer = owner.post(where, data={"csrf": token, "do": "read"}, files={"file": file})
    assert location(answer).endswith("/journeys/uploaded")
    assert definitions.get(Journey, "uploaded").stages == measured.stages


def test_faults_of_a_file_are_shown_with_its_text(owner: Client, shop: Site, measured: Journey) -> None:
    where = f"/sites/{shop.id}/import-journey"
    content = exported(owner, shop, stages=[{"key": "a", "name": {"en": "A"}, "colour": "red"}], kind="novel")
    answer: Any = post(owner, where, content=content)
    assert answer.status_code == 422
    seen = words(answer.text)
    assert "stages.0.colour : There is no such field." in seen
    assert 'data-fault="kind" data-code="choice"' in answer.text
    assert '"kind": "novel"' in seen  # what was sent is still there, on lines of its own
    broken: Any = post(owner, where, content='{"name": ')
    assert "The file is not JSON" in words(broken.text)


def test_nobody_changes_a_journey_without_a_sign_in(owner: Client, anyone: Client, path: str, shop: Site) -> None:
    for where in (path, f"/sites/{shop.id}/import-journey", f"{path}/lamp/revisions/1"):
        assert anyone.post(where, data={"do": "delete", "journey": "lamp"}).status_code in (303, 401, 403)
    assert owner.get(f"{path}/lamp/revisions").status_code == 200


def test_a_map_of_what_was_seen_needs_visitors(owner: Client, shop: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"/sites/{shop.id}/journeys?{DAYS}"
    page = owner.get(address).text
    assert "440 more visitors are needed in this period" in page
    fields = {"csrf": csrf(page), "name": "Seen here", "template": "seen"}
    few = owner.post(address, data=fields)
    assert few.status_code == 422
    assert 'data-code="seen_few"' in few.text
    for module in (chooser, seen_maps):
        monkeypatch.setattr(module, "LEAST_VISITORS", 60)
    assert "Advised: of 60 visitors" in owner.get(address).text
    made = owner.post(address, data=fields)
    assert made.status_code == 303, made.text
    assert "Lamps" in owner.get(made.headers["location"]).text


def test_the_api_proposes_and_creates_the_map_of_the_page(
    owner: Client, api: Client, shop: Site, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/api/v1/sites/{shop.id}/journeys-from-seen?{DAYS}"
    few = api.get(address).json()
    assert (few["seen"]["visitors"], few["missing"]) == (60, 440)
    refused = api.post(address, json={"name": "Too few"})
    assert (refused.status_code, refused.json()["error"]["faults"][0]["code"]) == (422, "seen_few")
    monkeypatch.setattr(seen_maps, "LEAST_VISITORS", 60)
    proposed = api.get(address).json()
    assert proposed["missing"] == 0
    fields = {
        "csrf": csrf(owner.get(f"/sites/{shop.id}/journeys?{DAYS}").text),
        "name": "Of the page",
        "template": SEEN,
    }
    location(owner.post(f"/sites/{shop.id}/journeys?{DAYS}", data=fields))
    sent = {"name": "Of the API", "review_on": "2027-01-01"}
    answer = api.post(address, json=sent)
    assert answer.status_code == 201, answer.text
    of_page, of_api = (definitions.get(Journey, id) for id in ("of-the-page", "of-the-api"))
    assert (of_api.stages, of_api.lanes, of_api.personas) == (of_page.stages, of_page.lanes, of_page.personas)
    assert answer.json()["stages"] == proposed["journey"]["stages"]
    assert [one["visitors"] for one in proposed["seen"]["pages"]] == sorted(
        (one["visitors"] for one in proposed["seen"]["pages"]), reverse=True
    )
    french = api.get(f"{address}&names=fr").json()["journey"]
    assert french["personas"][0]["name"] == "Client type"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [("days=0", 400, "bad_parameter"), ("names=de", 400, "bad_parameter"), ("sort=up", 400, "unknown_parameter")],
)
def test_a_map_of_what_was_seen_that_cannot_be_proposed(
    owner: Client, shop: Site, query: str, status: int, code: str
) -> None:
    answer = owner.get(f"/api/v1/sites/{shop.id}/journeys-from-seen?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
