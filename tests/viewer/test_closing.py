"""A site that keeps counts only: once its day is closed, nothing in the store is of one visitor, or of too few."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from aggregator.queries.closing import ROWS, has_rows
from collector.journal.eraser import JournalEraser
from rules.site import add_site
from store.client import Store
from store.definitions import Definitions
from store.open_days import open_rows
from store.records import Erasure, Site
from store.snapshots import Snapshots
from tests.parcours.erasing import line
from viewer.app import Surroundings, Viewer, ViewerSettings

DAY = date(2026, 3, 2)
MORNING = int(datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp() * 1000)
HOUR = 3_600_000
LATER = datetime(2026, 3, 3, 12, tzinfo=UTC)
LEAST = 4
FIRST_VISITOR = 0xA11CE00000000000  # ids that stand out in any column
_ROWS = "AND engine NOT LIKE '%View' AND engine != 'Null' AND NOT is_temporary"


def visits(site: int, page: str, visitors: range, begun: int = MORNING) -> bytes:
    """A view with a click and an event of each of these visitors."""
    return b"".join(
        line(site, page, f"{page}{n}", begun + n * 1000, visitor=str(FIRST_VISITOR + n), received=begun + HOUR)
        for n in visitors
    )


class Server:
    """The parts of a server that close days, over a store and a journal."""

    def __init__(self, store: Store, journal: Path) -> None:
        self.store, self.journal, self.definitions = store, journal, Definitions(store)
        journal.mkdir()
        (journal / "quarantine").mkdir()
        eraser = JournalEraser(journal, lambda: self.definitions.find(Erasure))

        def erase(_: object) -> dict[str, int]:
            eraser.apply()
            return eraser.batches

        around = Surroundings(erase_journal=erase)
        settings = ViewerSettings(base_url="http://testserver", serving=False)
        self.viewer = Viewer(store, self.definitions, Snapshots(store), settings, around)
        self.site = add_site(self.definitions, "Lamps", ["lamps.example"], mode="counts", least_visitors=LEAST)

    @property
    def number(self) -> int:
        return int(self.site.id)

    def close(self, now: datetime = LATER) -> int:
        """Everything that the hour does."""
        done = self.viewer.closing.work(now)
        self.viewer.erasing.work()
        assert all(one.state == "done" for one in self.definitions.find(Erasure))
        return done

    def receive(self, lines: bytes, name: str) -> None:
        self.store.insert_segment(lines, name)

    def count(self, table: str, where: str = "1") -> int:
        return int(self.store.rows(f"SELECT count() AS n FROM {table} WHERE {where}")[0]["n"])


@pytest.fixture
def server(store: Store, tmp_path: Path) -> Server:
    return Server(store, tmp_path / "journal")


def everything(store: Store) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row of every table that the store has, whichever these are."""
    names = store.rows(f"SELECT name FROM system.tables WHERE database = currentDatabase() {_ROWS} ORDER BY name")
    assert len(names) >= 19
    for one in names:
        for text in store.formatted(f"SELECT * FROM `{one['name']}`", "JSONEachRow").splitlines():
            yield one["name"], json.loads(text)


# Columns that count visitors, with the rows of a table that are of visitors.
COUNTED = {"folded_days": ("visitors", "kind = 'view'"), "folded_records": ("n_visitors", "1"),
           "day_counts": ("visitors", "what != 'closed'")}  # fmt: skip
# Tables that hold nothing of visitors, only what people set up and what the software keeps of itself.
OF_OWNERS = {"definitions", "migrations", "day_keys", "jobs", "snapshots", "strips", "matches", "picture_choices",
             "retakes", "credentials", "refusals", "elements"}  # fmt: skip


def test_every_table_with_a_visitor_or_a_view_is_closed(store: Store) -> None:
    """A new table has to be among those that are moved, closed and erased (store/erasure.py)."""
    rows = store.rows(
        "SELECT DISTINCT table FROM system.columns WHERE database = currentDatabase() AND name IN ('view', 'visitor') "
        f"AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() {_ROWS})"
    )
    assert {row["table"] for row in rows} == set(ROWS)


def test_after_the_day_no_table_has_a_visitor_or_a_count_of_too_few(server: Server) -> None:
    site, aside = open_rows(server.number), server.journal / "quarantine"
    busy, quiet = visits(site, "busy", range(LEAST)), visits(site, "quiet", range(20, 20 + LEAST - 1))
    server.receive(busy + quiet, "morning")
    for folder, name in ((server.journal, "0000000000000001-0000000a.done"), (aside, "0000000000000001-0000000b.seg")):
        (folder / name).write_bytes(busy + quiet)
    assert server.close() == 1

    names = [f"{FIRST_VISITOR + n}" for n in range(40)]
    rows = list(everything(server.store))
    hashes = {row["h"] for row in server.store.rows(
        "SELECT toString(xxHash64(arrayJoin({views:Array(String)}))) AS h",
        views=[f"{page}{n}".ljust(24, "x") for page in ("busy", "quiet") for n in range(40)],
    )}  # fmt: skip
    assert not [one for one in rows if re.search("|".join(names), str(one))]
    assert not [one for one in rows if any(found in hashes for found in re.findall(r"\d{12,}", str(one)))]
    assert not [table for table, row in rows if {"view", "visitor"} & row.keys() - {"views"}]
    assert {table for table, _ in rows} <= OF_OWNERS | COUNTED.keys()
    assert not [one for one in rows if "quiet" in str(one).lower()]
    for table, (column, of_visitors) in COUNTED.items():
        assert server.count(table, of_visitors)
        assert not server.count(table, f"{of_visitors} AND {column} < {LEAST}"), table
    arrays = server.store.rows(
        "SELECT table, name FROM system.columns WHERE database = currentDatabase() AND type LIKE 'Array%' "
        "AND table IN ('folded_days', 'folded_records')"
    )
    kept = {"reasons", "excluded", "counts", "sizes", "of_size", "devices", "of_device", "cells", "points", "weights"}
    for column in arrays:
        if column["name"] not in kept:  # numbers of a day, codes and edges are of one visitor each
            assert not server.count(column["table"], f"notEmpty({column['name']})"), column
    for array in ("of_size", "of_device", "counts", "points"):
        table = "folded_records" if array == "points" else "folded_days"
        assert not server.count(table, f"arrayExists(n -> n < {LEAST}, {array})"), array
    for path in server.journal.rglob("*"):
        assert not path.is_file() or not re.search(rb"\d{15,}|busy|quiet", path.read_bytes().lower()), path


def test_a_count_of_enough_visitors_is_kept(server: Server) -> None:
    server.receive(visits(open_rows(server.number), "busy", range(LEAST)), "morning")
    assert server.close() == 1
    (views,) = server.store.rows("SELECT page, views, visitors, toString(day) AS of_day FROM folded_days "
                                 "WHERE kind = 'view'")  # fmt: skip
    assert views == {"page": "busy.example/busy", "views": LEAST, "visitors": LEAST, "of_day": "2026-03-02"}
    (clicks,) = server.store.rows("SELECT site, n_visitors, points FROM folded_records")
    assert (clicks["site"], clicks["n_visitors"], list(clicks["points"])) == (server.number, LEAST, [LEAST])
    assert server.count("elements", f"site = {server.number} AND toStartOfDay(seen) = seen") == 1
    assert server.count("day_counts", f"what = 'event' AND name = 'order busy' AND visitors = {LEAST}") == 1


def test_an_open_day_is_where_no_question_reads_it(server: Server) -> None:
    server.receive(visits(open_rows(server.number), "busy", range(LEAST)), "morning")
    server.close(datetime(2026, 3, 2, 23, tzinfo=UTC))
    assert server.count("views") == LEAST
    assert not has_rows(server.store, server.number)
    assert not server.count("folded_days")


def test_what_comes_late_for_a_closed_day_is_not_counted_and_erased(server: Server) -> None:
    site = open_rows(server.number)
    server.receive(visits(site, "busy", range(LEAST)), "morning")
    server.close()
    before = list(server.store.rows("SELECT * FROM day_counts ORDER BY ALL"))
    server.receive(visits(site, "busy", range(10, 10 + 2 * LEAST)), "late")
    assert server.close(LATER + timedelta(hours=1)) == 0
    assert list(server.store.rows("SELECT * FROM day_counts ORDER BY ALL")) == before
    assert not server.count("views")
    assert not server.count("points")


def test_turning_the_mode_on_counts_the_days_before_and_erases_their_rows(server: Server) -> None:
    earlier = replace(server.definitions.get(Site, server.site.id), mode="with_consent")
    server.definitions.put(earlier)
    for day in range(3):
        server.receive(visits(server.number, "busy", range(LEAST + day), MORNING - day * 24 * HOUR), f"day {day}")
    server.receive(visits(server.number, "busy", range(50, 53), MORNING + 24 * HOUR), "today")
    assert server.close() == 0
    assert server.count("views", f"site = {server.number}") == 3 * LEAST + 3 + 3
    server.definitions.put(replace(server.definitions.get(Site, server.site.id), mode="counts"))
    assert server.close() == 3
    assert not has_rows(server.store, server.number)
    assert server.count("views", f"site = {open_rows(server.number)}") == 3  # of the open day
    found = server.store.rows("SELECT visitors FROM day_counts WHERE what = 'site' ORDER BY day DESC")
    assert [row["visitors"] for row in found] == [LEAST, LEAST + 1, LEAST + 2]


def test_a_larger_least_erases_the_counts_of_a_smaller_one(server: Server) -> None:
    server.receive(visits(open_rows(server.number), "busy", range(LEAST)), "morning")
    server.close()
    server.definitions.put(replace(server.definitions.get(Site, server.site.id), least_visitors=LEAST + 1))
    server.close(LATER + timedelta(hours=1))
    assert not server.count("day_counts", "day = '2026-03-02' AND what != 'closed'")
    assert not server.count("folded_records")


def test_an_interrupted_closing_is_done_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.receive(visits(open_rows(server.number), "busy", range(LEAST)), "morning")
    command = server.store.command

    def dies(sql: str, **values: Any) -> None:
        if "'closed'" in sql:
            raise KeyboardInterrupt
        command(sql, **values)

    monkeypatch.setattr(server.store, "command", dies)
    with pytest.raises(KeyboardInterrupt):
        server.close()
    monkeypatch.setattr(server.store, "command", command)
    server.close()
    assert [row["n"] for row in server.store.rows("SELECT sum(visitors) AS n FROM day_counts WHERE what = 'site'")] == [
        LEAST
    ]
    assert server.count("folded_records") == 1


def test_the_rest_of_a_box_counts_without_a_place(server: Server) -> None:
    """Enough visitors pressed the element, but fewer pressed each part of it."""
    many = visits(open_rows(server.number), "busy", range(LEAST))
    spread = b"".join(
        one.replace(b'"x":[5000]', b'"x":[%d]' % (n * 2000 + 100)) for n, one in enumerate(many.splitlines(True))
    )
    assert spread != many
    server.receive(spread, "morning")
    server.close()
    (found,) = server.store.rows("SELECT cells, points FROM folded_records")
    assert (list(found["cells"]), list(found["points"])) == ([65537], [LEAST])
