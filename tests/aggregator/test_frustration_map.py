"""Maps of rage and dead clicks alone."""

from __future__ import annotations

import numpy as np
import pytest

from aggregator.answers.frustration_map import frustration_map
from aggregator.answers.heatmap import heatmap
from aggregator.shapes.scope import Scope
from store.client import Store
from store.layouts import path_key
from store.snapshots import Snapshot, Snapshots, new_id
from tests.aggregator.build import DAY, NOON, PAGE, fp, insert, insert_elements, layout, record_id

DEAD = ("main>div:1", fp(text="Looks like a button"))
GOOD = ("main>button:1", fp(id="go", text="Go"))
LAYOUT = layout((*DEAD, (100, 200, 100, 40)), (*GOOD, (600, 1200, 100, 40)))


@pytest.mark.parametrize(("kind", "clicks"), [("dead", 4), ("rage", 3)])
def test_only_the_clicks_of_the_kind_are_drawn(store: Store, kind: str, clicks: int) -> None:
    made = Snapshot(new_id(), 1, PAGE, 1000, "", "", f"https://{PAGE}", NOON, 2000, 800, "Lamps")
    Snapshots(store).save(made, LAYOUT, [(2000, b"picture")])
    insert_elements(store, [DEAD, GOOD])
    insert(store, "views", [{"view": n, "visitor": n} for n in range(1, 11)])
    on_dead = {"key": path_key(DEAD[0]), "record": record_id(*DEAD), "effect": 0}
    on_good = {"key": path_key(GOOD[0]), "record": record_id(*GOOD)}
    burst = [{"view": 1, "visitor": 1, "time": NOON + n * 200} | on_dead for n in range(3)]
    alone = [{"view": 2, "visitor": 2} | on_dead]
    insert(store, "points", burst + alone + [{"view": n, "visitor": n} | on_good for n in range(3, 9)])
    found = heatmap(store, Snapshots(store), Scope(1, (PAGE,), "click", DAY, DAY), 1000)
    drawn = frustration_map(found, kind)  # type: ignore[arg-type]
    share = clicks / int(found.cells.n.sum())
    assert np.isclose(drawn.grid.values.sum(), found.grid.values.sum() * share, rtol=1e-4)
    assert drawn.grid.values[1000 // 4 :].sum() == 0  # nothing around the button that works
    assert drawn.scale.unit == f"{kind} clicks per 1,000 visitors within 20 px"
    assert drawn.elements == found.elements
