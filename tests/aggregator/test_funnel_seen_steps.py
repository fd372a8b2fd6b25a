"""Steps of a funnel that are none of the journey's touchpoints, against a plain loop over what visitors did."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from aggregator.answers.funnel import FunnelAsked, measure_funnel
from rules.faults import Faults
from rules.funnel_steps import with_steps
from rules.resolve import Known
from store.client import Store
from store.journeys import Journey, Matcher, Stage, Touchpoint
from store.layouts import path_key
from store.page_groups import PageGroup
from store.records import Site
from tests.aggregator.build import insert, insert_elements, record_id
from tests.aggregator.test_contacts import BASKET, MINUTE, event, put, view
from tests.aggregator.test_journey_figures import BEGIN, NOW, SCOPE

BUTTONS = {f"{path_key(path):016x}": path for path in ("main>button:1", "main>a:2")}
BUY, MORE = BUTTONS
LAMPS = PageGroup(id="1.lamps", site="1", key="lamps", name="Lamps", pages=("/lamps/*",), without=("/lamps/old",))
KNOWN = Known(site=Site(id="1", key="k", name="Shop", domains=("shop.example",)), groups=(LAMPS,))
JOURNEY = Journey(
    id="j",
    site="1",
    name="J",
    window_days=7,
    stages=(
        Stage("look", {}, (Touchpoint("every", {"en": "Every page"}, ("/**",)),)),
        Stage("buy", {}, (Touchpoint("buy", {}, (), (Matcher(on="element", element=BUY, page="/basket"),)),)),
    ),
)
PAGES = ("/", "/lamps/desk", "/lamps/old", "/basket")
Deed = tuple[int, str, str]  # minute, kind, and the page, the event or the key of the element

FITS = {
    "page:/": lambda kind, of: kind == "page" and of == "/",
    "group:lamps": lambda kind, of: kind == "page" and of == "/lamps/desk",
    f"element:{BUY}@/basket": lambda kind, of: kind == "element" and of == BUY,
    f"element:{MORE}@shop.example/basket": lambda kind, of: kind == "element" and of == MORE,
    "event:order": lambda kind, of: kind == "event" and of == "order",
}


def some_ways(seed: int) -> dict[int, list[Deed]]:
    chosen = random.Random(seed)
    deeds = [("page", page) for page in PAGES] + [("element", key) for key in BUTTONS] + [("event", "order")]
    return {
        visitor: [(minute, *chosen.choice(deeds)) for minute in sorted(chosen.sample(range(1, 400), 6))]
        for visitor in range(1, 60)
    }


def store_ways(store: Store, ways: dict[int, list[Deed]]) -> None:
    views, clicks, events = [], [], []
    for visitor, way in ways.items():
        for minute, kind, of in way:
            if kind == "page":
                views.append(view(visitor, minute, f"shop.example{of}"))
            elif kind == "event":
                events.append(event(visitor, minute, of, BASKET))
            else:
                key = {"record": record_id(BUTTONS[of], ""), "key": path_key(BUTTONS[of])}
                at = {"visitor": visitor, "time": BEGIN + minute * MINUTE, "view": visitor * 1000, "page": BASKET}
                clicks.append(at | key)
    insert_elements(store, [(path, "") for path in BUTTONS.values()], BASKET)
    put(store, *views)
    insert(store, "points", clicks)
    insert(store, "events", events)


def loop(ways: dict[int, list[Deed]], steps: Sequence[str]) -> list[int]:
    """How many visitors did the steps up to each, in order."""
    came = [0] * len(steps)
    for way in ways.values():
        rest = sorted(way)
        for n, step in enumerate(steps):
            found = next((i for i, (_, kind, of) in enumerate(rest) if FITS[step](kind, of)), None)
            if found is None:
                break
            came[n] += 1
            rest = rest[found + 1 :]
    return came


@pytest.mark.parametrize(
    ("seed", "steps"),
    [
        (1, ("page:/", f"element:{BUY}@/basket")),
        (5, ("group:lamps", f"element:{MORE}@shop.example/basket", "event:order")),
        (3, (f"element:{BUY}@/basket", f"element:{BUY}@/basket", "group:lamps")),
    ],
)
def test_steps_from_what_was_seen_are_those_of_a_plain_loop(store: Store, seed: int, steps: tuple[str, ...]) -> None:
    ways = some_ways(seed)
    store_ways(store, ways)
    whole = with_steps(JOURNEY, steps, KNOWN)
    assert isinstance(whole, Journey)
    found = measure_funnel(store, whole, SCOPE, FunnelAsked(steps, 7), NOW)
    expected = loop(ways, steps)
    assert [step.visitors for step in found.steps] == expected
    assert expected[-1] > 0


def test_an_element_that_is_a_step_counts_as_its_touchpoint_does(store: Store) -> None:
    store_ways(store, some_ways(4))
    steps = ("every", f"element:{BUY}@/basket")
    whole = with_steps(JOURNEY, steps, KNOWN)
    assert isinstance(whole, Journey)
    of_step = measure_funnel(store, whole, SCOPE, FunnelAsked(steps, 7), NOW)
    of_touchpoint = measure_funnel(store, JOURNEY, SCOPE, FunnelAsked(("every", "buy"), 7), NOW)
    figures: list[Any] = [[(one.visitors, one.joined) for one in found.steps] for found in (of_step, of_touchpoint)]
    assert figures[0] == figures[1]
    assert figures[0][1][0] > 0


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("element:buy@/basket", "element_key"),
        (f"element:{BUY}", "page_of_element"),
        (f"element:{BUY}@/{'*/' * 21}", "many_wildcards"),
        ("group:chairs", "no_group"),
    ],
)
def test_a_step_that_cannot_be_one_is_a_fault(step: str, code: str) -> None:
    found = with_steps(JOURNEY, ("every", step), KNOWN)
    assert isinstance(found, Faults)
    assert [(one.field, one.code) for one in found] == [("steps.1", code)]


def test_a_group_and_a_named_element_have_their_names() -> None:
    found = with_steps(JOURNEY, ("group:lamps", f"element:{BUY}@/basket"), KNOWN, {BUY: "Buy"})
    assert isinstance(found, Journey)
    assert [one.name for one in found.stages[0].touchpoints] == [{"en": "Lamps"}, {"en": "Buy"}]
