"""Simulated visitors live the story that the scenario tells: its shares are the truth of the demo."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from parcours.demo.lives import Life
from parcours.demo.scenario import STORY
from parcours.demo.simulate import Crowd
from parcours.demo.visitors import DAY
from tests.demo.test_simulated_visits import NOW, SHOP, shop_layouts

WINDOW = 40 * DAY  # after an order: by then everything has happened


@pytest.fixture(scope="module")
def crowd() -> list[Life]:
    return list(Crowd(SHOP, shop_layouts(), 4000, NOW).lives())


@pytest.fixture(scope="module")
def buyers(crowd: list[Life]) -> list[Life]:
    """Those whose first order is so old that its consequences are over."""
    return [life for life in crowd if (first := first_order(life)) and first < NOW - WINDOW]


def first_order(life: Life) -> int:
    return next((visit.ended for visit in life.visits if visit.ordered), 0)


def sent(name: str) -> Callable[[Life], bool]:
    """Whether an event of the tracker was sent."""
    return lambda life: any(batch.custom and name in batch.custom.n for batch in life.batches)


def came_by(campaign: str) -> Callable[[Life], bool]:
    return lambda life: any(f"campaign={campaign}" in batch.ctx.url for batch in life.batches)


def met(name: str) -> Callable[[Life], bool]:
    """Whether something happened away from the site."""
    return lambda life: any(contact.name == name for contact in life.contacts)


@pytest.mark.parametrize(
    ("told", "did"),
    [
        (1.0, met("parcel_delivered")),
        (STORY.sends_back, met("return_received")),
        (STORY.calls, met("call")),
        (STORY.opens_letter, came_by("care")),
        (STORY.reviews, sent("review")),
        (STORY.joins_club, sent("club_joined")),
        (STORY.buys_again, lambda life: life.orders > 1),
    ],
    ids=["parcel", "sends back", "calls", "letter", "reviews", "club", "buys again"],
)
def test_buyers_do_what_the_story_tells(buyers: list[Life], told: float, did: Callable[[Life], bool]) -> None:
    share = sum(map(did, buyers)) / len(buyers)
    assert share == pytest.approx(told, abs=3 * math.sqrt(told * (1 - told) / len(buyers)) + 1e-9)


def test_what_follows_an_order_comes_after_it(buyers: list[Life]) -> None:
    for life in buyers:
        assert all(contact.time > first_order(life) for contact in life.contacts if contact.name != "shop_visit")
        assert all(contact.time < NOW and f"@{contact.key}" == life.visitor.id for contact in life.contacts)


def test_visitors_come_by_every_channel_and_come_back(crowd: list[Life]) -> None:
    referrers = {batch.ctx.ref for life in crowd for batch in life.batches[:1]}
    assert {"", "https://www.google.com/", "https://www.instagram.com/", "https://chatgpt.com/"} <= referrers
    assert 0.25 < sum(len(life.visits) > 1 for life in crowd) / len(crowd) < 0.5
    assert any(met("shop_visit")(life) for life in crowd)


def test_the_way_to_an_order_takes_weeks_for_some(crowd: list[Life]) -> None:
    days = [(first_order(life) - life.visitor.came) / DAY for life in crowd if first_order(life)]
    assert sum(day > 7 for day in days) > 20
