"""Answers to surveys leave with the rest: erased with their visitor, kept as long as events, exported harmless."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

from collector.journal.eraser import erase_in
from collector.journal.segments import SEALED, encode_record, paths, read_records
from store.client import Store
from store.erasure import TABLES, erase_table, forget_visitor
from store.export import export_rows
from store.records import Erasure
from tests.aggregator.test_feedback import NOW, Answers, done

FEEDBACK = next(table for table in TABLES if table.name == "feedback")
TODAY = datetime.now(UTC).date()


def visitors(store: Store) -> list[int]:
    return sorted({int(row["visitor"]) for row in store.rows("SELECT visitor FROM feedback")})


def test_answers_are_erased_with_their_visitor(store: Store) -> None:
    answers = Answers()
    for visitor in (1, 2):
        answers.add(visitor, *done(9, "Quick"))
    answers.stored(store)
    forget_visitor(store, 1, 2)
    assert visitors(store) == [1]


def test_answers_are_kept_as_long_as_events(store: Store) -> None:
    answers = Answers()
    answers.add(1, *done(9))
    answers.stored(store)
    views = Erasure(id="retention-1", site="1", asked=NOW, until={"views": NOW + 60_000})
    assert erase_table(store, FEEDBACK, views) == 0
    events = Erasure(id="retention-1", site="1", asked=NOW, until={"events": NOW + 60_000})
    assert erase_table(store, FEEDBACK, events) > 0
    assert visitors(store) == []


def test_answers_that_are_still_in_the_journal_are_erased_too(tmp_path) -> None:  # type: ignore[no-untyped-def]
    answers = Answers()
    answers.add(7, *done(9, "My words"))
    line = json.loads(answers.lines[0])
    x, body = json.dumps(line["x"]).encode(), json.dumps(line["b"]).encode()
    (tmp_path / f"1{SEALED}").write_bytes(encode_record(NOW, x, body))
    ends = Erasure(id="retention-1", site="1", asked=NOW + 1, until={"events": NOW + 60_000})
    erase_in(tmp_path, [ends])
    (path,) = paths(tmp_path, SEALED)
    assert b"My words" not in path.read_bytes()
    assert len(list(read_records(path.read_bytes()))) == 1


def test_an_export_has_the_last_answer_and_no_formula(store: Store) -> None:
    answers = Answers()
    answers.add(1, {"q": "nps", "g": 3}, {"q": "nps", "g": 9}, {"q": "why", "m": "=1+1"}, {"k": 7})
    answers.stored(store)
    rows = list(csv.DictReader(io.StringIO(export_rows(store, "feedback", 1, TODAY, TODAY, "csv").decode())))
    assert {row["question"]: (row["score"], row["state"]) for row in rows} == {
        "": ("\\N", "7"), "nps": ("9", "0"), "why": ("\\N", "0"),
    }  # fmt: skip
    (text,) = [row["words"] for row in rows if row["question"] == "why"]
    assert not text.startswith("=")
    assert {len(row["asking"]) for row in rows} == {16}
