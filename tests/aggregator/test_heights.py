"""Medians of windows and pages, near each width."""

from aggregator.queries.heights import recorded_heights
from aggregator.shapes.heights import Heights
from aggregator.shapes.scope import SiteScope
from tests.aggregator.build import DAY, PAGE, insert

SCOPE = SiteScope(1, DAY, DAY)


def test_medians_of_people_near_each_width(store):
    rows = [
        {"viewport_w": w, "viewport_h": vh, "page_h": ph}
        for w, vh, ph in ((990, 700, 2000), (1000, 800, 2100), (1050, 900, 9000))
    ]
    rows += [{"viewport_w": 390, "viewport_h": 844, "page_h": 5000}]
    rows += [{"viewport_w": 1000, "viewport_h": 1, "page_h": 1, "bot": "crawler"}]
    insert(store, "views", [row | {"view": n, "visitor": n} for n, row in enumerate(rows)])
    found = recorded_heights(store, SCOPE, PAGE, [1000, 768, 390], least=1)
    assert found == Heights({1000: 800, 390: 844}, {1000: 2100, 390: 5000})
    assert recorded_heights(store, SCOPE, PAGE, [1000, 390], least=3).window == {1000: 800}
    assert recorded_heights(store, SCOPE, PAGE, [1000]) == Heights()
    assert recorded_heights(store, SCOPE, "shop.example/other", [1000], least=1) == Heights()
