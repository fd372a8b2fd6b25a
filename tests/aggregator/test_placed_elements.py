"""The visitors of a rule about an element are those of its row in the table of the map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aggregator.answers.exposure import element_exposure
from aggregator.answers.heatmap import Heatmap, heatmap
from aggregator.answers.placed_elements import placed_element, wanted_elements
from aggregator.queries.exposure import read_exposed
from rules.resolved_rules import KnownNames
from store.client import Store
from store.layouts import path_key
from store.matches import Match, Matches
from store.segments import Group, Rule
from store.snapshots import Snapshots
from tests.aggregator.build import PAGE, fp, insert, insert_elements, layout, record_id
from tests.aggregator.test_heatmap import SCOPE, clicks, take_picture, visits

BUY = ("button#buy", fp(id="buy", text="Buy", all="Buy"))
WORD = ("button#buy>b:1", fp(text="Buy now"))  # within the button: counts for it
FIELD = ("form#code>input:1", fp(name="code"))
OLD = ("main>a:7", fp(text="Order", href="/order"))  # before an edit of the page
ORDER = ("main>a:2", fp(text="Order today", href="/order"))
FIRST, SECOND = (("ul#lamps>li:1>a:1", fp(text="Lamp")), ("ul#lamps>li:2>a:1", fp(text="Lamp")))  # look alike
LAYOUT = layout(
    (*BUY, (100, 200, 100, 40)),
    (*WORD, (110, 205, 50, 20)),
    (*FIELD, (100, 300, 100, 40)),
    (*ORDER, (400, 400, 100, 40)),
    (*FIRST, (0, 900, 100, 40)),
    (*SECOND, (0, 950, 100, 40)),
    control={BUY[0]: BUY[0], WORD[0]: BUY[0]},
)


def fill(store: Store) -> None:
    snapshot = take_picture(store, on=LAYOUT)
    visits(store, range(1, 31))
    insert_elements(store, [BUY, WORD, FIELD, OLD, ORDER, FIRST, SECOND])
    clicks(store, BUY, range(1, 6))
    clicks(store, WORD, range(4, 9), effect=0, effect_ms=0)
    clicks(store, FIELD, range(9, 12), effect=0, effect_ms=0)
    clicks(store, FIELD, [12], effect=0, effect_ms=0, flags=128)
    clicks(store, OLD, range(13, 16))
    clicks(store, ORDER, [16])
    clicks(store, FIRST, range(17, 20))
    clicks(store, SECOND, range(20, 23), viewport_w=390, page_h=3000)
    clicks(store, ("footer>a:1", ""), [23])  # its record is not known, and no element has its key
    insert(store, "points", [{"visitor": 24, "view": 240, "key": path_key(ORDER[0]), "record": 99}])  # known by its key
    for ms in (0, 400, 800):
        clicks(store, WORD, [25, 26], effect=0, effect_ms=0, time=SCOPE_NOON + ms)
    clicks(store, BUY, range(1, 8), kind="hover", weight=600.0)
    insert(store, "scrolls", [
        {"visitor": v, "view": v * 10, "bands": [v * 20] * 5 + [0] * 15, "viewport_w": 1000 if v % 3 else 390}
        for v in range(1, 21)
    ])  # fmt: skip
    match = Match(np.array([record_id(*OLD)], np.uint64), np.array([3], np.int32), np.array([5.0], np.float32))
    Matches(store).save(1, snapshot.id, PAGE, match)


SCOPE_NOON = 1_772_452_800_000


def those(store: Store, rule: Rule) -> int:
    """Visitors of the page who fit a rule, as a question about the page counts them."""
    tree = Group(rules=(rule,))
    wanted = wanted_elements([KnownNames().resolved(tree)])
    placed = tuple(placed_element(store, Snapshots(store), SCOPE, one) for one in wanted)
    scope = replace(SCOPE, segment=KnownNames(placed=placed).resolved(tree))
    return read_exposed(store, scope, (PAGE,), 1000).visitors


def key(path: str) -> str:
    return f"{path_key(path):016x}"


@pytest.fixture
def map_of(store: Store) -> Heatmap:
    fill(store)
    return heatmap(store, Snapshots(store), SCOPE, 1000)


def test_a_rule_counts_the_clicks_that_the_map_places_on_the_element(store: Store, map_of: Heatmap) -> None:
    rows = {row.path: row for row in map_of.elements}
    assert rows[BUY[0]].visitors == 10  # with those who clicked the word in it
    assert rows[ORDER[0]].visitors == 5  # with those who clicked it before the edit
    for row in map_of.elements:
        for scope in ("view", "visit", "visitor"):
            rule = Rule(what="clicked", scope=scope, element=key(row.path), page=PAGE)
            assert those(store, rule) == row.visitors, (row.path, scope)


def test_dead_and_rage_clicks_are_those_of_the_table(store: Store, map_of: Heatmap) -> None:
    assert {(row.path, row.dead, row.rage) for row in map_of.elements} >= {(BUY[0], 7, 2), (FIELD[0], 1, 0)}
    for row in map_of.elements:
        found = [those(store, Rule(what=what, element=key(row.path), page="/lamps")) for what in ("dead", "rage")]
        assert found == [row.dead, row.rage], row.path


def test_dwelling_is_that_of_the_map_of_hovers(store: Store, map_of: Heatmap) -> None:
    hovers = heatmap(store, Snapshots(store), replace(SCOPE, kind="hover"), 1000)
    assert [(row.path, row.visitors) for row in hovers.elements] == [(BUY[0], 7)]
    assert those(store, Rule(what="dwelt", element=key(BUY[0]), page=PAGE, least=0.5)) == 7
    assert those(store, Rule(what="dwelt", element=key(BUY[0]), page=PAGE, least=0.7)) == 0


def test_having_in_view_is_that_of_the_exposure_of_the_map(store: Store, map_of: Heatmap) -> None:
    exposure = element_exposure(store, Snapshots(store), map_of)
    counts = exposure.visitors.tolist()
    assert 0 < counts[0] < 20
    for path, n in zip(map_of.layout.paths, counts, strict=True):
        assert those(store, Rule(what="saw", element=key(path), page=PAGE)) == n, path


def test_an_element_that_no_picture_has_is_known_by_its_key(store: Store, map_of: Heatmap) -> None:
    assert those(store, Rule(what="clicked", element=key("footer>a:1"), page=PAGE)) == 1
    assert those(store, Rule(what="clicked", element=key("footer>a:1"))) == 1
    assert those(store, Rule(what="saw", element=key("footer>a:1"), page=PAGE)) == 0
