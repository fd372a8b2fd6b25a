"""Maps, folds and overviews over `Distributed` tables: `python -m tests.aggregator.over_shards FOLDER`.

The engine of this process is a cluster of one shard, itself, so that the queries go through its planner of distributed
queries. It has no Keeper: statements for every server of a cluster run on this one, and tables are not replicated.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aggregator.answers.frustrated import frustrated_visitors
from aggregator.answers.journey import measure_journey
from aggregator.answers.overview import AskedOverview, overview
from aggregator.answers.persona import measure_others
from aggregator.answers.troubles import troubles
from aggregator.queries import folding
from aggregator.queries.folding import fold_closed_days
from aggregator.shapes.overview import ListedValues
from aggregator.shapes.scope import SiteScope
from store import engine
from store.client import Store, open_store
from store.connecting import folder_connector
from store.erasure import forget_visitor
from store.journeys import Journey, Stage, Touchpoint
from store.layouts import path_key
from store.migrations import migrate
from store.segments import Action, Goal, Group, Rule
from tests.aggregator.build import DAY, NOON, PAGE, insert, insert_elements
from tests.aggregator.test_cells import ALL, LINK, LOST, ON
from tests.aggregator.test_folding import TODAY, ask, counted, figures, fill, scroll
from tests.aggregator.test_heatmap import take_picture

CLUSTER = "one"
NOW = datetime.combine(TODAY + timedelta(days=1), datetime.min.time(), UTC)
CLICKED = Rule(what="clicked", scope="visit", times=2)
OFTEN = Rule(what="clicked", scope="visitor", times=20)
CONFIG = """<clickhouse><tcp_port>{port}</tcp_port><listen_host>127.0.0.1</listen_host><remote_servers><one><shard>
<replica><host>127.0.0.1</host><port>{port}</port></replica></shard></one></remote_servers></clickhouse>"""


class OneShard(Store):
    """A cluster without a Keeper."""

    def command(self, sql: str, /, **params: object) -> object:
        sql = sql.replace(f"ON CLUSTER `{CLUSTER}`", "")
        sql = re.sub(r"Replicated(\w*MergeTree)(?:\('/clickhouse[^)]*?'\{replica\}'(?:, )?([^)]*)\))?", r"\1(\2)", sql)
        return super().command(sql.replace("replicated_dedup", "non_replicated_dedup"), **params)


def sharded(folder: Path) -> Store:
    """A database whose tables are `Distributed` ones."""
    plain = open_store(folder, database="sharded")
    plain.close()
    _, database, connect = folder_connector(str(folder), "sharded")
    store = OneShard(str(folder), server=False, cluster=CLUSTER, database=database, connect=lambda: connect(database))
    migrate(store)
    return store


def made() -> list[tuple[int, list[dict[str, Any]]]]:
    """Clicks of five days on every element: dead ones, bursts, drags, and pages of other sizes."""
    days = []
    for day in range(5):
        clicks = [
            {
                "element": element, "visitor": 1 + (n * 7 + day) % 9, "view": 1 + (n * 7 + day) % 9,
                "time": NOON + n // 3 * 60_000 + n % 3 * 300, "fx": n * 1733 % 10_001, "fy": n * 911 % 10_001,
                "box_w": (40, 200, 900)[n % 3], "box_h": 40, "page_x": 480 + n, "page_y": 980 + n,
                "page_h": (2000, 2600)[n % 2], "effect": n % 2, "effect_ms": 100, "flags": (0, 0, 0, 64)[n % 4],
            }
            for n, element in enumerate(ALL * 4)
        ]  # fmt: skip
        days.append((day, clicks))
    return days


def seen() -> list[dict[str, Any]]:
    """What the views of these visitors had in view; some visitors have windows of several widths on a day."""
    return [
        {
            "day": n % 5, "visitor": 1 + n % 9, "view": 1 + n // 5, "viewport_w": (1000, 390, 600)[n % 7 % 3],
            "bands": [150 * (n * band % 5 > 1) for band in range(20)] if n % 6 else [],
            "key": path_key(LINK[0]), "fy": n * 311 % 10_001, "depth": n * 97 % 2000,
        }
        for n in range(150)
    ]  # fmt: skip


def of_site(store: Store, *rules: Rule) -> tuple[Any, ...]:
    """The overview of the site, what frustrates its visitors, how many they are, and a journey of all of them and of
    those who did not click OFTEN."""
    scope = SiteScope(1, DAY - timedelta(days=5), TODAY, segment=Group(rules=rules) if rules else None)
    goal = Goal(id="clicked", site="1", name="Clicked", action=Action(what="clicked"))
    asked = AskedOverview(ListedValues(most=50), (goal,), goal.id)
    stage = Stage("only", {}, (Touchpoint("page", {"en": "Page"}, (PAGE,)),))
    map_ = Journey(id="j", site="1", name="J", stages=(stage,))
    journey = measure_journey(store, map_, scope, (goal,), NOW)
    frustrated = frustrated_visitors(store, scope, {PAGE: 1})
    persona = replace(scope, segment=Group(rules=(*rules, OFTEN)))
    others = measure_others(store, map_, scope, persona, (goal,), NOW)
    return overview(store, scope, asked), troubles(store, scope), frustrated, journey, others


def main(folder: Path, port: int) -> None:
    config = folder / "cluster.xml"
    config.write_text(CONFIG.format(port=port))
    engine.OPTIONS["config-file"] = str(config)
    folding.WORTH = 1
    plain = open_store(folder / "data", database="plain")
    migrate(plain)
    stores = [plain, sharded(folder / "data")]
    assert stores[1].rows("SELECT engine FROM system.tables WHERE database = 'sharded' AND name = 'points'") == [
        {"engine": "Distributed"}
    ]
    for store in stores:
        take_picture(store, on=ON)
        insert_elements(store, [one for one in ALL if one != LOST])
        for day, clicks in made():
            fill(store, clicks, day)
        scroll(store, seen())
        insert(store, "touches", [{"visitor": n, "view": n, "time": NOON - n % 5 * 86_400_000} for n in range(1, 30)])
    device = {"device": "desktop"}
    expected = figures(plain, ask(plain))
    assert expected["account"].drawn > 100
    assert of_site(plain)[2] == {1: 37}
    everyone, others = (one.figures.visitors for one in of_site(plain)[3:])
    assert 0 < others < everyone
    for store in stores:
        assert figures(store, ask(store)) == expected
        assert of_site(store) == of_site(plain)
        assert of_site(store, CLICKED) == of_site(plain, CLICKED)
        assert figures(store, ask(store, **device))["elements"] == figures(plain, ask(plain, **device))["elements"]
        fold_closed_days(store, TODAY + timedelta(days=1))
        assert counted(store)
        assert figures(store, ask(store)) == expected
    first = [forget_visitor(store, 1, 1) for store in stores]
    assert first[0] == first[1]
    assert [counted(store) for store in stores] == [0, 0]
    assert figures(stores[0], ask(stores[0])) == figures(stores[1], ask(stores[1]))
    for store in stores:
        store.close()
    print("the same over shards")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
