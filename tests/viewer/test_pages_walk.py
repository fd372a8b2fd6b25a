"""A walk through a journey, as a page and as JSON: what is shown of one visitor, and what never is."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from store.journeys import Journey, Stage, Touchpoint
from store.records import Site
from store.segments import Action, Goal
from tests.aggregator.build import NOON, insert
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from tests.viewer.shop import BUY, LINK, _on
from viewer.app import Viewer

HOUR = 3_600_000
FIRST = 987_654_321_000  # number of the first visitor
PAGES = ("lamps", "basket", "paid")


def walked(site: str, ways: list[tuple[str, ...]]) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Views and clicks of consenting visitors: each touchpoint an hour after the one before."""
    views, clicks = [], []
    for n, way in enumerate(ways):
        for i, page in enumerate(way):
            who = {"site": int(site), "visitor": FIRST + n, "view": FIRST + 10 * n + i, "page": f"shop.example/{page}"}
            at = NOON + i * HOUR + n * 1_000 * i
            views.append(who | {"time": at, "consent": 1, "engaged_ms": 20_000, "channel": "search"})
            if page == "lamps":
                clicks.append(who | _on(LINK) | {"time": at + 2_000})
                clicks += [
                    who | _on(BUY) | {"time": at + 4_000 + ms, "effect": 0, "effect_ms": 0} for ms in (0, 400, 800)
                ]
    return views, clicks


@pytest.fixture(scope="module")
def at(viewer: Viewer, shop: Site) -> str:
    """25 consenting visitors go from the lamps to the basket, 20 of them pay; 19 go another way."""
    stages = (
        Stage("look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps", "fr": "Lampes"}, ("/lamps",)),)),
        Stage("buy", {"en": "Buy"}, (Touchpoint("basket", {"en": "Basket"}, ("/basket",)),), completes="paid"),
        Stage("after", {"en": "After"}, (Touchpoint("paid", {"en": "Thanks"}, ("/paid",)),)),
        Stage("help", {"en": "Help"}, (Touchpoint("help", {"en": "Help"}, ("/help",)),)),
    )
    viewer.definitions.put(Goal(id="paid", site=shop.id, name="Paid", action=Action(what="saw", page="/paid")))
    viewer.definitions.put(Journey(id="walked", site=shop.id, name="Buying", stages=stages))
    ways = [("lamps", "basket")] * 25 + [PAGES] * 20 + [("basket", "lamps")] * 19
    views, clicks = walked(shop.id, ways)
    insert(viewer.store, "views", views)
    insert(
        viewer.store, "touches", [{k: v for k, v in one.items() if k not in ("consent", "engaged_ms")} for one in views]
    )
    insert(viewer.store, "points", clicks)
    insert(viewer.store, "events", [
        {"site": int(shop.id), "visitor": one["visitor"], "view": one["view"], "page": one["page"], "kind": "input",
         "time": int(str(one["time"])) + 3_000, "name": "hunter2", "value": 4711}
        for one in views
    ])  # fmt: skip
    return f"/sites/{shop.id}/journeys/walked/walk?{DAYS}"


def api_of(at: str) -> str:
    return "/api/v1" + at


def test_the_way_most_went_with_its_clicks_on_the_picture(owner: Client, at: str) -> None:
    page = owner.get(at).text
    seen = words(page)
    assert "25 visitors went the same way, 39.1% of those who consented. Way 1 of the 2 that at least 20" in seen
    assert "One real way: 2 visits" in seen
    assert "1. Lamps" in seen
    assert "not reached" in seen
    assert "Touchpoint 1 of 2, visit 1" in seen
    assert re.search(r"4\.0 s 2 Buy pressed 3 times in 0\.8 s, nothing happened", seen)
    assert "typed or chose something; what, is never stored" in seen
    assert re.findall(r'class="hit( dead)?" href="#c(\d)"', page) == [("", "1"), (" dead", "2")]
    assert 'style="left:50%;top:32%"' in page


def test_links_walk_from_touchpoint_to_touchpoint_and_to_other_ways(owner: Client, at: str) -> None:
    page = owner.get(at).text
    links = {
        key: unescape(href) for href, key in re.findall(r'href="([^"]+)" data-key="(\w+)"', re.sub(r"\s+", " ", page))
    }
    assert sorted(links) == ["ArrowRight", "j"]
    second = words(owner.get(links["ArrowRight"]).text)
    assert "Touchpoint 2 of 2, visit 2" in second
    assert "Left the site" in second
    assert "3. Thanks" in words(owner.get(links["j"]).text)
    assert "since=2026-03-01" in links["j"]


def test_the_outcome_is_that_of_the_goal(owner: Client, at: str) -> None:
    assert "20 visitors went the same way" in words(owner.get(f"{at}&outcome=reached").text)
    assert "25 visitors went the same way" in words(owner.get(f"{at}&outcome=missed").text)


def test_a_way_that_nineteen_went_is_not_shown(owner: Client, at: str) -> None:
    answer = owner.get(f"{at}&way=basket,lamps")
    assert answer.status_code == 404
    assert "fewer than 20 visitors who consented" in words(answer.text)
    assert 'class="hit' not in answer.text
    assert owner.get(api_of(f"{at}&way=basket,lamps")).json()["error"]["code"] == "no_way"


def test_without_enough_visitors_who_consent_the_page_says_how_many_there_are(owner: Client, at: str) -> None:
    page = words(owner.get(f"{at}&device=tablet").text)
    assert "Needs visitors who consent: 0 so far." in page
    french = words(owner.get(f"{at}&device=tablet", headers={"Accept-Language": "fr"}).text)
    assert "Il faut des visiteurs qui consentent" in french


def test_the_json_has_the_ways_the_stops_and_what_was_done_but_no_visitor_and_no_text(owner: Client, at: str) -> None:
    found = owner.get(api_of(f"{at}&step=1"))
    answer = found.json()
    assert (answer["visitors"], answer["different"], answer["alike_least"]) == (64, 3, 20)
    assert answer["ways"] == [
        {"touchpoints": ["lamps", "basket"], "visitors": 25},
        {"touchpoints": ["lamps", "basket", "paid"], "visitors": 20},
    ]
    assert [(one["touchpoint"], one["visit"], one["clicks"]) for one in answer["stops"]] == [
        ("lamps", 1, 4),
        ("basket", 2, 0),
    ]
    assert [(one["what"], one["times"], one["number"]) for one in answer["did"]] == [
        ("clicked", 1, 1), ("typed", 1, 0), ("clicked", 3, 2),
    ]  # fmt: skip
    for n in range(64):
        assert str(FIRST + n) not in found.text
        assert f"{FIRST + n:x}" not in found.text
    assert not {"hunter2", "4711", "visitor"} & set(re.findall(r"\w+", found.text))
    assert answer["stops"][1]["page"] == ""  # a page without picture is not named


def test_the_shown_visitor_is_placed_among_the_others_at_a_touchpoint(owner: Client, at: str) -> None:
    usual = owner.get(api_of(at)).json()["usual"]
    # 45 went on from the lamps, and the ways of 19 end there; all pressed the button.
    assert (usual["left"]["visitors"], usual["went_on"]["visitors"]) == (19, 45)
    assert (usual["name"], usual["went_on"]["pressed"], usual["has_left"]) == ("Buy", 45, False)
    seen = words(owner.get(at).text)
    assert "Is this one usual? At Lamps This one Who left n = 19 Who went on n = 45" in seen
    assert "Engaged, median 20 s few 20 s Pressed “Buy” yes few 100.0% Went on yes 0% 100%" in seen
    assert "Went on no 0% 100%" in words(owner.get(f"{at}&step=2").text)
    french = words(owner.get(at, headers={"Accept-Language": "fr"}).text)
    assert "Est-ce habituel" in french


def followed(owner: Client, page: str, label: str = "See their journey") -> list[str]:
    """The addresses of the links with this label."""
    return [unescape(one) for one in re.findall(rf'<a[^>]*href="([^"]+)"[^>]*>(?:← )?{label}</a>', page)]


def test_one_click_leads_from_a_heatmap_to_ways_of_its_visitors_and_back(owner: Client, shop: Site, at: str) -> None:
    heatmap = f"/sites/{shop.id}/heatmap?page=shop.example/lamps&device=desktop&{DAYS}&journey=walked"
    (link,) = followed(owner, owner.get(heatmap).text)
    walk = owner.get(link, follow_redirects=True)
    assert walk.status_code == 200
    assert "Touchpoint 1 of 2, visit 1" in words(walk.text)
    (back,) = followed(owner, walk.text, "Back to the heatmap")
    asked, came = (dict(parse_qsl(urlsplit(address).query)) for address in (heatmap, back))
    assert urlsplit(back).path == urlsplit(heatmap).path
    assert came == asked
    (again,) = followed(owner, owner.get(back).text)
    assert dict(parse_qsl(urlsplit(again).query)) == dict(parse_qsl(urlsplit(link).query))


def test_ways_of_a_page_go_through_its_touchpoint_and_begin_at_it(owner: Client, at: str) -> None:
    answer = owner.get(api_of(f"{at}&page=shop.example/paid")).json()
    assert (answer["ways"], answer["query"]["step"]) == ([{"touchpoints": [*PAGES], "visitors": 20}], 3)
    page = owner.get(f"{at}&page=/paid").text
    assert "Touchpoint 3 of 3" in words(page)
    links = {
        key: unescape(href) for href, key in re.findall(r'href="([^"]+)" data-key="(\w+)"', re.sub(r"\s+", " ", page))
    }
    assert "step=2" in links["ArrowLeft"]
    assert "page=/paid" in links["ArrowLeft"]
    first = unescape(re.findall(r'<a class="wk" href="([^"]+)"', page)[0])
    assert "Touchpoint 1 of 3" in words(owner.get(first).text)
    assert "No way that enough visitors went alike" in words(owner.get(f"{at}&page=/help").text)


def test_a_page_that_no_journey_has_says_so(owner: Client, shop: Site, at: str) -> None:
    answer = owner.get(f"/sites/{shop.id}/their-journey?page=shop.example/imprint&{DAYS}")
    assert answer.status_code == 404
    assert "No journey of this site has shop.example/imprint as a touchpoint." in words(answer.text)


def test_each_set_of_a_comparison_leads_to_its_own_ways(owner: Client, shop: Site, at: str) -> None:
    compared = f"/sites/{shop.id}/compare?page=shop.example/lamps&{DAYS}&with=left:paid&journey=walked"
    left, reached = followed(owner, owner.get(compared).text)
    ways = [owner.get(api_of(str(owner.get(one).headers["location"]))).json()["ways"] for one in (left, reached)]
    assert [[tuple(way["touchpoints"]) for way in of_set] for of_set in ways] == [[PAGES[:2]], [PAGES]]


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("step=0", 400, "whole number"),
        ("step=3", 400, "from 1 to 2"),
        ("step=-1", 400, "whole number"),
        ("step=first", 400, "whole number"),
        ("way=lamps,cellar", 400, "cellar"),
        ("way=%3Cscript%3E", 400, "script"),
        ("outcome=paid", 400, "reached, missed"),
        ("page=/cellar", 400, "cellar"),
        ("days=0", 400, "days"),
        ("way=" + "lamps," * 3000, 404, "not shown"),
    ],
)
def test_bad_input_gets_a_message(owner: Client, at: str, query: str, status: int, said: str) -> None:
    address = at if "days" not in query else at.partition("?")[0] + "?"
    page, answer = owner.get(f"{address}&{query}"), owner.get(api_of(f"{address}&{query}"))
    assert (page.status_code, answer.status_code) == (status, status)
    assert said in answer.json()["error"]["message"]
    assert "<script>" not in page.text.replace('<script type="module"', "")


def test_an_unknown_journey_has_no_walk(owner: Client, shop: Site) -> None:
    assert owner.get(f"/api/v1/sites/{shop.id}/journeys/nowhere/walk").status_code == 404
