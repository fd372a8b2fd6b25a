"""When most visits of a site count as bots for one reason, its page says so and what to set."""

from __future__ import annotations

import itertools
import time

import pytest

from aggregator.answers.traffic import FEW_VIEWS, BotShare, mostly_bots
from rules.period import today
from rules.site import add_site
from store.records import Site
from store.robots import REASONS
from tests.aggregator.build import insert
from tests.viewer.client import Client
from tests.viewer.pages import words
from viewer.app import Viewer

DAY = 86_400_000
_number = itertools.count(1)


def site_of(viewer: Viewer, counts: dict[str, int], days_ago: int = 0, **more: int) -> Site:
    """A site with as many views for each reason."""
    site = add_site(viewer.definitions, f"Shop {next(_number)}", ["shop.example"])
    rows = [
        {"site": int(site.id), "view": next(_number), "time": int(time.time() * 1000) - days_ago * DAY, "bot": reason}
        | more
        for reason, count in counts.items()
        for _ in range(count)
    ]
    insert(viewer.store, "views", rows)
    return site


@pytest.mark.parametrize(
    ("counts", "found"),
    [
        ({"crawler": 30}, BotShare("crawler", 1.0)),
        ({"headless": 15, "": 5}, BotShare("headless", 0.75)),
        ({"headless": 10, "": 10}, None),
        ({"headless": 9, "crawler": 9, "": 2}, None),
        ({"": 30, "crawler": 20}, None),
        ({"crawler": FEW_VIEWS - 1}, None),
        ({}, None),
    ],
)
def test_most_views_are_bots_for_one_reason(viewer: Viewer, counts: dict[str, int], found: BotShare | None) -> None:
    site = site_of(viewer, counts)
    assert mostly_bots(viewer.store, int(site.id), today(site.zone), site.zone) == found


def test_the_team_and_earlier_weeks_do_not_count(viewer: Viewer) -> None:
    for site in (site_of(viewer, {"crawler": 30}, days_ago=8), site_of(viewer, {"crawler": 30}, excluded=1)):
        assert mostly_bots(viewer.store, int(site.id), today(site.zone), site.zone) is None


@pytest.mark.parametrize(
    ("reason", "setting"),
    [
        ("crawler", "User-Agent"),  # CloudFront: "Amazon CloudFront" instead of the browser's
        ("no_user_agent", "User-Agent"),
        ("headless", "Accept-Language"),
        ("contradiction", "Sec-CH-UA"),
        ("datacentre", "PARCOURS_TRUSTED_PROXIES"),
        ("too_fast", "Parcours"),
    ],
)
def test_the_page_of_the_site_says_what_to_set(viewer: Viewer, owner: Client, reason: str, setting: str) -> None:
    path = f"/sites/{site_of(viewer, {reason: 27, '': 3}).id}"
    english, french = words(owner.get(path).text), words(owner.get(f"{path}?lang=fr").text)
    owner.get(f"{path}?lang=en")  # the cookie keeps the language
    assert "90% of the views in the last 7 days count as bots" in english
    assert "des 7 derniers jours comptent comme robots" in french
    assert setting in english
    assert setting in french


def test_the_page_of_a_site_with_people_says_nothing(viewer: Viewer, owner: Client) -> None:
    site = site_of(viewer, {"": 30, "crawler": 3})
    assert "count as bots" not in words(owner.get(f"/sites/{site.id}").text)


def test_every_reason_has_advice(viewer: Viewer, owner: Client) -> None:
    for reason in REASONS:
        site = site_of(viewer, {reason: FEW_VIEWS})
        assert "If they are people" in words(owner.get(f"/sites/{site.id}").text)
