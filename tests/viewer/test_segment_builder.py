"""The segment builder: a form that works without JavaScript."""

from __future__ import annotations

import json
import re
from datetime import datetime
from html import unescape
from html.parser import HTMLParser

import httpx
import pytest

from store.records import Site
from tests.aggregator.build import insert
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from viewer.api.entry import ROOT
from viewer.app import Viewer

DIRECT = {"what": "channel", "values": ["direct"]}
TREE = {"rules": [DIRECT, {"what": "sent"}], "groups": [{"match": "none", "rules": [{"what": "clicked", "times": 2}]}]}


class Fields(HTMLParser):
    """The fields of a page's forms, as a browser sends them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._select: str | None = None
        self._chosen: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name = given.get("name")
        if tag == "select":
            self._select, self._chosen = name, None
        elif tag == "option" and self._select and (self._chosen is None or "selected" in given):
            self._chosen = given.get("value") or ""
        elif tag == "input" and name:
            self.found.append((name, given.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            self.found.append((self._select, self._chosen or ""))
            self._select = None


@pytest.fixture(scope="module")
def here(shop: Site) -> str:
    return f"/sites/{shop.id}/segments/new?{DAYS}"


def opened(owner: Client, here: str, tree: dict[str, object]) -> str:
    answer = owner.get(here, params={**dict(part.split("=") for part in DAYS.split("&")), "segment": json.dumps(tree)})
    assert answer.status_code == 200, answer.text
    return answer.text


def press(owner: Client, page: str, button: str, **changes: str) -> httpx.Response:
    """Send the builder's form as the browser does, with some fields changed."""
    action = unescape(re.findall(r'id="tree" method="post" action="([^"]*)"', page)[0])
    fields: dict[str, list[str]] = {}
    for name, value in Fields(page).found:
        fields.setdefault(name, []).append(value)
    fields |= {name: [value] for name, value in changes.items()} | {"do": [button]}
    return owner.post(action, data=fields)


def said(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", re.findall(r'class="says"[^>]*>(.*?)</p>', page, re.S)[0])).split())


def test_the_rules_of_the_address_are_shown_in_a_sentence_and_counted(owner: Client, here: str) -> None:
    page = opened(owner, here, {"rules": [DIRECT]})
    assert said(page) == "Visits that came from a typed address or a bookmark."
    assert "60 visitors" in words(page)


def test_a_rule_that_is_not_complete_is_left_out_and_says_what_to_enter(owner: Client, here: str) -> None:
    page = opened(owner, here, {"rules": [DIRECT]})
    page = press(owner, page, "rule:", **{"rules.0.how": "is_not"}).text
    assert said(page) == "Visits that did not come from a typed address or a bookmark."
    assert "This rule needs at least one value." in words(page)
    page = press(owner, page, "count", **{"rules.1.what": "sent"}).text
    assert "This rule needs a name." in words(page)
    page = press(owner, page, "count", **{"rules.1.name": "order"}).text
    assert said(page).endswith("and sent the event “order”.")


def test_buttons_change_the_tree_and_undo_brings_it_back(owner: Client, here: str) -> None:
    page = opened(owner, here, {"rules": [DIRECT, {"what": "clicked", "times": 2}]})
    before = said(page)
    page = press(owner, page, "up:rules.1").text
    assert said(page).startswith("Visits that clicked something at least twice and came from")
    page = press(owner, page, "copy:rules.0").text
    assert page.count("data-rule=") == 3
    page = press(owner, page, "drop:rules.0").text
    page = press(owner, page, "group:").text
    assert page.count("<fieldset") == 2
    page = press(owner, page, "count", **{"groups.0.match": "none", "groups.0.rules.0.value": "mail"}).text
    assert said(page).endswith("and did not come from email.")
    page = press(owner, page, "value:groups.0.rules.0.0").text
    for _ in range(6):
        page = press(owner, page, "undo").text
    assert said(page) == before


def test_a_segment_is_saved_changed_and_deleted(owner: Client, api: Client, here: str, shop: Site) -> None:
    page = opened(owner, here, {"rules": [DIRECT]})
    saved = press(owner, page, "save", name="Came directly")
    assert saved.status_code == 303
    assert "segment=came-directly" in saved.headers["location"]
    assert owner.get(saved.headers["location"]).status_code == 200
    stored = api.get(f"{ROOT}/sites/{shop.id}/segments/came-directly").json()
    assert stored["tree"] == {"rules": [DIRECT]}
    listed = owner.get(f"/sites/{shop.id}/segments").text
    assert "Came directly" in words(listed)
    form = owner.get(f"/sites/{shop.id}/segments/came-directly?{DAYS}").text
    taken = press(owner, page, "save", name="Came directly")
    assert (taken.status_code, "already a segment with this name" in words(taken.text)) == (422, True)
    changed = press(owner, form, "save", **{"rules.0.how": "is_not"})
    assert changed.status_code == 303
    late = press(owner, form, "save", name="Later")
    assert (late.status_code, "what you typed is still here" in words(late.text)) == (409, True)
    again = owner.get(f"/sites/{shop.id}/segments/came-directly?{DAYS}").text
    assert press(owner, again, "delete").status_code == 303
    assert api.get(f"{ROOT}/sites/{shop.id}/segments/came-directly").status_code == 404


def test_saving_without_incomplete_rules_asks_once(owner: Client, api: Client, here: str, shop: Site) -> None:
    page = opened(owner, here, {"rules": [DIRECT]})
    page = press(owner, page, "rule:").text
    asked = press(owner, page, "save", name="Partly")
    assert asked.status_code == 200
    assert "1 rule is not complete and will be left out" in words(asked.text)
    assert press(owner, asked.text, "save").status_code == 303
    assert api.get(f"{ROOT}/sites/{shop.id}/segments/partly").json()["tree"] == {"rules": [DIRECT]}
    api.delete(f"{ROOT}/sites/{shop.id}/segments/partly")


@pytest.mark.parametrize(
    ("tree", "fault"),
    [
        ({"rules": [{}] * 1_000}, "There are 1,000 rules; at most 60 are allowed."),
        ({"groups": [{"groups": [{"groups": [{"groups": [{"groups": [{"groups": [{}]}]}]}]}]}]}, "levels deep"),
    ],
)
def test_an_address_that_cannot_be_read_is_reported(
    owner: Client, here: str, tree: dict[str, object], fault: str
) -> None:
    answer = owner.get(f"{here}&segment={json.dumps(tree)}")
    assert answer.status_code == 400
    assert fault in words(answer.text)
    assert "Show everybody" in words(answer.text)


def test_an_address_may_carry_rules_that_are_not_complete(owner: Client, here: str) -> None:
    page = opened(owner, here, {"rules": [DIRECT, {"what": "device", "values": ["watch"]}]})
    assert "“watch” cannot be chosen here." in words(page)
    assert said(page) == "Visits that came from a typed address or a bookmark."


def test_a_form_with_ten_thousand_rules_stays_bounded(owner: Client, here: str) -> None:
    page = opened(owner, here, {"rules": [DIRECT]})
    many = {f"rules.{n}.what": "channel" for n in range(900)}
    answer = press(owner, page, "count", **many)
    assert answer.status_code == 200
    assert answer.text.count("data-rule=") < 200


def test_an_unknown_segment_is_not_found(owner: Client, shop: Site) -> None:
    assert owner.get(f"/sites/{shop.id}/segments/gone").status_code == 404


def test_a_preset_opens_as_rules(owner: Client, here: str) -> None:
    page = owner.get(here).text
    href = unescape(re.findall(r'<a href="([^"]*)"><span><b>Frequent</b>', page)[0])
    opened_preset = owner.get(href)
    assert opened_preset.status_code == 200
    assert said(opened_preset.text) == "Visitors who made at least 4 visits in the last 28 days."


def test_each_preset_has_the_visitors_of_its_definition(owner: Client, api: Client, viewer: Viewer) -> None:
    """Those who stay away are looked for in all stored days, and open with these."""
    site = api.post("/api/v1/sites", json={"name": "Ten months", "domains": ["ten.example"]}).json()["id"]
    goal = {"name": "Order", "action": {"what": "sent", "name": "order"}}
    assert api.post(f"/api/v1/sites/{site}/goals", json=goal).status_code == 201
    days = {  # visitor → days with a visit, and what was spent on each
        1: {"11-01": 0, "11-05": 0, "11-10": 0, "11-20": 0, "11-25": 0},
        2: {"11-02": 0, "11-10": 0},
        3: {"09-03": 100, "10-03": 100, "11-20": 100},
        4: {"03-01": 10},
        5: {"08-01": 10, "08-11": 10, "08-21": 10},
        6: {"11-27": 0},
    }
    views = [
        {"site": int(site), "visitor": visitor, "view": 10 * visitor + n, "consent": 1, "page": "ten.example/",
         "time": int(datetime.fromisoformat(f"2026-{day}T12:00+00:00").timestamp() * 1000), "spent": spent}
        for visitor, visits in days.items() for n, (day, spent) in enumerate(visits.items())
    ]  # fmt: skip
    insert(viewer.store, "events", [
        {name: view[name] for name in ("site", "visitor", "view", "page", "time")}
        | {"kind": "custom", "name": "order", "value": view["spent"]}
        for view in views if view["spent"]
    ])  # fmt: skip
    insert(viewer.store, "views", [{name: view[name] for name in view if name != "spent"} for view in views])
    page = owner.get(f"/sites/{site}/segments/new?until=2026-11-28").text
    found = re.findall(r'<a href="([^"]*)"><span><b>([^<]*)</b><span>([^<]*)</span>', page)
    assert {name: visitors for _, name, visitors in found} == {
        "Frequent": "1", "Occasional": "1", "Active": "2", "Loyal": "1", "VIP": "1",
        "Inactive": "2", "Lost": "1", "At risk": "1",
    }  # fmt: skip
    assert "all stored days, 1 March to 28 November" in words(page)
    for href, name, visitors in found:
        opened_preset = owner.get(unescape(href)).text
        assert f'<span class="huge">{visitors}</span>' in opened_preset, name
        assert ("since=2026-03-01" in href) == (name in ("Inactive", "Lost", "At risk"))


def test_a_rule_on_a_deleted_goal_is_not_complete(owner: Client, here: str) -> None:
    page = opened(owner, here, {"rules": [DIRECT]})
    page = press(owner, page, "count", **{"rules.1.what": "goal", "rules.1.name": "gone"}).text
    assert "There is no goal “gone”." in words(page)
    assert said(page) == "Visits that came from a typed address or a bookmark."
