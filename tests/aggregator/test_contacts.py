"""Touchpoints that are no pages: clicks, events, what files and programs sent, and how a visit came."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aggregator.answers.funnel import FunnelAsked, measure_funnel
from aggregator.answers.journey import measure_journey
from aggregator.measures.journey_figures import TouchpointFigures
from store.client import Store
from store.journeys import Journey, Matcher, Stage, Touchpoint
from store.layouts import path_key
from store.offsite import COARSE
from store.segments import Group, Rule
from tests.aggregator.build import insert, insert_elements, record_id
from tests.aggregator.test_journey_figures import BEGIN, NOW, SCOPE

MINUTE = 60_000
APPLY = ("button#apply", "")
HOME, BASKET = "shop.example/", "shop.example/basket"


def made(key: str, *matchers: Matcher, pages: tuple[str, ...] = ()) -> Touchpoint:
    return Touchpoint(key, {"en": key}, pages, matchers=matchers)


def journey(*stages: tuple[Touchpoint, ...]) -> Journey:
    made_of = tuple(Stage(f"s{n}", {}, touchpoints) for n, touchpoints in enumerate(stages))
    return Journey(id="j", site="1", name="J", stages=made_of, window_days=7)


def view(visitor: int, minute: int, page: str = HOME, **more: Any) -> dict[str, Any]:
    number = visitor * 1000 + minute
    at = {"time": BEGIN + minute * MINUTE, "view": number, "page": page}
    return {"visitor": visitor, "engaged_ms": 20_000, **at, **more}


def put(store: Store, *views: dict[str, Any]) -> None:
    insert(store, "views", views)
    names = ("visitor", "time", "view", "page", "channel")
    insert(store, "touches", [{name: one[name] for name in names if name in one} for one in views])


def event(visitor: int, minute: int, name: str, page: str = "", **more: Any) -> dict[str, Any]:
    return {"visitor": visitor, "time": BEGIN + minute * MINUTE, "view": 0, "name": name, "page": page, **more}


def figures(store: Store, of: Journey, **asked: Any) -> dict[str, TouchpointFigures]:
    found = measure_journey(store, of, replace(SCOPE, **asked), now=NOW).figures.touchpoints
    return {touchpoint.key: found[n] for n, (_, touchpoint) in enumerate(of.touchpoints, 1)}


def visitors(store: Store, of: Journey, **asked: Any) -> dict[str, int]:
    return {key: one.visitors for key, one in figures(store, of, **asked).items()}


def test_an_event_touches_the_touchpoint_that_it_names_or_that_matches_it(store: Store) -> None:
    put(store, view(1, 0), view(2, 0), view(3, 0))
    insert(store, "events", [
        event(1, 5, "call", "touchpoint/call-centre"),
        event(2, 5, "order", BASKET, value=20.0),
        event(3, 5, "order", BASKET, value=5.0),
        event(3, 6, "refund", "touchpoint/nowhere"),
    ])  # fmt: skip
    large = Matcher(on="event", name="order", least=10.0)
    of = journey((made("home", pages=("/",)),), (made("call-centre"), made("large", large)))
    assert visitors(store, of) == {"home": 3, "call-centre": 1, "large": 1}
    home = figures(store, of)["home"]
    assert home.forward.share
    assert (home.forward.share.visitors, home.forward.share.of) == (2, 3)
    assert home.next_ms.median == 5 * MINUTE


def test_the_first_touchpoint_that_matches_an_event_has_it(store: Store) -> None:
    put(store, view(1, 0))
    insert(store, "events", [event(1, 5, "order", BASKET, value=20.0)])
    large, any_order = Matcher(on="event", name="order", least=10.0), Matcher(on="event", name="order")
    assert visitors(store, journey((made("large", large), made("any", any_order)))) == {"large": 1, "any": 0}
    assert visitors(store, journey((made("any", any_order), made("large", large)))) == {"any": 1, "large": 0}


def test_a_row_of_a_file_is_off_site(store: Store) -> None:
    put(store, view(1, 0), view(2, 0))
    insert(store, "events", [event(1, 2000, "visit", "touchpoint/lyon"), event(2, 2000, "visit", BASKET)])
    visit, paris = Matcher(on="offsite", name="visit"), Matcher(on="offsite", name="visit", source="paris")
    of = journey((made("paris", paris), made("shop", visit)))
    assert visitors(store, of) == {"paris": 0, "shop": 1}


def test_a_click_on_an_element_is_a_contact(store: Store) -> None:
    put(store, view(1, 0, BASKET), view(2, 0, BASKET))
    insert_elements(store, [APPLY], BASKET)
    element = {"page": BASKET, "record": record_id(*APPLY), "key": path_key(APPLY[0])}
    clicks = [{"visitor": 1, "time": BEGIN + n * MINUTE, "view": 1000, **element} for n in (1, 2)]
    insert(store, "points", clicks)
    apply = Matcher(on="element", element=f"{path_key(APPLY[0]):016x}", page=BASKET)
    of = journey((made("basket", pages=("/basket",)), made("apply", apply)))
    assert visitors(store, of) == {"basket": 2, "apply": 1}
    steps = measure_funnel(store, of, SCOPE, FunnelAsked(("basket", "apply"), 7), NOW).steps
    assert [step.visitors for step in steps] == [2, 1]


def test_a_visit_touches_how_it_came_with_its_first_view(store: Store) -> None:
    put(
        store,
        view(1, 0, channel="mail", source="letter"), view(1, 1, BASKET, channel="mail", source="letter"),
        view(2, 0, channel="mail", source="other"),
        view(3, 0, channel="direct"), view(3, 1, channel="mail", source="letter"),
    )  # fmt: skip
    mail, letter = Matcher(on="channel", channel="mail"), Matcher(on="channel", channel="mail", source="letter")
    pages = (made("home", pages=("/",)), made("basket", pages=("/basket",)))
    assert visitors(store, journey((made("mail", mail),), pages)) == {"mail": 2, "home": 1, "basket": 1}
    assert visitors(store, journey((made("letter", letter),), pages)) == {"letter": 1, "home": 2, "basket": 1}
    # A page that comes before it has the view.
    assert visitors(store, journey(pages, (made("mail", mail),))) == {"home": 3, "basket": 1, "mail": 0}


@pytest.mark.parametrize("scope", ["view", "visit"])
def test_a_segment_selects_the_views_of_a_channel(store: Store, scope: Any) -> None:
    put(store, view(1, 0, channel="mail"), view(2, 0, channel="direct"))
    insert(store, "events", [event(1, 2, "order", view=1000), event(2, 2, "order", view=2000)])
    of = journey((made("home", pages=("/",)), made("order", Matcher(on="event", name="order"))))
    by_mail = Group(rules=(Rule(what="channel", scope=scope, values=("mail",)),))
    assert visitors(store, of, segment=by_mail) == {"home": 1, "order": 1}


def test_a_quick_return_is_one_although_something_was_sent_between(store: Store) -> None:
    put(store, view(1, 0), view(1, 1, BASKET), {**view(1, 1), "time": BEGIN + MINUTE + 3_000, "view": 1999})
    insert(store, "events", [{**event(1, 1, "seen", BASKET), "time": BEGIN + MINUTE + 1_000}])
    pages = (made("home", pages=("/",)), made("basket", pages=("/basket",)))
    of = journey((*pages, made("seen", Matcher(on="event", name="seen"))))
    basket = figures(store, of)["basket"].frustration.quick_back
    assert basket
    assert (basket.visitors, basket.of) == (1, 1)


def test_a_row_of_which_only_the_day_is_known_counts_but_has_no_time(store: Store) -> None:
    put(store, view(1, 0), view(2, 0), view(3, 0), view(3, 30, BASKET))
    insert(store, "events", [
        event(1, 90, "visit", flags=COARSE), event(1, 200, "order"), event(2, 60, "visit"),
        event(3, 40, "visit", flags=COARSE),
    ])  # fmt: skip
    visit, order = Matcher(on="offsite", name="visit"), Matcher(on="offsite", name="order")
    pages = (made("home", pages=("/",)),)
    of = journey(pages, (made("shop", visit), made("basket", pages=("/basket",))), (made("order", order),))
    found = figures(store, of)
    assert {key: one.visitors for key, one in found.items()} == {"home": 3, "shop": 3, "basket": 1, "order": 1}
    # Visitor 1 went on at a time that is not known, visitor 2 after 60 minutes, visitor 3 to the basket after 30.
    assert (found["home"].next_ms.n, found["home"].next_ms.median) == (2, 45 * MINUTE)
    assert found["home"].forward.share
    assert found["home"].forward.share.visitors == 3
    assert found["shop"].next_ms.n == 0
    stages = measure_journey(store, of, SCOPE, now=NOW).figures.stages
    assert (stages[0].on_ms.n, stages[0].on_ms.median) == (2, 45 * MINUTE)
    assert (stages[0].until_ms[2].n, stages[0].until_ms[2].median) == (1, 200 * MINUTE)
    steps = measure_funnel(store, of, SCOPE, FunnelAsked(("home", "shop"), 7), NOW).steps
    assert [step.visitors for step in steps] == [3, 3]
    assert steps[0].to_next_median_ms == 60 * MINUTE
