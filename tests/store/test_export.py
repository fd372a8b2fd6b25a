import csv
import json
from datetime import date
from io import StringIO

import pytest

from store.erasure import forget_visitor
from store.export import export_rows
from store.spreadsheet import harmless

DAY = date(2026, 11, 2)


def add_views(store, *visitors):
    n = len(visitors)
    columns = {"site": [1] * n, "page": ["a.example/"] * n, "day": [DAY] * n, "time": [1_793_577_600_000] * n}
    store.insert("views", columns | {"view": list(range(1, n + 1)), "visitor": list(visitors), "seq": [0] * n})
    points = columns | {
        "kind": ["click"] * n,
        "view": list(range(1, n + 1)),
        "visitor": list(visitors),
        "key": [255] * n,
    }
    store.insert("points", points)


def test_an_export_writes_ids_in_full_and_only_the_days_asked_for(store):
    add_views(store, 1, 2**64 - 1)
    lines = export_rows(store, "points", 1, DAY, DAY, "csv").decode().splitlines()
    assert lines[0].startswith('"site","page","kind"')
    assert sum('"00000000000000ff"' in line for line in lines) == 2
    assert '"ffffffffffffffff"' in lines[2]
    assert export_rows(store, "points", 1, date(2026, 11, 3), date(2026, 11, 4), "ndjson") == b""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", '=HYPERLINK("x";"y")'])
def test_a_spreadsheet_runs_no_text_of_an_exported_csv(store, text):
    columns = {"site": [1], "day": [DAY], "time": [1_793_577_600_000], "view": [1], "visitor": [2], "seq": [0]}
    store.insert("views", columns | {"page": ["shop.example/-"], "campaign": [text], "browser": [text]})
    store.insert("events", {k: v for k, v in columns.items() if k != "seq"} | {"page": [text], "name": [text]})
    for table, names in (("views", ("campaign", "browser")), ("events", ("page", "name"))):
        (row,) = csv.DictReader(StringIO(export_rows(store, table, 1, DAY, DAY, "csv").decode(), newline=""))
        assert [row[name] for name in names] == ["'" + text] * 2
        assert harmless(text) == "'" + text
        (line,) = export_rows(store, table, 1, DAY, DAY, "ndjson").splitlines()
        assert [json.loads(line)[name] for name in names] == [text] * 2
    assert harmless(-1.5) == -1.5


def test_an_export_of_something_else_is_refused(store):
    with pytest.raises(ValueError, match="no export of 'definitions'"):
        export_rows(store, "definitions", 1, DAY, DAY, "csv")


def test_a_forgotten_visitor_is_gone_from_every_table_and_the_others_stay(store):
    add_views(store, 7, 8, 7)
    assert forget_visitor(store, 1, 7) == {"views": 2, "points": 2}
    for table in ("views", "points"):
        left = [int(row["visitor"]) for row in store.rows(f"SELECT visitor FROM {table}")]
        assert left == [8]
    assert forget_visitor(store, 1, 7) == {"views": 0, "points": 0}
