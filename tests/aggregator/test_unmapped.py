"""Traffic that no touchpoint claims, against a plain loop over the rows."""

from __future__ import annotations

import random
from collections import defaultdict

from aggregator.answers.unmapped import unmapped_traffic
from store.client import Store
from store.journeys import Journey, Matcher
from tests.aggregator.build import insert
from tests.aggregator.test_contacts import BASKET, HOME, event, journey, made, put, view
from tests.aggregator.test_journey_figures import SCOPE

PAGES = (HOME, BASKET, "shop.example/jobs", "shop.example/help")
HOSTS = ("", "blog.example", "news.example", "mail.example")
NAMES = ("order", "order_late", "call", "scroll", "visit")


def test_what_no_touchpoint_claims_is_counted_by_visitors(store: Store) -> None:
    rng = random.Random(7)
    views = [
        view(rng.randrange(1, 30), n, rng.choice(PAGES), referrer=rng.choice(HOSTS), source=rng.choice(("", "letter")))
        for n in range(200)
    ]
    places = ("", BASKET, "touchpoint/lyon", "touchpoint/shop")
    events = [
        event(rng.randrange(1, 30), n, rng.choice(NAMES), rng.choice(places), value=rng.choice((None, 5.0, 50.0)))
        for n in range(200)
    ]
    put(store, *views)
    insert(store, "events", [{k: v for k, v in one.items() if v is not None} for one in events])
    of = journey(
        (made("home", pages=("/",)), made("blog", Matcher(on="channel", referrer="blog.example"))),
        (
            made("late", Matcher(on="event", name="order_*")),
            made("large", Matcher(on="event", name="order", page="/basket", least=10.0)),
            made("shop", Matcher(on="offsite", name="visit")),
            made("letter", Matcher(on="channel", source="letter", referrer="news.example")),
        ),
    )
    found = unmapped_traffic(store, of, SCOPE)

    pages, hosts, names = (defaultdict[str, set[int]](set) for _ in range(3))
    for one in views:
        if one["page"] != HOME:
            pages[one["page"]].add(one["visitor"])
        host = one["referrer"]
        if host and host != "blog.example" and not (host == "news.example" and one["source"] == "letter"):
            hosts[host].add(one["visitor"])
    for one in events:
        name, page, value = one["name"], one["page"], one["value"]
        is_large = name == "order" and page == BASKET and (value or 0) >= 10
        is_visit = name == "visit" and page != BASKET
        if not (name == "order_late" or is_large or is_visit or page == "touchpoint/shop"):
            names[name].add(one["visitor"])
    for rows, expected in ((found.pages, pages), (found.referrers, hosts), (found.events, names)):
        assert dict(rows) == {name: len(visitors) for name, visitors in expected.items()}
        assert [n for _, n in rows] == sorted((n for _, n in rows), reverse=True)


def test_what_a_journey_leaves_out_is_not_listed(store: Store) -> None:
    put(store, view(1, 0, BASKET, referrer="blog.example"))
    insert(store, "events", [event(1, 1, "order", BASKET)])
    out = ("page:shop.example/basket", "channel:blog.example", "event:order")
    assert unmapped_traffic(store, journey((made("home", pages=("/",)),)), SCOPE).any
    assert not unmapped_traffic(store, Journey(id="j", site="1", name="J", stages=(), left_out=out), SCOPE).any
