"""How far the figures of a journey are counted: what the page asks while they are counted again."""

from __future__ import annotations

import threading

import pytest

from aggregator.queries import journey_facts
from aggregator.queries.slices_counted import told_of_slices
from store.journeys import Journey, Stage, Touchpoint
from store.records import Site
from tests.viewer.client import Client
from tests.viewer.pages import DAYS
from tests.waiting import until
from viewer import journey_maps
from viewer.app import Viewer

STAGES = (
    Stage("look", {"en": "Look"}, (Touchpoint("lamps", {"en": "Lamps"}, ("/lamps",)),)),
    Stage("buy", {"en": "Buy"}, (Touchpoint("basket", {"en": "Basket"}, ("/basket",)),)),
)


@pytest.fixture
def in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journey_facts, "SLICE", 8)  # of 60 touches


def test_each_slice_is_reported_once_until_all_are_counted(
    viewer: Viewer, shop: Site, owner: Client, in_slices: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer.definitions.put(Journey(id="counted", site=shop.id, name="Counted", stages=STAGES, window_days=7))
    told: list[tuple[int, int]] = []
    measure = journey_maps.measure_journey

    def listening(*args: object, **more: object) -> object:
        with told_of_slices(lambda done, of: told.append((done, of))):
            return measure(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(journey_maps, "measure_journey", listening)
    answer = owner.get(f"/api/v1/sites/{shop.id}/journeys/counted/map?{DAYS}").json()
    assert answer["touchpoints"]["lamps"]["visitors"] == 60
    assert told == [(n, 8) for n in range(9)]


def test_the_page_is_told_how_much_is_done_while_it_waits(
    viewer: Viewer, shop: Site, owner: Client, in_slices: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer.definitions.put(Journey(id="slow", site=shop.id, name="Slow", stages=STAGES, window_days=7))
    at = f"/sites/{shop.id}/journeys/slow"
    go_on = threading.Event()
    facts_of = journey_facts.facts_of
    begun: list[int] = []

    def held(*args: object) -> object:
        begun.append(1)
        if len(begun) > 3:
            go_on.wait(20)
        return facts_of(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(journey_facts, "facts_of", held)
    assert owner.get(f"{at}/recount?{DAYS}").json() == {"done": 0, "of": 0}
    asking = threading.Thread(target=owner.get, args=(f"/api/v1{at}/map?{DAYS}",))
    asking.start()
    try:
        until(lambda: 0 < owner.get(f"{at}/recount?{DAYS}").json()["done"] < 8)
        assert owner.get(f"{at}/recount?{DAYS}").json()["of"] == 8
    finally:
        go_on.set()
        asking.join(20)
    assert owner.get(f"{at}/recount?{DAYS}").json() == {"done": 0, "of": 0}
