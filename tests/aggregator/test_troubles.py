"""Elements that frustrate visitors: dead clicks, bursts and errors after a click, for a whole site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.answers import troubles as answers
from aggregator.answers.frustrated import frustrated_visitors
from aggregator.answers.troubles import troubles
from aggregator.measures.frustration import dead, rage
from aggregator.queries.troubles import read_click_errors, read_clickers, read_dead, read_raging
from aggregator.shapes.clicks import SuspectClicks
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.layouts import path_key
from tests.aggregator.build import DAY, NOON, PAGE, fp, insert, insert_elements, record_id

SCOPE = SiteScope(1, DAY, DAY)
CODE, FIELD = ("main>button:1", fp(id="code")), ("main>input:1", fp(id="field"))

click = st.fixed_dictionaries(
    {
        "visitor": st.integers(1, 3),
        "after": st.integers(0, 4_000),
        "on": st.integers(0, 1),
        "page_x": st.sampled_from((100, 110, 150)),
        "effect": st.sampled_from((0, 0, 1)),
        "effect_ms": st.sampled_from((10, 500, 1_200)),
        "flags": st.sampled_from((0, 0, 0, 1, 2, 4, 8)),
    }
)


def row(one: Mapping[str, Any]) -> dict[str, Any]:
    element = (CODE, FIELD)[one["on"]]
    columns = {name: one[name] for name in ("visitor", "page_x", "effect", "effect_ms", "flags")}
    place = {"key": path_key(element[0]), "record": record_id(*element)}
    return columns | place | {"view": one["visitor"], "time": NOON + one["after"]}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(click, max_size=14, unique_by=lambda one: (one["visitor"], one["after"])))
def test_the_engine_judges_clicks_as_the_rules_do(store: Store, rows: list[dict[str, Any]]) -> None:
    store.command("TRUNCATE TABLE points")
    points = [row(one) for one in rows]
    insert(store, "points", points)
    field = np.array([record_id(*FIELD)], np.uint64)

    def column(name: str, kind: Any) -> Any:
        return np.array([{"page_y": 100, "button": 0, "group": 1}.get(name, one.get(name)) for one in points], kind)

    clicks = SuspectClicks(
        group=column("group", np.int32), view=column("view", np.uint64), visitor=column("visitor", np.uint64),
        record=column("record", np.uint64), time=column("time", np.int64), page_x=column("page_x", np.int32),
        page_y=column("page_y", np.int32), effect=column("effect", np.uint8),
        effect_ms=column("effect_ms", np.uint16), button=column("button", np.uint8), flags=column("flags", np.uint8),
    )  # fmt: skip
    on_field = clicks.record == field[0]
    judged = {"dead": dead(clicks, on_field), "rage": rage(clicks, on_field)}
    expected: dict[str, dict[tuple[str, int], set[int]]] = {name: defaultdict(set) for name in judged}
    for name, mask in judged.items():
        for one, is_so in zip(points, mask.tolist(), strict=True):
            if is_so:
                expected[name][PAGE, one["key"]].add(one["visitor"])
    assert read_dead(store, SCOPE, field, 1, 99) == {place: len(who) for place, who in expected["dead"].items()}
    assert read_raging(store, SCOPE, field, 1, 99) == {place: len(who) for place, who in expected["rage"].items()}
    insert_elements(store, [CODE, FIELD])
    frustrated = {one["visitor"] for one, *so in zip(points, judged["dead"], judged["rage"], strict=True) if any(so)}
    assert frustrated_visitors(store, SCOPE, {PAGE: 7}) == ({7: len(frustrated)} if frustrated else {})
    assert frustrated_visitors(store, SCOPE, {"shop.example/other": 7}) == {}


def test_an_error_after_a_click_has_its_file_and_the_hash_of_its_message(store: Store) -> None:
    """Of thirty who pressed the button, twenty-four met the error, twice each; four met another one."""
    insert_elements(store, [CODE])
    on = {"key": path_key(CODE[0]), "record": record_id(*CODE)}
    insert(store, "views", [{"view": n, "visitor": n, "time": NOON} for n in range(1, 41)])
    insert(store, "points", [{"view": n, "visitor": n, "time": NOON + n} | on for n in range(1, 31)])
    insert(store, "events", [
        *({"view": n, "visitor": n, "time": NOON + 100 + n, "kind": "error", "name": "code.js#Ab"} | on
          for n in [*range(1, 25)] * 2),
        *({"view": n, "visitor": n, "time": NOON + 200, "kind": "error", "name": "other.js#Zz"} | on
          for n in range(1, 5)),
        {"view": 40, "visitor": 40, "time": NOON, "kind": "error", "name": "load.js#Qq"},
    ])  # fmt: skip
    place = (PAGE, path_key(CODE[0]))
    visitors, (first, second) = read_click_errors(store, SCOPE, 1, 99)[place]
    assert (visitors, first.file, first.hash, first.visitors, first.times) == (24, "code.js", "Ab", 24, 48)
    assert (second.file, second.visitors, first.first_ms) == ("other.js", 4, NOON + 101)
    assert read_clickers(store, SCOPE, [place]) == {place: 30}
    found = troubles(store, SCOPE)
    assert [(one.key, one.clickers, one.dead, one.failed) for one in found] == [(place[1], 30, 0, 24)]


def test_elements_that_hurt_few_visitors_are_not_mentioned(store: Store) -> None:
    insert_elements(store, [CODE])
    on = {"key": path_key(CODE[0]), "record": record_id(*CODE)}
    insert(store, "views", [{"view": n, "visitor": n, "time": NOON} for n in range(1, 101)])
    insert(store, "points", [
        {"view": n, "visitor": n, "time": NOON + n, "effect": 0 if n <= answers.LEAST else 1} | on
        for n in range(1, 101)
    ])  # fmt: skip
    assert troubles(store, SCOPE) == ()  # a tenth of those who clicked it: they expected something else
    insert(store, "points", [{"view": n, "visitor": n, "time": NOON + n, "effect": 0} | on for n in range(1, 41)])
    assert [(one.dead, one.clickers) for one in troubles(store, SCOPE)] == [(40, 100)]
