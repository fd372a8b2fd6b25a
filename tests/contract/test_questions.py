"""One question, whoever asks it: the page, its pictures, the API and the command give the same verdict and faults."""

from __future__ import annotations

import re
import time
from html import unescape
from urllib.parse import urlencode

import pytest

from parcours.commands.questions import BadQuestion, asked
from rules.faults import Fault
from rules.question import COMPARISON, JOURNEY, MAP, PERIOD
from store.definitions import Definitions
from store.journeys import Journey, Stage, Touchpoint
from store.records import Experiment, PageState, Site, Variant
from tests.viewer.client import Client
from tests.viewer.pages import words
from tests.viewer.shop import PERIOD as DAYS
from viewer.app import Viewer
from viewer.pages.frame.languages import language
from viewer.pages.map.fault_words import fault_words

Query = dict[str, str]
Faults = list[tuple[str, str]]

# what is added to a good question -> the faults of every way to ask it (field, code)
FAULTS: dict[str, tuple[Query, Faults]] = {
    "no days": ({"since": "", "until": "", "days": "0"}, [("days", "whole_number")]),
    "too many days": ({"since": "", "until": "", "days": "99999"}, [("days", "whole_number")]),
    "days in words": ({"since": "", "until": "", "days": "x"}, [("days", "whole_number")]),
    "half a day": ({"since": "", "until": "", "days": "1.5"}, [("days", "whole_number")]),
    "days beside dates": ({"days": "-7"}, [("days", "whole_number")]),
    "swapped": ({"since": "2026-06-15", "until": "2026-05-20"}, [("since", "swapped")]),
    "no such month": ({"since": "2026-13-01"}, [("since", "day")]),
    "no such day": ({"until": "2026-02-30"}, [("until", "day")]),
    "a week": ({"since": "2026-W10"}, [("since", "day")]),
    "before all computers": ({"since": "1815-12-10"}, [("since", "day_range")]),
    "the far future": ({"until": "9999-12-31"}, [("until", "day_range")]),
    "begins after today": ({"since": "2149-01-01", "until": ""}, [("since", "after_today")]),
    "two bad days": ({"since": "x", "until": "y"}, [("since", "day"), ("until", "day")]),
}
OF_DEVICES: dict[str, tuple[Query, Faults]] = {
    "a watch": ({"device": "watch"}, [("device", "choice")]),
    "a wall": ({"device": "wall"}, [("device", "choice")]),
    "two devices": ({"device": "phone,tablet"}, [("device", "choice")]),
}
OF_MAPS: dict[str, tuple[Query, Faults]] = {
    "no page": ({"page": ""}, [("page", "missing")]),
    "a page of spaces": ({"page": "   "}, [("page", "missing")]),
    "nonsense": ({"page": "??"}, [("page", "no_page")]),
    "a word": ({"page": "lamps"}, [("page", "no_page")]),
    "another scheme": ({"page": "ftp://shop.example/"}, [("page", "not_http")]),
    "no host": ({"page": "https://"}, [("page", "not_http")]),
    "kind": ({"kind": "foo"}, [("kind", "choice")]),
    "kind of another case": ({"kind": "CLICK"}, [("kind", "choice")]),
    "robots": ({"bots": "yes"}, [("bots", "choice")]),
    "narrow": ({"width": "5"}, [("width", "whole_number")]),
    "wide": ({"width": "10001"}, [("width", "whole_number")]),
    "width in words": ({"width": "abc"}, [("width", "whole_number")]),
    "negative width": ({"width": "-390"}, [("width", "whole_number")]),
    "variant without key": ({"variant": "nokey"}, [("variant", "variant_form")]),
    "variant without experiment": ({"variant": ":b"}, [("variant", "variant_form")]),
    "unknown variant": ({"variant": "colour:c"}, [("variant", "no_variant")]),
    "reach of a state": ({"kind": "scroll", "state": "menu"}, [("state", "state_of_reach")]),
    "unknown state": ({"state": "nothing"}, [("state", "no_state")]),
    "steps done first": ({"state": "banner"}, [("state", "no_state")]),
    "state of another page": ({"page": "/help", "state": "menu"}, [("state", "no_state")]),
    "all at once": (
        {"kind": "tap", "width": "5", "since": "2026-06-15", "until": "2026-05-20", "bots": "maybe"},
        [("kind", "choice"), ("width", "whole_number"), ("since", "swapped"), ("bots", "choice")],
    ),
    **FAULTS,
    **OF_DEVICES,
}
OF_COMPARISONS: dict[str, tuple[Query, Faults]] = {
    "reach": ({"kind": "scroll"}, [("kind", "choice")]),
    "one variant": ({"variant": "colour:a"}, [("variant", "shows_both")]),
    **{name: case for name, case in OF_MAPS.items() if not {"variant", "page"} & set(case[0])},
    "reach of a state": ({"kind": "scroll", "state": "menu"}, [("kind", "choice")]),
    "nonsense": ({"page": "??"}, [("page", "no_page")]),
}
OF_JOURNEYS = FAULTS | OF_DEVICES
GOOD: list[Query] = [
    {},
    {"kind": "hover"},
    {"kind": "scroll"},
    {"device": "all"},
    {"device": "phone"},
    {"bots": "1"},
    {"bots": "false"},
    {"since": "", "until": "", "days": "1"},
    {"since": "", "until": "", "days": "3660"},
    {"since": "", "days": "7"},
    {"since": "1970-01-01", "until": "2149-06-05"},
    {"page": "https://www.shop.example/lamps/?utm_source=x"},
    {"page": "/lamp*"},
    {"width": "1000"},
    {"variant": "colour:a"},
    {"variant": "The colour:b"},
    {"variant": "button:a"},  # pages report it, nobody defined it
    {"state": "menu"},
    {"state": "Main menu"},
]
ASKED: Query = {"page": "/lamps", **DAYS}


@pytest.fixture(scope="module", autouse=True)
def defined(viewer: Viewer, shop: Site) -> None:
    definitions: Definitions = viewer.definitions
    steps = {"site": shop.id, "steps": ("click nav",)}
    definitions.put(PageState(id=f"{shop.id}.menu", key="menu", name="Main menu", pages=("/lamps",), **steps))
    definitions.put(PageState(id=f"{shop.id}.banner", key="banner", name="Banner", pages=("/**",), first=True, **steps))
    variants = (Variant("a", "Red"), Variant("b", "Blue"))
    definitions.put(Experiment(id="colour", site=shop.id, name="The colour", pages=("/lamps",), variants=variants))
    stages = (Stage("look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),)),)
    definitions.put(Journey(id="lamp", site=shop.id, name="A lamp", stages=stages))


def api_faults(api: Client, path: str, query: Query) -> tuple[int, Faults]:
    answer = api.get(path, params={name: value for name, value in query.items() if value})
    found = answer.json()["error"].get("faults", []) if answer.status_code >= 400 else []
    return answer.status_code, [(fault["field"], fault["code"]) for fault in found]


def sentences(api: Client, path: str, query: Query, code: str) -> list[str]:
    """What the page should say: the faults that the API gives, in words."""
    found = api.get(path, params={name: value for name, value in query.items() if value}).json()["error"]["faults"]
    return [fault_words(language(code), Fault(one["field"], one["code"], one["values"])) for one in found]


def shown(page: str) -> list[str]:
    """The sentences of the faults that a page shows in place."""
    box = re.search(r'role="alert">(.*?)</div>', page, re.S)
    assert box, "the page shows no fault in place"
    return [
        " ".join(unescape(re.sub(r"<a .*?</a>", "", line)).split())
        for line in re.findall(r"<p>(.*?)</p>", box[1], re.S)
    ]


def command_faults(query: Query, asks: object) -> Faults:
    try:
        asked(query, asks)  # type: ignore[arg-type]
    except BadQuestion as refused:
        return [(fault.field, fault.code) for fault in refused.faults]
    return []


def by_name(cases: dict[str, tuple[Query, Faults]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("change", "faults"), list(cases.values()), ids=list(cases))


NEEDS_THE_SITE = {"no_page", "not_http", "no_variant", "no_state"}  # the command learns of these from the API


@by_name(OF_MAPS)
def test_a_map_with_faults(api: Client, owner: Client, shop: Site, change: Query, faults: Faults) -> None:
    query = ASKED | change
    status, found = api_faults(api, f"/api/v1/sites/{shop.id}/heatmap", query)
    assert (status, found) == (404 if faults == [("state", "no_state")] else 400, faults)
    page = owner.get(f"/sites/{shop.id}/heatmap?{urlencode(query)}")
    assert page.status_code == status
    assert shown(page.text) == sentences(api, f"/api/v1/sites/{shop.id}/heatmap", query, "en")
    assert 'class="pic' not in page.text
    for picture in ("heat.png", "thumb.webp"):
        assert api_faults(api, f"/sites/{shop.id}/{picture}", query) == (status, faults)
    assert command_faults(query, MAP) == [fault for fault in faults if fault[1] not in NEEDS_THE_SITE]


@by_name(OF_COMPARISONS)
def test_a_comparison_with_faults(api: Client, owner: Client, shop: Site, change: Query, faults: Faults) -> None:
    query = ASKED | change
    named = query | {"experiment": "colour"}
    status, found = api_faults(api, f"/api/v1/sites/{shop.id}/compare", named)
    assert (status, found) == (404 if faults == [("state", "no_state")] else 400, faults)
    page = owner.get(f"/sites/{shop.id}/experiments/colour?{urlencode(query)}")
    assert page.status_code == status
    assert shown(page.text) == sentences(api, f"/api/v1/sites/{shop.id}/compare", named, "en")
    assert command_faults(named, COMPARISON) == [fault for fault in faults if fault[1] not in NEEDS_THE_SITE]


@by_name(OF_JOURNEYS)
def test_a_journey_with_faults(api: Client, owner: Client, shop: Site, change: Query, faults: Faults) -> None:
    query = DAYS | change
    at = f"/api/v1/sites/{shop.id}/journeys/lamp/map"
    assert api_faults(api, at, query) == (400, faults)
    page = owner.get(f"/sites/{shop.id}/journeys/lamp?{urlencode(query)}")
    assert (page.status_code, shown(page.text)) == (400, sentences(api, at, query, "en"))
    assert command_faults(query, JOURNEY) == faults


@by_name(FAULTS)
def test_days_with_faults(api: Client, owner: Client, shop: Site, change: Query, faults: Faults) -> None:
    query = DAYS | change
    for at in ("pages", "export"):
        assert api_faults(api, f"/api/v1/sites/{shop.id}/{at}", query) == (400, faults)
    page = owner.get(f"/sites/{shop.id}/pages?{urlencode(query)}")
    assert (page.status_code, shown(page.text)) == (
        400, sentences(api, f"/api/v1/sites/{shop.id}/pages", query, "en"),
    )  # fmt: skip
    assert command_faults(query, PERIOD) == faults


@pytest.mark.parametrize("change", GOOD, ids=str)
def test_a_good_question_is_good_everywhere(api: Client, owner: Client, shop: Site, change: Query) -> None:
    query = ASKED | change
    answer = api.get(f"/api/v1/sites/{shop.id}/heatmap", params={k: v for k, v in query.items() if v})
    no_picture = answer.status_code == 404 and answer.json()["error"]["code"] == "no_snapshot"
    assert answer.status_code == 200 or (no_picture and "faults" not in answer.json()["error"])
    page = owner.get(f"/sites/{shop.id}/heatmap?{urlencode(query)}")
    assert page.status_code == 200
    assert 'role="alert"' not in page.text
    heat = owner.get(f"/sites/{shop.id}/heat.png?{urlencode(query)}")
    assert heat.status_code == answer.status_code
    assert command_faults(query, MAP) == []


@pytest.mark.parametrize("code", ["en", "fr"])
def test_swapped_days_can_be_swapped_back_with_all_choices_kept(owner: Client, shop: Site, code: str) -> None:
    query = {"page": "/lamps", "kind": "hover", "device": "phone", "since": "2026-03-03", "until": "2026-03-01"}
    page = owner.get(f"/sites/{shop.id}/heatmap?{urlencode(query)}&lang={code}").text
    label = {"en": "Swap them", "fr": "Les inverser"}[code]
    sentence = {
        "en": "The start, 3 March, is after the end, 1 March.",
        "fr": "Le début, le 3 mars, est après la fin, le 1 mars.",
    }[code]
    assert sentence in words(page)
    assert '<input type="date" name="since" value="2026-03-03"' in page
    [href] = re.findall(rf'<a href="([^"]+)">{label}</a>', page)
    repaired = owner.get(unescape(href))
    owner.get("/sites?lang=en")
    assert repaired.status_code == 200
    for choice in ("kind=hover", "device=phone", "since=2026-03-01", "until=2026-03-03"):
        assert choice in unescape(href)


@by_name({name: case for name, case in OF_MAPS.items() if len(case[1]) == 1})
def test_a_fault_has_a_link_that_repairs_it(owner: Client, shop: Site, change: Query, faults: Faults) -> None:
    page = owner.get(f"/sites/{shop.id}/heatmap?{urlencode(ASKED | change)}").text
    box = re.search(r'role="alert">(.*?)</div>', page, re.S)
    assert box
    [href] = re.findall(r'<a href="([^"]+)"', box[1])
    assert owner.get(unescape(href)).status_code == 200, href


@pytest.fixture
def statements(viewer: Viewer, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the store is asked from now on; the clock stands still, so that a slow machine forgets nothing."""
    now = time.monotonic()
    monkeypatch.setattr(viewer.work, "_clock", lambda: now)
    asked: list[str] = []
    for name in ("columns", "rows", "command"):

        def counted(sql: str, *args: object, run: object = getattr(viewer.store, name), **kwargs: object) -> object:
            asked.append(" ".join(sql.split()))
            return run(sql, *args, **kwargs)  # type: ignore[operator]

        monkeypatch.setattr(viewer.store, name, counted)
    return asked


def pictures_of(page: str, name: str) -> list[str]:
    """The addresses of the pictures that a page shows."""
    return [unescape(src) for src in re.findall(rf'<img src="([^"]+/{name}[^"]+)"', page)]


def of_the_site(statements: list[str]) -> list[str]:
    """Those that read the site, its definitions, or the list of its snapshots."""
    return [sql for sql in statements if "definitions" in sql or "LIMIT 1 BY page, width, variant, state" in sql]


def test_heat_after_its_page_reads_nothing_at_all(owner: Client, shop: Site, statements: list[str]) -> None:
    pictures = pictures_of(
        owner.get(f"/sites/{shop.id}/heatmap?{urlencode(ASKED | {'layer': 'clicks'})}").text, "heat.png"
    )
    assert len(pictures) == 4
    assert of_the_site(statements)  # of the page itself: the test sees them
    statements.clear()
    for src in pictures:
        assert owner.get(src).status_code == 200
    assert statements == []


def test_thumbnails_after_their_page_read_nothing_of_the_site(owner: Client, shop: Site, statements: list[str]) -> None:
    [thumb] = pictures_of(owner.get(f"/sites/{shop.id}/pages?{urlencode(DAYS)}").text, "thumb.webp")
    statements.clear()
    assert owner.get(thumb).status_code == 200
    assert of_the_site(statements) == []


def test_a_change_is_seen_by_the_next_picture(owner: Client, api: Client, shop: Site) -> None:
    """What is remembered is dropped with every change that goes through the viewer."""
    at = f"/sites/{shop.id}/heat.png?{urlencode(ASKED | {'state': 'drawer'})}"
    refused = owner.get(at, headers={"Accept": "application/json"})
    assert [one["code"] for one in refused.json()["error"]["faults"]] == ["no_state"]
    state = {"name": "Drawer", "pages": ["/lamps"], "steps": ["click #drawer"]}
    assert api.post(f"/api/v1/sites/{shop.id}/states", json=state).status_code == 201
    missing = owner.get(at, headers={"Accept": "application/json"}).json()["error"]
    assert "faults" not in missing  # the state is known; there is no picture of it yet
    assert missing["code"] == "no_snapshot"
