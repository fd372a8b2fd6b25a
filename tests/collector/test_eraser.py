"""Erasing in the files of a journal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from collector.journal import eraser
from collector.journal.eraser import ERASED, JournalEraser, erase_in
from collector.journal.quarantine import WHY, QuarantineNote
from collector.journal.segments import encode_record, read_records
from store.client import Store
from store.erasure import hash_of
from store.open_days import open_rows
from store.records import DataKind, Erasure

ALL: dict[DataKind, int] = {"views": 0, "points": 0, "events": 0, "pictures": 0}


def batch(site: int = 7, page: str = "shop.example/a", begun: int = 1000, received: int = 9000, **body: Any) -> bytes:
    x = {"site": site, "page": page, "visitor": "5", "sender": "import a.csv", "shift": 0}
    b = {"view": "v" * 24, "seq": 0, "t0": begun, "sent": begun + 500} | body
    compact = (",", ":")
    return encode_record(
        received, json.dumps(x, separators=compact).encode(), json.dumps(b, separators=compact).encode()
    )


def erasure(**changes: Any) -> Erasure:
    return Erasure(**({"id": "e", "site": "7", "asked": 10_000, "until": ALL} | changes))


def left_of(tmp_path: Path, *records: bytes, **changes: Any) -> list[bool]:
    """For each record, whether it is still there."""
    segment = tmp_path / "0000000000000001-00000000.seg"
    segment.write_bytes(b"".join(records))
    erase_in(tmp_path, [erasure(**changes)])
    lines = segment.read_bytes().splitlines(keepends=True)
    assert len(lines) == len(records)  # numbers of records, on which tokens depend, stay
    assert all(line in (ERASED, record) for line, record in zip(lines, records, strict=True))
    return [line != ERASED for line in lines]


def test_only_batches_to_which_the_condition_applies_are_erased(tmp_path: Path) -> None:
    records = batch(), batch(page="shop.example/b"), batch(site=8), batch(received=10_000), batch(begun=5000)
    assert left_of(tmp_path, *records) == [False, False, True, True, False]
    assert left_of(tmp_path, *records, pages=(hash_of("shop.example/b"),)) == [True, False, True, True, True]
    assert left_of(tmp_path, *records, since=4000) == [True, True, True, True, False]
    assert left_of(tmp_path, *records, until=dict.fromkeys(ALL, 1000)) == [True] * 5
    assert left_of(tmp_path, *records, until=dict.fromkeys(ALL, 1001)) == [False, False, True, True, True]
    assert left_of(tmp_path, *records, sender=hash_of("token shop")) == [True] * 5
    assert left_of(tmp_path, *records, visitor=hash_of("5")) == [False, False, True, True, False]
    assert left_of(tmp_path, *records, whole_site=True) == [False, False, True, False, False]


def test_limits_of_points_and_events_leave_the_rest_of_a_batch(tmp_path: Path) -> None:
    segment = tmp_path / "0000000000000001-00000000.seg"
    segment.write_bytes(batch(click={"t": [1]}, custom={"t": [1]}, scroll={"y": 1}))
    erase_in(tmp_path, [erasure(until={"points": 0})])
    (record,) = read_records(segment.read_bytes())
    assert {"custom", "scroll"} <= json.loads(record.body).keys()
    assert "click" not in json.loads(record.body)


def test_the_note_of_a_quarantined_segment_is_erased_even_if_the_process_dies_right_after_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by the crash test: the file said that nothing was left to erase, and its note kept words of a visitor."""
    segment = tmp_path / "quarantine" / "1700000000000000-000000ff.seg"
    segment.parent.mkdir()
    segment.write_bytes(batch())
    note = Path(f"{segment}{WHY}")
    note.write_bytes(msgspec.json.encode(QuarantineNote("cannot read SECRET", 1, 9000)))

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(eraser.os, "utime", die)  # called right after the file was written
    with pytest.raises(KeyboardInterrupt):
        erase_in(tmp_path, [erasure()])
    monkeypatch.undo()
    erase_in(tmp_path, [erasure()])
    assert b"SECRET" not in note.read_bytes()


def test_an_erased_line_makes_no_row(store: Store) -> None:
    store.insert_segment(ERASED * 2, "erased")
    for table in ("views", "points", "scrolls", "events", "touches", "elements"):
        assert store.rows(f"SELECT count() AS n FROM {table}")[0]["n"] == 0


def test_an_erasure_is_applied_once_and_that_of_a_site_again(tmp_path: Path) -> None:
    gone: list[set[int]] = []
    forgotten: list[int] = []
    asked = [erasure()]
    eraser = JournalEraser(tmp_path, lambda: asked, gone.append, forgotten.extend)
    segment = tmp_path / "0000000000000001-00000000.seg"
    segment.write_bytes(batch())
    eraser.apply()
    assert segment.read_bytes() == ERASED
    assert (len(forgotten), gone) == (1, [])
    segment.write_bytes(batch())
    eraser.apply()
    assert segment.read_bytes() == batch()
    asked.append(erasure(id="site", whole_site=True, asked=2**60))
    eraser.apply()
    segment.write_bytes(batch())
    eraser.apply()
    assert segment.read_bytes() == ERASED
    assert gone == [{7}, {7}]


def test_the_batches_that_an_erasure_found_are_counted(tmp_path: Path) -> None:
    whole, part = erasure(id="whole", site="7"), erasure(id="part", site="8", until={"points": 0})
    asked = [whole, part, erasure(id="nothing", site="9")]
    eraser = JournalEraser(tmp_path, lambda: asked)
    click = batch(site=8, click={"t": [1]})
    (tmp_path / "0000000000000001-00000000.seg").write_bytes(batch() + batch(begun=2000) + click + batch(site=8))
    (tmp_path / "quarantine").mkdir()
    (tmp_path / "quarantine" / "0000000000000002-00000000.seg").write_bytes(batch(begun=3000))
    eraser.apply()
    assert eraser.batches == {"whole": 3, "part": 1, "nothing": 0}
    eraser.apply()
    assert eraser.batches == {"whole": 3, "part": 1, "nothing": 0}


def test_an_erasure_of_a_site_reaches_the_batches_of_its_open_days(tmp_path: Path) -> None:
    open_day, other = batch(site=open_rows(7)), batch(site=open_rows(8))
    assert left_of(tmp_path, open_day, other, batch()) == [False, True, False]
