"""Clicks without an element are placed by the page alone, on a picture of its size, and matched to nothing."""

from __future__ import annotations

import pytest

from aggregator.linkage.matching import match_records
from aggregator.placing.ladder import NONE, PAGE
from aggregator.placing.projection import project
from parcours.importing.view_batches import NO_ELEMENT, NO_FINGERPRINTS, PagePoint, ViewFacts, ViewPart, Views
from tests.aggregator.build import Size, fp, layout, points, records

BUTTON = ("form#buy>button:1", fp(id="go", text="Buy", all="Buy"))
SHOP = layout(
    ("html", "", (0, 0, 1366, 2000)),
    ("body", "", (0, 0, 1366, 2000)),
    ("form#buy", "", (100, 100, 200, 100)),
    (*BUTTON, (120, 120, 80, 40)),
    ("header", fp(), (0, 0, 1366, 80)),
    size=Size(1366),
)


def batch(height: int) -> dict:
    shown = ViewFacts("https://shop.example/lamps", (1366, 768), height)
    views = Views()
    views.add(ViewPart(1, ("view",), 1_795_165_200_000, shown, {}, [PagePoint(683, 1000)]))
    (item,) = views.items()
    return item.body["batch"]


@pytest.mark.parametrize(
    ("width", "height", "place"),
    [(1366, 2000, (683, 1000)), (1366, 2008, (683, 996)), (1366, 2300, None), (1366, 0, None), (390, 2000, None)],
)
def test_it_is_placed_only_on_a_picture_of_its_size(width: int, height: int, place: tuple[int, int] | None) -> None:
    sent = batch(height)
    element = (sent["el"]["p"][0], sent["el"]["f"][0])
    assert element == (NO_ELEMENT, NO_FINGERPRINTS)
    columns = {"page_x": sent["click"]["px"], "page_y": sent["click"]["py"], "page_w": width, "page_h": height}
    placed = project(points([element], viewport_w=width, **columns), records([element]), SHOP)
    if place is None:
        assert placed.rung.tolist() == [NONE]
    else:
        assert placed.rung.tolist() == [PAGE]
        assert (float(placed.x[0]), float(placed.y[0])) == pytest.approx(place, abs=0.5)


def test_it_is_matched_to_no_element() -> None:
    both = records([(NO_ELEMENT, NO_FINGERPRINTS), BUTTON])
    found = dict(zip(both.paths, match_records(both, SHOP).element.tolist(), strict=True))
    assert found == {NO_ELEMENT: -1, BUTTON[0]: 3}
