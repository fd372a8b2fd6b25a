"""Somebody with a role on one site, and the ids of things of another: no route shows, changes or erases any of them."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from msgspec.structs import replace

from rules.site import add
from store.credentials import Credential, Credentials
from store.definitions import KINDS, Definitions
from store.invitations import SiteInvitation
from store.jobs import JobStore, StoredJob, StoredRequest
from store.journeys import Journey, Opportunity, Persona, Stage, Touchpoint
from store.offsite import OffsiteBatch, OffsiteReport
from store.page_groups import DeclinedGroups, PageGroup
from store.page_zones import PageZone
from store.records import Erasure, Experiment, PageState, Record, SignInRecipe, Site, SiteRole, User, Variant
from store.remarks import Remark
from store.reports import Report, ReportPart, SavedMap
from store.sealing import Sealer
from store.segments import Action, Goal, Group, Rule, Segment
from store.shares import Share, ShareUse
from store.snapshots import Snapshots
from store.surveys import Survey, SurveyTheme
from store.zones import now_ms
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.conftest import BASE
from tests.viewer.pages import csrf
from viewer import api, pages, picture_routes
from viewer.access import tokens
from viewer.app import Viewer
from viewer.http.binding import Endpoint

MARK = "Zzforeignmark"  # part of every name, text and address of the other site
KEY = MARK.lower()
FAR = 4_000_000_000_000  # ms since 1970
ROUTES = [
    one
    for one in (*api.endpoints(), *picture_routes.ENDPOINTS, *pages.ENDPOINTS)
    if one.role is not None and "{" in one.path.replace("{site}", "") and not one.path.startswith("/help/")
]
# What a body of a change must have, so that only the id is wrong with it: the fields of the kinds that routes replace.
BODIES: dict[str, dict[str, Any]] = {
    "state": {"name": "Menu", "pages": ["/a"], "steps": ["click #a"]},
    "group": {"name": "Group", "pages": ["/a/*"]},
    "experiment": {"name": "Test", "pages": ["/a"], "variants": [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}]},
    "goal": {"name": "Goal", "action": {"what": "saw", "page": "/a"}},
    "journey": {"name": "Map", "stages": [{"key": "look", "name": {"en": "Look"}}]},
    "segment": {"name": "Some", "tree": {"rules": [{"what": "device", "values": ["phone"]}]}},
    "zone": {"name": "Zone", "page": "/a", "elements": ["0" * 16]},
    "note": {"text": "changed", "version": 1},
    "answers": {"text": "an answer"},
    "copy": {"name": "A copy"},
    "secret": {"value": "hidden"},
    "person": {"role": "viewer"},
}
# Answers that are no refusal: a picture that has not arrived yet is unknown too, and the names of visitors and of
# secrets mean those of the own site.
ANSWERED = ("/own-browser/{snapshot}", "/visitors/{visitor}", "/secrets/{secret}")


@dataclass(frozen=True)
class Foreign:
    """The other site, and the ids of its things by the names that routes have for them."""

    site: Site
    ids: dict[str, str]


def of_other_site(site: str) -> dict[str, Record]:
    """One record of each kind that belongs to a site."""
    name, key = f"About {MARK}", KEY
    stage = Stage("look", {"en": name}, (Touchpoint("first", {"en": name}, (f"/{MARK}",)),))
    return {
        "experiment": Experiment(
            id=key, site=site, name=name, pages=("/a",), variants=(Variant("a", name), Variant("b", "B"))
        ),
        "goal": Goal(id=key, site=site, name=name, action=Action(what="saw", page=f"/{MARK}")),
        "journey": Journey(
            id=key,
            site=site,
            name=name,
            stages=(stage,),
            personas=(Persona(key="who", name=name),),
            opportunities=(Opportunity(key="better", title=name, stage="look"),),
        ),
        "state": PageState(id="s" + key, site=site, key=key, name=name, pages=("/a",), steps=("click #a",)),
        "group": PageGroup(id="g" + key, site=site, key=key, name=name, pages=(f"/{MARK}/*",)),
        "declined_groups": DeclinedGroups(id=site, site=site, patterns=(f"/{MARK}/*",)),
        "segment": Segment(id=key, site=site, name=name, tree=Group(rules=(Rule(what="device", values=("phone",)),))),
        "zone": PageZone(id=key, site=site, name=name, page=f"/{MARK}", elements=("0" * 16,)),
        "note": Remark(id=key, site=site, text=name, author=MARK, time=now_ms(), day="2026-03-02"),
        "sign_in": SignInRecipe(id=site, site=site, url=f"https://{KEY}.example/", steps=("click #a",)),
        "invitation": SiteInvitation(id="f" * 64, site=site, role="editor", made=now_ms(), ends=FAR, name=name),
        "erasure": Erasure(id=key, site=site, asked=now_ms(), until={"views": 1}, by=MARK, state="done"),
        "offsite": OffsiteBatch(
            id=key, site=site, name=f"{MARK}.csv", digest="0", at=now_ms(), by=MARK, state="stored"
        ),
        "offsite_report": OffsiteReport(id=key, site=site),
        "share": Share(id="e" * 64, site=site, kind="map", query={"page": f"/{MARK}"}, ends="2026-12-31", until=FAR),
        "saved_map": SavedMap(id=key, site=site, name=name, query={"page": f"/{MARK}"}),
        "report": Report(id=key, site=site, name=name, parts=(ReportPart(kind="text", text=name),)),
        "survey": Survey(id=key, site=site, name=name),
        "survey_theme": SurveyTheme(id=key, site=site, survey=key, name=name),
        "share_use": ShareUse(id="e" * 64, site=site, opened=3, last="2026-03-02"),
    }


@pytest.fixture(scope="module")
def other(viewer: Viewer, shop: Site) -> Foreign:
    """Another site with something of every kind."""
    definitions, store = viewer.definitions, viewer.store
    site = add(definitions, {"name": f"Site {MARK}", "domains": [f"{KEY}.example"]}, MARK)
    made = of_other_site(site.id)
    for record in made.values():
        definitions.put(record, MARK)
    number, page = int(site.id), f"{KEY}.example/{MARK}"
    taken = dataclasses.replace(shops.snapshot(site.id, page=page), title=MARK)
    Snapshots(store).save(taken, shops.page_layout(), shops.strips())
    Credentials(store, Sealer(viewer.settings.credentials_key)).put(Credential(number, "secret", KEY, now_ms()), MARK)
    asked = StoredRequest(site.id, f"https://{page}", (200,), page=page, asked=now_ms() / 1000)
    JobStore(store, viewer.settings.server).save(StoredJob(KEY, asked, "queued", 0, 1))
    viewer.jobs.resume()
    token, _ = tokens.issue(definitions, f"Token {MARK}", "viewer")
    ids = {kind: record.id for kind, record in made.items()} | {"state": KEY, "group": KEY}
    ids |= {
        "batch": KEY, "snapshot": str(taken.id), "snapshot:int": str(taken.id), "other": str(taken.id), "n:int": "0",
        "old": str(taken.id), "new": str(taken.id), "job": KEY, "jobs": KEY, "token": token.id, "id": KEY,
        "opportunity": "better", "persona": "who", "touchpoint": "first", "version": "1", "secret": KEY,
        "visitor": f"{7:016x}", "person": "nobody", "user": "nobody", "session": "0" * 16, "theme": KEY,
    }  # fmt: skip
    own = Journey(id="own", site=shop.id, name="Own", stages=(Stage("look", {"en": "Look"}),))
    definitions.put(own)
    return Foreign(site, ids)


@pytest.fixture(scope="module")
def clients(viewer: Viewer, portal: BlockingPortal, shop: Site) -> dict[str, Client]:
    """A program and a person who own the shop, and have no other role."""
    made, text = tokens.issue(viewer.definitions, "owns the shop", "viewer")
    role = (SiteRole(shop.id, "owner"),)
    viewer.definitions.put(replace(made, role="", sites=role))
    program = Client(portal, viewer.asgi, BASE, {"Authorization": f"Bearer {text}"})
    user = viewer.definitions.put(User(id="petra", password="-", role="", sites=role))
    person = Client(portal, viewer.asgi, BASE, {"Accept": "text/html", "Accept-Language": "en"})
    person.get(viewer.sign_in_url(user).removeprefix(BASE))
    token = csrf(person.get("/account").text)
    person = Client(portal, viewer.asgi, BASE, {"Accept": "text/html", "X-CSRF-Token": token}, person.cookies)
    return {"program": program, "person": person}


def test_every_kind_of_a_site_and_every_part_of_an_address_is_tried(other: Foreign) -> None:
    """A new kind, or a new part of an address, has to be added above."""
    kinds = {name for name, kind in KINDS.items() if "site" in kind.__struct_fields__}
    assert kinds - of_other_site("1").keys() <= LATER
    parts = {part for one in ROUTES for part in re.findall(r"\{([^}]+)\}", one.path)}
    assert parts - {"site"} <= other.ids.keys()


# Kinds of which no route has the id of one, or none below a site.
LATER = {
    "access_event", "session", "token_use", "outbox", "sent", "subscription", "alert", "alert_levels", "webhook",
}  # fmt: skip


def addresses(endpoint: Endpoint, site: Site, ids: dict[str, str]) -> str:
    path = endpoint.path.replace("{site}", site.id)
    return re.sub(r"\{([^}]+)\}", lambda found: ids[found[1]], path)


def sent(endpoint: Endpoint) -> dict[str, Any]:
    """A body with which only the id is wrong."""
    if not endpoint.path.startswith("/api/"):
        return {"data": {"do": "delete"}}
    part = re.findall(r"\{([^}]+)\}", endpoint.path)[-1]
    return {"json": BODIES.get(endpoint.path.rpartition("/")[2], BODIES.get(part, {}))}


def stored(definitions: Definitions) -> list[tuple[str, int, str]]:
    rows = definitions.store.rows(
        "SELECT kind, id, max(version) AS newest FROM definitions "
        "WHERE positionCaseInsensitive(json, {mark:String}) > 0 GROUP BY kind, id ORDER BY kind, id",
        mark=MARK,
    )
    return [(row["kind"], int(row["newest"]), row["id"]) for row in rows]


def test_no_route_reaches_a_thing_of_another_site(
    viewer: Viewer, clients: dict[str, Client], shop: Site, other: Foreign
) -> None:
    before, wrong, tried = stored(viewer.definitions), [], 0
    for client, endpoint in product(clients.values(), ROUTES):
        for method, mixed in product(endpoint.methods, (False, True)):
            if mixed and "{journey}/" not in endpoint.path:
                continue
            ids = other.ids | ({"journey": "own"} if mixed else {})  # the own map, and parts of the other
            unknown = dict.fromkeys(ids, "0" * 15) | {"n:int": "0"}
            more = sent(endpoint) if method in ("POST", "PUT") else {}
            answer = client.request(method, addresses(endpoint, shop, ids), **more)
            never = client.request(method, addresses(endpoint, shop, unknown), **more)
            tried += 1
            status = answer.status_code
            if endpoint.path.endswith(ANSWERED):
                right = answer.text == never.text or status == 200
            elif mixed:  # some of these parts are called the same in every map
                right = status < 500 and f"about {KEY}" not in answer.text.lower()
            else:
                right = status in (403, 404) and status == never.status_code
            if not right or f"about {KEY}" in answer.text.lower() or f"site {KEY}" in answer.text.lower():
                wrong.append(f"{status} {method} {endpoint.path} {answer.text[:160]!r}")
    assert tried > 130
    assert not wrong, "\n".join(wrong)
    assert stored(viewer.definitions) == before


QUESTIONS = (
    {"segment": KEY}, {"goal": KEY}, {"page": KEY}, {"experiment": KEY}, {"variant": f"{KEY}:b"}, {"with": KEY},
)  # fmt: skip


@pytest.mark.parametrize("named", QUESTIONS, ids=str)
def test_no_question_names_a_thing_of_another_site(
    clients: dict[str, Client], shop: Site, other: Foreign, named: dict[str, str]
) -> None:
    """Ids of the other site in questions to the own one: no answer has a name of it, and none is a fault of ours."""
    for client, endpoint in product(clients.values(), QUESTIONED):
        asked = {"page": shops.PAGE, **shops.PERIOD} | named
        answer = client.get(endpoint.path.replace("{site}", shop.id), params=asked)
        assert answer.status_code < 500, endpoint.path
        assert f"about {KEY}" not in answer.text.lower(), endpoint.path


QUESTIONED = [
    one
    for one in (*api.endpoints(), *picture_routes.ENDPOINTS, *pages.ENDPOINTS)
    if one.role is not None and "GET" in one.methods and re.findall(r"\{[^}]+\}", one.path) == ["{site}"]
]


def test_definitions_cannot_refer_to_another_site(clients: dict[str, Client], shop: Site, other: Foreign) -> None:
    """What a body names has to be of the same site: it would be read when the definition is used."""
    lists = {
        "notes": {"text": "Look", "journey": KEY, "touchpoint": "first"},
        "zones": BODIES["zone"] | {"name": "Foreign", "page": KEY},
        "segments": {"name": "Foreign", "tree": {"rules": [{"what": "goal", "values": [KEY]}]}},
        "experiments": BODIES["experiment"] | {"goal": KEY},
    }
    for client, (path, body) in product(clients.values(), lists.items()):
        answer = client.post(f"/api/v1/sites/{shop.id}/{path}", json=body)
        assert 400 <= answer.status_code < 500, (path, answer.text)
        assert f"about {KEY}" not in answer.text.lower(), path


LISTS = ("shares", "invitations", "notes", "erasures", "offsite", "segments", "zones", "groups", "goals", "journeys")


def test_a_list_has_only_things_of_its_site(clients: dict[str, Client], shop: Site, other: Foreign) -> None:
    for client, path in product(clients.values(), LISTS):
        answer = client.get(f"/api/v1/sites/{shop.id}/{path}")
        assert answer.status_code == 200, path
        assert MARK.lower() not in answer.text.lower(), path


def test_a_goal_that_a_journey_names_is_looked_up_on_its_own_site(
    clients: dict[str, Client], shop: Site, other: Foreign
) -> None:
    body = BODIES["journey"] | {"name": "With a foreign goal", "goals": [KEY]}
    made = clients["program"].post(f"/api/v1/sites/{shop.id}/journeys", json=body).json()["id"]
    for path in (f"/api/v1/sites/{shop.id}/journeys/{made}/map", f"/sites/{shop.id}/journeys/{made}"):
        for client in clients.values():
            answer = client.get(path, params=shops.PERIOD)
            assert answer.status_code == 200
            assert f"about {KEY}" not in answer.text.lower()
