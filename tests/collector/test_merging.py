"""What is stored of an imported view depends on the set of its rows, not on files, their order or their overlap."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from collector import wire
from collector.backend.merging import Click, MergedView, Opening, StoredView, ViewRow, merge
from collector.backend.message import decode_imported
from collector.backend.records import Preparing
from collector.backend.settings import BackendSettings
from collector.enrich.visitors import Visitors
from collector.known_sites import KnownSite
from tests.collector.conftest import SITE
from tests.collector.exports import MIDNIGHT, Row, export, files_of, items_of, row

KNOWN = KnownSite(7, SITE)
PREPARING = Preparing(BackendSettings(), Visitors(None), MIDNIGHT + 86_400_000)
DAY = 86_400


@dataclass
class Tables:
    """Rows of one view as the views of store/sql/0001_schema.sql make them: a model without a database."""

    views: dict[str, tuple[int, Opening, wire.ViewTotals]] = field(default_factory=dict)  # by day
    points: Counter[Click] = field(default_factory=Counter)
    touches: list[Opening] = field(default_factory=list)

    def stored(self) -> StoredView | None:
        if not self.views:
            return None
        first = min((opening for _, opening, _ in self.views.values()), key=Opening.rank)
        return StoredView(
            first,
            max(seq for seq, _, _ in self.views.values()),
            self.views[str(first.day)][2],
            self.points,
            [opening.touch for opening in self.touches],
            [opening.day for _, opening, _ in self.views.values()],
        )

    def apply(self, merged: MergedView) -> None:
        for x, batch in merged.batches:
            batch = wire.decode(wire.encode(batch))
            assert wire.span(batch) <= wire.MAX_SPAN
            opening = Opening(batch.t0, x, batch.ctx)
            if self.views.get(str(opening.day), (-1,))[0] <= batch.seq:
                self.views[str(opening.day)] = (batch.seq, opening, batch.sum)
            self.points.update(ViewRow(x, batch).clicks)
            if batch.seq == 0:
                self.touches.append(opening)
        if merged.stale:
            self.touches = [touch for touch in self.touches if touch.touch == merged.opening.touch]
            self.views = {day: view for day, view in self.views.items() if day == str(merged.opening.day)}


@dataclass
class Database:
    tables: dict[str, Tables] = field(default_factory=dict)  # by view

    def send(self, file: list[Row]) -> list[bool]:
        """For each row of a view, in the order of sending, whether it was new."""
        rows = [
            PREPARING.row(decode_imported(json.dumps(item.body).encode()), KNOWN, "$")
            for item in items_of(file)
            if item.kind == "batches"
        ]
        left, new = list(enumerate(rows)), [False] * len(rows)
        while left:
            groups: dict[str, list[tuple[int, ViewRow]]] = {}
            for n, one in left:
                groups.setdefault(one.batch.view, []).append((n, one))
            left = []
            for view, group in groups.items():
                tables = self.tables.setdefault(view, Tables())
                merged = merge(tables.stored(), [one for _, one in group])
                tables.apply(merged)
                for (n, _), was_new in zip(group, merged.new, strict=True):
                    new[n] = was_new
                left += [(group[place][0], late) for place, late in merged.late]
        return new

    def rows(self) -> list[Any]:
        """Everything that questions read, in any order."""
        return sorted(
            repr((
                view,
                [(day, opening.rank(), totals) for day, (_, opening, totals) in sorted(tables.views.items())],
                sorted(tables.points.items()),
                [opening.touch for opening in tables.touches],
            ))
            for view, tables in self.tables.items()
        )  # fmt: skip


def sent(*files: list[Row]) -> Database:
    database = Database()
    for file in files:
        database.send(file)
    return database


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 2**32))
def test_any_files_of_an_export_give_the_rows_of_the_one_file(seed: int) -> None:
    random = Random(seed)
    whole = export(random)
    files = files_of(random, whole)
    database = sent(*files)
    assert database.rows() == sent(whole).rows()
    again = random.choice(files) if files else whole
    assert not any(database.send(again))
    assert database.rows() == sent(whole).rows()


def only(database: Database) -> Tables:
    (tables,) = database.tables.values()
    return tables


H10 = [row(-3_600, "$pageview"), row(-3_590, "$heatmap", points=((1, 10),))]
H11 = [row(-3_580 + n, "$heatmap", points=((1, 20 + 10 * n),)) for n in range(3)]


def test_a_view_in_two_files_has_the_clicks_of_both() -> None:
    for files in ((H10, H11), (H11, H10), (H10, H11, H10), (H11, H10 + H11), (H10 + H11,)):
        tables = only(sent(*files))
        assert sorted(click.y for click in tables.points.elements()) == [10, 20, 30, 40]
        assert [totals.clicks for _, _, totals in tables.views.values()] == [4]
        assert [opening.begins for opening in tables.touches] == [MIDNIGHT - 3_600_000]


def test_new_rows_are_not_taken_for_known_ones() -> None:
    database = sent(H10)
    assert database.send(H11) == [True] * 3
    assert database.send(H11 + H10) == [False] * 5
    assert database.send([*H11, row(-3_000, "$heatmap", points=((1, 50),))]) == [False] * 3 + [True]


def test_a_view_across_midnight_is_one_view_of_its_first_day() -> None:
    before, after = row(-10, "$pageview"), row(20, "$heatmap", points=((1, 10),))
    for files in (([after], [before]), ([before], [after]), ([after, before],), ([before, after],)):
        tables = only(sent(*files))
        assert {day: totals.clicks for day, (_, _, totals) in tables.views.items()} == {"2026-11-20": 1}
        assert len(tables.touches) == 1


def test_equal_clicks_of_one_row_are_all_kept() -> None:
    twice = row(0, "$heatmap", points=((1, 10), (1, 10), (2, 10)))
    assert only(sent([twice], [twice])).points.total() == 3
    many = row(0, "$heatmap", points=tuple((n // 90, 1) for n in range(450)))
    assert only(sent([many], [many, twice])).points.total() == 450 + 3


def test_clicks_more_than_a_day_after_the_view_began_are_of_another_view() -> None:
    rows = [row(-1, "$pageview"), row(DAY + 5, "$heatmap", points=((1, 10),)), row(5, "$heatmap", points=((1, 20),))]
    database = sent(rows, rows)
    assert [tables.points.total() for tables in database.tables.values()] == [1, 1]
    assert sorted(totals.clicks for t in database.tables.values() for _, _, totals in t.views.values()) == [1, 1]
