"""What needs attention first on the first page of a site."""

from __future__ import annotations

from datetime import date

import pytest

from aggregator.measures.trouble_since import TroubleSince
from aggregator.shapes.troubles import ElementTrouble
from rules.question import Question
from store.journeys import Journey, Stage
from store.layouts import path_key
from store.records import Site
from tests.aggregator.build import NOON, insert, record_id
from tests.viewer.client import Client
from tests.viewer.pages import DAYS, words
from tests.viewer.shop import BUY, LINK
from viewer.app import Viewer
from viewer.http.urls import Urls
from viewer.pages.frame.languages import language
from viewer.pages.overview.needs import FoundNeeds, needs_of, trouble_words
from viewer.pages.overview.view import OverviewView


@pytest.fixture(scope="module")
def shop_with_trouble(viewer: Viewer, shop: Site) -> Site:
    """Thirty of the forty who pressed "Buy" met an error; "More" did nothing for all twenty who pressed it."""
    site = int(shop.id)
    insert(viewer.store, "points", [
        {"site": site, "view": n, "visitor": n, "time": NOON + n, "effect": 0, "effect_ms": 0} | _on(LINK)
        for n in range(1, 21)
    ])  # fmt: skip
    insert(viewer.store, "events", [
        {"site": site, "view": n, "visitor": n, "time": NOON + n * 1000, "kind": "error", "name": "shop.js#Qx"}
        | _on(BUY) for n in range(1, 31)
    ])  # fmt: skip
    return shop


def _on(element: tuple[str, str]) -> dict[str, int]:
    return {"key": path_key(element[0]), "record": record_id(*element)}


def test_elements_that_hurt_most_visitors_come_first(owner: Client, api: Client, shop_with_trouble: Site) -> None:
    found = api.get(f"/api/v1/sites/{shop_with_trouble.id}/needs?{DAYS}").json()["elements"]
    assert [(one["clickers"], one["dead"], one["failed"]) for one in found] == [(40, 0, 30), (20, 20, 0)]
    assert found[0]["key"] == f"{path_key(BUY[0]):016x}"
    assert found[0]["errors"] == [
        {"file": "shop.js", "hash": "Qx", "visitors": 30, "times": 30, "first_ms": NOON + 1000}
    ]
    page = words(owner.get(f"/sites/{shop_with_trouble.id}/overview?{DAYS}").text)
    first = "Lamps: “Buy” leads to an error for 75% of those who press it. The error Qx in shop.js follows for 75%"
    second = "Lamps: “More” does nothing for 100% of those who press it."
    assert page.index(first) < page.index(second)
    path = f"/sites/{shop_with_trouble.id}/overview?{DAYS}"
    french = words(owner.get(path, headers={"Accept-Language": "fr"}).text)
    assert "ne fait rien pour" in french


def test_the_table_of_elements_has_errors_after_a_click(owner: Client, api: Client, shop_with_trouble: Site) -> None:
    path = f"/api/v1/sites/{shop_with_trouble.id}/heatmap?{DAYS}&page=/lamps&width=1000&points=0"
    elements = {one["name"]: one for one in api.get(path).json()["elements"]}
    buy, more = elements["Buy"], elements["More"]
    assert (buy["failed"], buy["failed_share"], buy["visitors"]) == (30, 0.75, 40)
    assert [(one["file"], one["hash"], one["times"]) for one in buy["errors"]] == [("shop.js", "Qx", 30)]
    assert (more["failed"], more["errors"]) == (0, [])
    page = owner.get(f"/sites/{shop_with_trouble.id}/heatmap?{DAYS}&page=/lamps&width=1000").text
    assert "Qx in shop.js" in page  # in the numbers of the element, which the page shows on demand
    assert "75% (30 visitors)" in page


def test_the_table_can_be_sorted_by_errors(owner: Client, api: Client, shop_with_trouble: Site) -> None:
    path = f"/sites/{shop_with_trouble.id}/heatmap?{DAYS}&page=/lamps&width=1000"
    page = words(owner.get(path).text)
    assert "Rage Dead Errors" in page
    first, last = (words(owner.get(f"{path}&sort={sort}").text) for sort in ("errors", "-errors"))
    rows = [one[one.index("Rage Dead Errors") :] for one in (first, last)]
    assert [row.index("Buy") < row.index("More") for row in rows] == [True, False]
    table = api.get(f"/api/v1{path}&format=csv&table=elements").text.splitlines()
    assert "failed,failed_share" in table[0]


def test_the_question_narrows_the_needs(api: Client, shop_with_trouble: Site) -> None:
    path = f"/api/v1/sites/{shop_with_trouble.id}/needs?{DAYS}"
    assert api.get(f"{path}&device=phone").json()["elements"] == []
    assert api.get(f"{path}&channel=mail").json()["elements"] == []
    assert api.get(f"{path}&days=0").status_code == 400


def test_a_journey_whose_review_is_due_needs_attention(owner: Client, viewer: Viewer, shop_with_trouble: Site) -> None:
    stages = (Stage("look", {"en": "Look"}),)
    due = Journey(id="due", site=shop_with_trouble.id, name="First lamp", stages=stages, review_on="2026-03-01")
    stored = viewer.definitions.put(due)
    viewer.definitions.put(Journey(id="later", site=due.site, name="Later", stages=stages, review_on="2999-01-01"))
    page = words(owner.get(f"/sites/{due.site}/overview?{DAYS}").text)
    assert "1 more: Journey First lamp" in page  # after what hurts visitors now
    assert "Journey Later" not in page
    view = OverviewView("/", Question(shop_with_trouble), due.site)
    (need,) = needs_of(language("en"), Urls("http://testserver"), view, FoundNeeds(reviews=[stored])).shown
    assert need.place == "Journey First lamp"
    assert need.words.startswith("The review of this map is due since 1 March")
    assert [link.href for link in need.links] == [f"/sites/{due.site}/journeys/due"]
    viewer.definitions.delete(stored)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"dead": 94, "rage": 20, "failed": 0}, "has done nothing for 99% of those who press it since 6 November"),
        ({"dead": 10, "rage": 20, "failed": 0}, "has been pressed again and again by 99% of those who press it since"),
        ({"dead": 10, "rage": 20, "failed": 30}, "has led to an error for 99% of those who press it since 6 November"),
    ],
)
def test_a_trouble_that_began_on_a_day_names_the_day(counts: dict[str, int], words: str) -> None:
    one = ElementTrouble("shop.example/basket", 7, 100, **counts)
    since = TroubleSince(date(2026, 11, 6), 0.031, 0.991)
    assert words in (found := trouble_words(language("en"), one, "Apply code", since))
    assert found.endswith("3%.")
    assert "depuis le 6 novembre" in trouble_words(language("fr"), one, "Apply code", since)
    assert "since" not in trouble_words(language("en"), one, "Apply code", None)
