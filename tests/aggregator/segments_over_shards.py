"""Run as a program: rules of segments over Distributed tables, compared with plain loops. Prints what differs.

The embedded engine holds one folder a process and reads its configuration once, so this needs a process of its own. Its
one shard is itself, read through the planner that reads the shards of a cluster.
"""

from __future__ import annotations

import random
import sys
from functools import partial
from pathlib import Path
from typing import Any

import clickhouse_connect

from aggregator.queries.conditions import where_site
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.migrations import migrate
from store.segments import Group
from tests.aggregator.build import insert
from tests.aggregator.segment_loop import Loop
from tests.aggregator.segment_site import RULES, SINCE, UNTIL, made_rows

CONFIG = """<clickhouse>
  <tcp_port>{port}</tcp_port>
  <listen_host>127.0.0.1</listen_host>
  <remote_servers>
    <one><shard><replica><host>127.0.0.1</host><port>{port}</port></replica></shard></one>
  </remote_servers>
</clickhouse>"""
TABLES = ("views", "points", "scrolls", "events", "elements")
EVERY = 3  # rule; and so many trees
TREES = 12


def over_shards(folder: Path, port: int) -> Store:
    """A store whose tables of rows are Distributed ones over the local tables."""
    config = folder / "config.xml"
    config.write_text(CONFIG.format(port=port))

    def connect(database: str) -> Any:
        path = f"{folder / 'engine'}?config-file={config}"
        return clickhouse_connect.create_client(interface="chdb", path=path, database=database)

    (folder / "engine").mkdir()
    connect("default").command("CREATE DATABASE shards")
    store = Store(str(folder), server=False, cluster="", database="shards", connect=partial(connect, "shards"))
    migrate(store)
    for table in TABLES:
        store.command(f"RENAME TABLE {table} TO {table}_local")
        store.command(
            f"CREATE TABLE {table} AS {table}_local ENGINE = Distributed(one, 'shards', {table}_local, rand())"
        )
    return store


def main(folder: Path, port: int) -> int:
    store, tables = over_shards(folder, port), made_rows()
    for table, rows in tables.items():
        insert(store, table, [{name: value for name, value in row.items() if name != "day"} for row in rows])
    loop, luck = Loop(tables, SINCE, UNTIL), random.Random(7)
    trees = [Group(rules=(rule,)) for rule in RULES[::EVERY]]
    trees += [Group(match="any", rules=tuple(luck.sample(RULES, 3))) for _ in range(TREES)]
    differing = 0
    for tree in trees:
        condition, params = where_site(SiteScope(1, SINCE, UNTIL, segment=tree))
        views = store.columns(f"SELECT view FROM views FINAL WHERE {condition}", **params)["view"].tolist()
        if set(views) != loop.selected(tree):
            differing += 1
            print(tree)
    print(f"{len(trees)} trees, {differing} differ")
    return differing


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])) > 0)
