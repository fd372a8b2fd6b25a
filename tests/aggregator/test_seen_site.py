"""What was seen on a site, against a plain loop."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from aggregator.answers.seen_site import seen_site
from store.client import Store
from tests.aggregator.test_contacts import put, view
from tests.aggregator.test_journey_figures import SCOPE


def test_pages_and_channels_with_their_visitors_and_how_early_pages_are_seen(store: Store) -> None:
    rng = random.Random(3)
    views = [
        view(rng.randrange(1, 40), n, f"shop.example/{rng.choice('abcde')}", channel=rng.choice(("", "mail", "search")))
        for n in range(150)
    ]
    put(store, *views)
    found = seen_site(store, SCOPE)

    ways, channels = defaultdict[int, list[str]](list), defaultdict[str, set[int]](set)
    for one in sorted(views, key=lambda one: one["time"]):
        channels[one["channel"]].add(one["visitor"])
        if one["page"] not in ways[one["visitor"]]:
            ways[one["visitor"]].append(one["page"])
    places = defaultdict[str, list[float]](list)
    for way in ways.values():
        for i, page in enumerate(way):
            places[page].append(i / (len(way) - 1) if len(way) > 1 else 0.5)
    assert found.visitors == len(ways)
    assert {one.name: one.visitors for one in found.channels} == {
        name: len(visitors) for name, visitors in channels.items() if name
    }
    assert {one.page: one.visitors for one in found.pages} == {page: len(of) for page, of in places.items()}
    for one in found.pages:
        assert one.place == pytest.approx(sum(places[one.page]) / len(places[one.page]))
