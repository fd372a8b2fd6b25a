from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from store.client import Store, StoreAway, StoreBusy, StoreError, open_store

ROOT = Path(__file__).resolve().parents[2]
EVERY_TYPE = """
SELECT toUInt64(number) AS u, toInt32(-number) AS i, toFloat32(number / 2) AS f, number = 1 AS b,
    toDateTime64(number, 3, 'UTC') AS t, toDate('2026-01-02') + number AS d, toString(number) AS s,
    toLowCardinality('low') AS l, arrayMap(n -> toUInt32(n), range(number)) AS a, [['x']] AS aa, map('k', 'v') AS m,
    if(number = 0, NULL, 1.5) AS n
FROM numbers({count:UInt32})
"""


def test_columns_are_numpy_of_the_tables_types(either: Store) -> None:
    columns = either.columns(EVERY_TYPE, count=3)
    assert {name: column.dtype.name for name, column in columns.items()} == {
        "u": "uint64",
        "i": "int32",
        "f": "float32",
        "b": "uint8",
        "t": "int64",
        "d": "datetime64[D]",
        "s": "object",
        "l": "object",
        "a": "object",
        "aa": "object",
        "m": "object",
        "n": "object",
    }
    assert columns["t"].tolist() == [0, 1000, 2000]
    assert columns["a"].tolist() == [[], [0], [0, 1]]
    assert type(columns["a"][2][1]) is int
    assert columns["m"][0] == {"k": "v"}
    assert columns["n"].tolist() == [None, 1.5, 1.5]


def test_an_empty_answer_has_the_same_columns(either: Store) -> None:
    full, empty = either.columns(EVERY_TYPE, count=2), either.columns(EVERY_TYPE, count=0)
    assert {n: c.dtype for n, c in empty.items()} == {n: c.dtype for n, c in full.items()}
    assert {len(column) for column in empty.values()} == {0}
    assert either.rows(EVERY_TYPE, count=0) == []


def test_columns_of_many_blocks_are_joined(either: Store) -> None:
    columns = either.columns("SELECT number AS n, toString(number) AS s FROM numbers(300000) ORDER BY n")
    assert np.array_equal(columns["n"], np.arange(300_000, dtype=np.uint64))
    assert columns["s"][299_999] == "299999"


def test_rows_are_plain_python_values(either: Store) -> None:
    row = either.rows(EVERY_TYPE, count=2)[1]
    assert row["t"] == 1000
    assert [type(row[name]) for name in ("u", "f", "a", "d")] == [int, float, list, __import__("datetime").date]


def test_values_are_bound(either: Store) -> None:
    for value in ("a'b", "back\\slash", "é\n\t", "", "{x}", "'; DROP TABLE views"):
        assert either.rows("SELECT {v:String} AS v", v=value) == [{"v": value}]
        assert either.rows("SELECT {v:Array(String)} AS v", v=[value, "b"]) == [{"v": [value, "b"]}]


def test_bytes_go_in_and_come_out(either: Store) -> None:
    picture = bytes(range(256)) * 300
    columns = {"snapshot": [1, 1], "n": [0, 1], "height": [2048, 5], "picture": [picture, b""]}
    either.insert("strips", columns)
    sql = "SELECT picture FROM strips WHERE snapshot = 1 AND n = {n:UInt16}"
    assert either.blob(sql, n=0) == picture
    assert either.blob(sql, n=9) == b""


def test_insert_takes_numpy_and_lists(either: Store) -> None:
    either.insert(
        "refusals",
        {
            "site": np.array([1, 2], dtype=np.uint32),
            "time": np.array([1_700_000_000_123, 1_700_000_000_456]),
            "reason": ["origin", "size"],
            "count": (3, 2**63),
            "example": ["é", ""],
        },
    )
    rows = either.rows("SELECT * FROM refusals ORDER BY site")
    assert rows[0] == {"site": 1, "time": 1_700_000_000_123, "reason": "origin", "count": 3, "example": "é"}
    assert rows[1]["count"] == 2**63
    either.insert("refusals", {"site": [], "time": [], "reason": [], "count": [], "example": []})
    assert len(either.rows("SELECT * FROM refusals")) == 2


def test_a_token_is_stored_once_and_equal_blocks_without_one_twice(either: Store) -> None:
    row = {"site": [1], "time": [0], "reason": ["r"], "count": [1], "example": [""]}
    count = "SELECT count() AS n FROM refusals"
    for _ in range(2):
        either.insert("refusals", row, token="t")
    assert either.rows(count) == [{"n": 1}]
    for _ in range(2):
        either.insert("refusals", row)
    assert either.rows(count) == [{"n": 3}]


def test_threads_share_a_store(either: Store) -> None:
    failures: list[BaseException] = []

    def ask(number: int) -> None:
        try:
            for _ in range(10):
                assert either.rows("SELECT {n:UInt32} + sum(number) AS n FROM numbers(1000)", n=number) == [
                    {"n": number + 499_500}
                ]
        except BaseException as error:  # reported by the test's thread
            failures.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_an_error_says_where_and_what(either: Store) -> None:
    with pytest.raises(StoreError, match="nothing_here") as caught:
        either.rows("SELECT * FROM nothing_here")
    assert either.location in str(caught.value)
    assert "DB::Exception" not in str(caught.value)
    with pytest.raises(StoreError, match="Writing to nothing_here"):
        either.insert("nothing_here", {"a": [1]})
    assert either.rows("SELECT 1 AS one") == [{"one": 1}]


def test_a_query_that_fails_half_way_leaves_no_rows_to_the_next(either: Store) -> None:
    breaks = "SELECT number, throwIf(number = 900000, 'enough') AS never FROM numbers(1000000)"
    for ask in (either.columns, either.rows):
        with pytest.raises(StoreError, match="enough"):
            ask(breaks)
        assert either.columns("SELECT number + 5 AS n FROM numbers(3)")["n"].tolist() == [5, 6, 7]
        with pytest.raises(StoreError, match="enough"):
            ask(breaks)
        assert either.rows("SELECT number + 5 AS n FROM numbers(3)") == [{"n": 5}, {"n": 6}, {"n": 7}]


def test_a_closed_store_says_so(fresh_store: Callable[[], Store]) -> None:
    store = fresh_store()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.rows("SELECT 1")


def test_a_folder_held_by_another_process_is_busy(engine_folder: Path) -> None:
    program = (
        "import sys; from store.client import open_store, StoreBusy\n"
        "try: open_store(sys.argv[1])\n"
        "except StoreBusy as error: print(error)"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(engine_folder)], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert "in use by another process" in told
    assert str(engine_folder) in told


def test_a_second_folder_in_one_process_is_refused(engine_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="this process has already opened another folder") as caught:
        open_store(tmp_path)
    assert not isinstance(caught.value, StoreBusy)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be created"):
        open_store(tmp_path / "file" / "below")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_writable(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="is not writable"):
        open_store(tmp_path)


def test_a_server_that_does_not_answer_is_away() -> None:
    with pytest.raises(StoreAway, match="Is the server running"):
        open_store("clickhouse://127.0.0.1:9/parcours")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgres://h/d", "not the address of a ClickHouse server"),
        ("clickhouse:///d", "not the address of a ClickHouse server"),
        ("clickhouse://h:port/d", "cannot be read"),
        ("clickhouse://h/a`b", "may hold only letters"),
    ],
)
def test_unusable_addresses_are_refused(address: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        open_store(address)


def test_a_cluster_needs_a_server(engine_folder: Path) -> None:
    with pytest.raises(StoreError, match="needs a server"):
        open_store(engine_folder, cluster="c")


def test_the_password_is_not_in_the_location(server_address: str) -> None:
    store = open_store(server_address.replace("//", "//default:secret-word@"), database="quiet")
    assert "secret-word" not in store.location
    store.command("DROP DATABASE quiet")
    store.close()
