"""The page of a journey's funnel: its steps, its form and its faults, in both languages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from urllib.parse import unquote

import pytest

from store.journeys import Journey, Stage, Touchpoint
from store.layouts import path_key
from store.page_groups import PageGroup
from store.records import Site
from tests.aggregator.build import insert, layout
from tests.viewer import shop as shops
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from tests.viewer.shop import BUYERS
from viewer import journey_maps
from viewer.app import Viewer
from viewer.funnels import usual_steps


@pytest.fixture(scope="module")
def at(viewer: Viewer, shop: Site) -> str:
    """A funnel that 60 visitors begin on /lamps, of whom 40 come to /basket and 15 go to /help instead."""
    stages = (
        Stage("look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps", "fr": "Lampes"}, ("/lamps",)),)),
        Stage("buy", {"en": "Buy"}, (Touchpoint("basket", {"en": "Basket"}, ("/basket",)),)),
        Stage("after", {"en": "After"}, (Touchpoint("help", {"en": "Help"}, ("/help",)),)),
    )
    viewer.definitions.put(Journey(id="buying", site=shop.id, name="Buying", stages=stages, window_days=7))
    last = viewer.store.rows(
        "SELECT visitor, toUnixTimestamp64Milli(max(time)) AS ms FROM touches "
        "WHERE site = {site:UInt32} AND bot = '' GROUP BY visitor ORDER BY visitor LIMIT 60",
        site=int(shop.id),
    )
    pages = ["/basket"] * 40 + ["/help"] * 15
    rows = [
        {"site": int(shop.id), "visitor": one["visitor"], "view": 7_000_000 + n, "page": f"shop.example{page}",
         "time": int(one["ms"]) + 60_000}
        for n, (page, one) in enumerate(zip(pages, last, strict=False))
    ]  # fmt: skip
    insert(viewer.store, "views", rows)
    insert(viewer.store, "touches", rows)
    return f"/sites/{shop.id}/journeys/buying/funnel?{DAYS}"


def test_the_steps_of_a_funnel(owner: Client, at: str) -> None:
    page = owner.get(f"{at}&steps=lamps,basket").text
    seen = words(page)
    assert "66.7% of those who reach “Lamps” come to “Basket” within 7 days." in seen
    assert "1 Lamps" in seen
    assert "60 in order" in seen
    assert "40 in order, 66.7% of step 1" in seen
    assert "−20 did not go on" in seen
    assert "Left the site 25.0% Help 75.0%" in seen
    assert "with=segment" in page
    assert re.search(r'href="[^"]+/paths\?[^"]*through=touchpoint:help">Help</a>', page)


def test_a_step_leads_to_the_maps_of_those_whom_it_counts(owner: Client, at: str) -> None:
    page = owner.get(f"{at}&steps=lamps,basket,basket&order=any").text
    assert "40 did all of them, 66.7% of step 1" in words(page)
    assert "no picture yet" in words(page)  # of the basket
    href = next(unescape(href) for href in re.findall(r'href="([^"]+/compare\?[^"]+)"', page))
    compared = owner.get(href)
    assert compared.status_code == 200
    seen = words(compared.text)
    assert "A, Left 20 visitors" in seen
    assert "B, Went on 40 visitors" in seen
    assert "went on from step 1 of a funnel, “lamps”, to “basket”" in unescape(seen)
    path, _, query = href.replace("&journey=buying", "").partition("?")
    answer = owner.get(f"/api/v1{path}?{query}").json()
    assert [one["visitors"] for one in answer["sets"]] == [20, 40]
    for src in re.findall(r'src="([^"]+heat\.png[^"]+)"', compared.text)[:2]:
        assert owner.get(unescape(src)).status_code == 200
    gone = owner.get(f"/api/v1{path}?{query.replace('buying', 'gone')}")
    assert gone.status_code == 404
    assert gone.json()["error"]["code"] == "no_journey"


def test_the_steps_of_the_form_are_counted(owner: Client, at: str) -> None:
    form = owner.get(f"{at}&step=basket&step=&step=lamps").text
    assert "0 in order, 0.0% of step 1" in words(form)
    assert re.findall(r'<option value="(\w+)" selected', form) == ["basket", "lamps"]
    any_order = words(owner.get(f"{at}&step=basket&step=lamps&order=any").text)
    assert "40 did all of them" in any_order


def test_a_split_sums_to_the_whole_and_links_keep_the_steps(owner: Client, at: str) -> None:
    page = owner.get(f"{at}&steps=lamps,basket&split=device").text
    table = re.search(r"<tbody>(.*?)</tbody>", page, re.S)
    assert table
    assert sum(int(n) for n in re.findall(r'<th scope="row">[^<]*</th><td class="num">(\d+)', table[1])) == 60
    links = [unescape(href) for href in re.findall(r'href="([^"]+split=channel[^"]*)"', page)]
    assert links
    assert all("steps=lamps" in href for href in links)


def test_the_map_and_the_funnel_lead_to_each_other(owner: Client, at: str) -> None:
    funnel = owner.get(at).text
    back = re.search(r'<a href="([^"]+/journeys/buying\?[^"]+)"', funnel)
    assert back
    assert re.search(r'href="[^"]+/journeys/buying/funnel\?', owner.get(unescape(back[1])).text)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("steps=lamps", "The funnel has 1 values; at least 2 are needed."),
        ("steps=" + ",".join(["lamps"] * 13), "The funnel has 13 values; at most 12 are allowed."),
        ("steps=lamps,<i>x</i>", "“<i>x</i>” is not a touchpoint of this journey."),
        ("window_days=400", "The number of days cannot be “400”."),
    ],
)
def test_faults_are_said_on_the_page(owner: Client, at: str, query: str, said: str) -> None:
    answer = owner.get(f"{at}&{query}")
    assert answer.status_code == 400
    assert said in unescape(words(answer.text))
    assert "<i>x</i>" not in answer.text


def test_the_funnel_in_french(owner: Client, at: str) -> None:
    french = words(owner.get(f"{at}&steps=lamps,basket&lang=fr").text)
    owner.get("/sites?lang=en")
    assert "Entonnoir, 2 étapes" in french
    assert "1 Lampes" in french


def test_a_first_answer_about_many_views_says_so_until_it_is_exact(
    owner: Client, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journey_maps, "MANY_TOUCHES", 0)
    address = f"{at}&steps=lamps,basket&window_days=6"
    first = owner.get(address).text
    assert "A first answer from one visitor in ten, " in words(first)
    assert "data-first" in first
    assert "A first answer" not in words(owner.get(f"{address}&exact=1").text)
    exact = words(owner.get(address).text)
    assert "A first answer" not in exact
    assert "60 in order" in exact


def test_the_usual_steps_end_with_the_goal() -> None:
    stages = (
        Stage("look", {}, (Touchpoint("lamps", {}, ("/lamps",)), Touchpoint("list", {}, ("/list",)))),
        Stage("talk", {}, (Touchpoint("call", {}, ()),)),
        Stage(
            "buy", {}, tuple(Touchpoint(key, {}, (f"/{key}",)) for key in ("pay", "check", "paid")), completes="order"
        ),
        Stage("after", {}, (Touchpoint("help", {}, ("/help",)),)),
    )
    assert usual_steps(Journey(id="j", site="1", name="J", stages=stages)) == ("lamps", "pay", "paid")


def test_the_split_has_intervals_differences_and_everyone(owner: Client, at: str) -> None:
    page = owner.get(f"{at}&steps=lamps,basket&split=device").text
    assert 'class="ivl"' in page
    everyone = re.search(r'<tbody class="all">(.*?)</tbody>', page, re.S)
    assert everyone
    assert re.search(r">60<.*<b>66.7%</b>", everyone[1], re.S)
    assert "Split by device" in words(page)
    by_segment = words(owner.get(f"{at}&steps=lamps,basket&split=segment").text)
    assert "No segment is saved yet." in by_segment or "All 60" in by_segment


def test_the_account_and_the_files(owner: Client, at: str) -> None:
    page = owner.get(f"{at}&steps=lamps,basket").text
    assert "Account of this funnel Visitors received" in words(page)
    files = [unescape(href) for href in re.findall(r'href="([^"]+/funnel\.csv[^"]*)"', page)]
    assert [("table=" in href and href.split("table=")[1].split("&")[0]) for href in files] == [
        False, "instead", "account",
    ]  # fmt: skip
    assert owner.get(files[0]).text.splitlines()[1].startswith(",1,lamps,Lamps,60,")


def test_steps_are_edited_among_touchpoints_pages_and_events(owner: Client, at: str) -> None:
    page = owner.get(f"{at}&steps=lamps,page:/help,lamps&edit=1").text
    assert re.findall(r'<optgroup label="(\w+)">', page)[:2] == ["Touchpoints", "Pages"]
    assert re.findall(r'<option value="([^"]+)" selected', page) == ["lamps", "page:/help", "lamps"]
    up = re.search(r'<a class="btn quiet" href="([^"]+)" title="Move up: /?[hH]elp', page)
    assert up
    assert "steps=page:/help%2Clamps%2Clamps" in unescape(up[1])
    full = owner.get(f"{at}&steps={','.join(['lamps'] * 12)}&edit=1").text
    assert "12 steps at most: merge two." in words(full)
    assert len(re.findall(r'<select name="step">', full)) == 12


BUY = f"{path_key('main>button:1'):016x}"


def test_an_element_and_a_page_group_are_steps_as_they_are_in_the_api_and_the_file(
    owner: Client, at: str, viewer: Viewer, shop: Site
) -> None:
    group = PageGroup(id=f"{shop.id}.hall", site=shop.id, key="hall", name="The hall", pages=("/lamps",))
    viewer.definitions.put(group)
    steps = f"group:hall,element:{BUY}@/lamps&order=any"
    page = owner.get(f"{at}&steps={steps}&edit=1").text
    seen = words(page)
    assert "1 The hall" in seen
    assert "2 Buy" in seen
    assert "element:" not in re.sub(r'"[^"]*"', "", page)  # only in addresses
    chosen = re.findall(r'<option value="([^"]+)" selected', page)
    assert chosen == ["group:hall", f"element:{BUY}@/lamps"]
    answer = owner.get(f"/api/v1{at}&steps={steps}").json()
    came = [one["visitors"] for one in answer["steps"]]
    assert came == [60, BUYERS]
    assert f"{came[1]} did all of them" in seen
    rows = owner.get(f"/api/v1{at.replace('funnel', 'funnel.csv')}&steps={steps}").text.splitlines()
    assert [row.split(",")[2:5] for row in rows[1:3]] == [
        ["group:hall", "The hall", "60"], [f"element:{BUY}@/lamps", "Buy", str(BUYERS)],
    ]  # fmt: skip
    compare = next(unescape(href) for href in re.findall(r'href="([^"]+/compare\?[^"]+)"', page))
    assert "went on from step 1 of a funnel, “hall”, to “Buy”" in unescape(words(owner.get(compare).text))


def test_what_was_seen_is_offered_as_steps(owner: Client, at: str, viewer: Viewer, shop: Site) -> None:
    drawn = layout((*shops.BUY, shops.BUY_BOX), names={shops.BUY[0]: "Buy"}, control={shops.BUY[0]: shops.BUY[0]})
    wide = replace(shops.snapshot(shop.id), width=shops.WIDTH + 1)
    viewer.snapshots.save(wide, drawn, shops.strips())
    page = owner.get(f"{at}&steps=lamps,basket&edit=1").text
    data = json.loads(unescape(re.search(r"<pre data-seen-data hidden>(.*?)</pre>", page, re.S)[1]))  # type: ignore[index]
    rows = {what: owner.get(f"{data['url']}&what={what}&page=/lamps").json()["rows"]
            for what in ("pages", "groups", "elements")}  # fmt: skip
    assert [(row["name"], row["visitors"]) for row in rows["groups"]] == [("The hall", 60)]
    assert {"on": "page", "page": "/basket"} in [row["contact"] for row in rows["pages"]]
    assert [row["contact"] for row in rows["elements"]] == [{"on": "element", "element": BUY, "page": "/lamps"}]
    assert "data-seen-data" not in owner.get(f"{at}&steps=lamps,basket").text


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("element:buy@/lamps", "“buy” is not the key of an element, which has 16 hexadecimal digits."),
        (f"element:{BUY}", "Choose the page of the element."),
        ("group:cellar", "This site has no group of pages “cellar”, or no longer."),
    ],
)
def test_a_step_that_does_not_exist_is_said_on_the_page(owner: Client, at: str, step: str, said: str) -> None:
    page = owner.get(f"{at}&steps=lamps,{step}")
    assert page.status_code in (400, 404)
    assert said in unescape(words(page.text))


def test_the_step_that_takes_everything_is_named_with_one_way_out(owner: Client, at: str) -> None:
    page = owner.get(f"{at}&steps=help,lamps").text
    assert "Nobody did step 2, “Lamps”, after step 1 60 visitors did it, but not after the steps before it." in words(
        page
    )
    out = re.search(r'<a class="btn main" href="([^"]+)">Try any order</a>', page)
    assert out
    assert "15 did all of them" in words(owner.get(unescape(out[1])).text)


def test_went_on_and_left_are_those_who_did_the_steps_in_order(owner: Client, at: str) -> None:
    page = owner.get(f"{at}&steps=lamps,basket,help").text
    links = [unescape(href) for href in re.findall(r'href="([^"]+)">Left / went on', page)]
    rules = [unquote(href) for href in links]
    assert rules
    assert all(
        '"funnel":{"journey":"buying","steps":["lamps","basket","help"],"step":1,"days":7' in one for one in rules
    )
