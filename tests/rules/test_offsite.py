"""Lines of off-site files: which are read, and what is said of the others."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from rules.faults import Fault, Faults
from rules.offsite import HEADER, Columns, LineContext, columns_of, read_line
from rules.offsite_text import MOST_LINE, FileEncoding, FileText, examined, lines_of
from store.offsite import OffsiteRow
from store.visitors import consented_visitor
from store.zones import Zone

NOW = int(datetime(2026, 11, 30, 9, tzinfo=UTC).timestamp() * 1000)
SECRET = b"secret"
PARIS = LineContext(3, Zone("Europe/Paris"), SECRET, NOW)


def columns(header: str = HEADER) -> Columns:
    found = columns_of([header])
    assert isinstance(found, Columns), found
    return found


def read(line: str, header: str = HEADER) -> OffsiteRow | Fault:
    return read_line(line, columns(header), PARIS)


def row(line: str, header: str = HEADER) -> OffsiteRow:
    found = read(line, header)
    assert isinstance(found, OffsiteRow), found
    return found


def ms(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(("text", "at", "coarse"), [
    ("2026-11-23T14:05", (2026, 11, 23, 13, 5), False),
    ("2026-07-23 14:05:06", (2026, 7, 23, 12, 5, 6), False),
    ("2026-11-23T14:05:06.250Z", (2026, 11, 23, 14, 5, 6, 250_000), False),
    ("2026-11-23T14:05+0200", (2026, 11, 23, 12, 5), False),
    ("2026-11-23 14:05 -05:00", (2026, 11, 23, 19, 5), False),
    ("2026-11-23", (2026, 11, 23, 11), True),
    ("2026-11-30", (2026, 11, 30, 11), True),  # noon of today is still ahead
])  # fmt: skip
def test_a_time_without_an_offset_is_in_the_zone_of_the_site_and_a_day_is_its_noon(
    text: str, at: tuple[int, ...], coarse: bool
) -> None:
    found = row(f"{text};c 7;call;;")
    assert (found.ms, found.coarse) == (ms(*at), coarse)


@pytest.mark.parametrize(("line", "column", "code"), [
    ("23/11/2026;c 7;call;;", "ts", "offsite_time"),
    ("11/23/2026 10:00;c 7;call;;", "ts", "offsite_time"),
    ("1790000000;c 7;call;;", "ts", "offsite_time"),
    ("2026-02-30;c 7;call;;", "ts", "offsite_time"),
    ("2026-11-23T25:00;c 7;call;;", "ts", "offsite_time"),
    (";c 7;call;;", "ts", "missing"),
    ("2026-12-01;c 7;call;;", "ts", "offsite_future"),
    ("2026-11-30T12:00;c 7;call;;", "ts", "offsite_future"),
    ("2022-01-01;c 7;call;;", "ts", "offsite_old"),
    ("2026-11-23;;call;;", "key", "missing"),
    (f"2026-11-23;{'k' * 201};call;;", "key", "long"),
    ("2026-11-23;c 7;;;", "type", "missing"),
    (f"2026-11-23;c 7;{'t' * 65};;", "type", "long"),
    (f"2026-11-23;c 7;call;;{'l' * 201}", "label", "long"),
    ("2026-11-23;c 7;call;=1+1;", "value", "offsite_number"),
    ("2026-11-23;c 7;call;nan;", "value", "offsite_number"),
    ("2026-11-23;c 7;call;1,234;", "value", "offsite_two_numbers"),
    ("2026-11-23;c 7;call;1e13;", "value", "high"),
    ("2026-11-23;c 7;call", "", "offsite_cells"),
    ("2026-11-23,c 7,call,,", "", "offsite_cells"),
    ('2026-11-23;c 7;call;;"Paris', "", "offsite_quote"),
    ("2026-11-23;c 7;ca\0ll;;", "type", "characters"),
])  # fmt: skip
def test_a_line_that_cannot_be_read_says_which_column_and_why(line: str, column: str, code: str) -> None:
    found = read(line)
    assert isinstance(found, Fault)
    assert (found.field, found.code) == (column, code)
    assert found.sentence


@pytest.mark.parametrize(("cell", "value"), [("59.90", 59.9), ("59,90", 59.9), ("-5", -5.0), ("+5", 5.0), ("", None)])
def test_a_value_may_have_a_decimal_comma(cell: str, value: float | None) -> None:
    assert row(f"2026-11-23;c 7;call;{cell};").value == value


def test_a_customer_key_is_the_visitor_that_identify_makes_and_an_id_is_that_visitor() -> None:
    customer = consented_visitor(SECRET, 3, "@customer 7")
    assert row("2026-11-23;customer 7;call;;").visitor == customer
    assert row("2026-11-23;00c0ffee00c0ffee;call;;").visitor == 0x00C0FFEE00C0FFEE
    hashed = consented_visitor(SECRET, 3, "@00c0ffee00c0ffee")
    assert row("2026-11-23;00c0ffee00c0ffee;call", "ts;customer;type").visitor == hashed
    found = read("2026-11-23;customer 7;call", "ts;visitor;type")
    assert isinstance(found, Fault)
    assert found.code == "offsite_visitor"


@pytest.mark.parametrize("cell", ["=cmd()", "+call", "@SUM(A1)", "-call", "<b>call</b>", "\u202etxet", "📞"])
def test_hostile_text_is_stored_as_it_is(cell: str) -> None:
    found = row(f"2026-11-23;c 7;{cell};;{cell}")
    assert (found.type, found.label) == (cell, cell)


def test_what_may_identify_a_person_is_masked() -> None:
    found = row("2026-11-23;c 7;call;;me@home.example")
    assert found.label == "*"


def test_the_same_content_has_the_same_view_and_other_content_another() -> None:
    one = row("2026-11-23;c 7;call;;")
    assert one.view == row('2026-11-23 ;"c 7";call;;').view
    assert len({one.view, row("2026-11-23;c 7;call;1;").view, row("2026-11-23;c 8;call;;").view}) == 3


@pytest.mark.parametrize(("header", "separator"), [
    ("ts;key;type;value;label", ";"), ("TIME,Customer,Type", ","), ("date\tvisitor id\ttype\tnotes", "\t"),
    ("ts|key|type", "|"), ('"ts","key","type"', ","),
])  # fmt: skip
def test_the_separator_is_found_by_the_names(header: str, separator: str) -> None:
    assert columns(header).separator == separator


def test_other_columns_are_named_and_lines_above_the_names_are_counted() -> None:
    found = columns_of(["", "sep=,", "ts,shop,key,type"])
    assert isinstance(found, Columns)
    assert (found.ignored, found.lines, found.separator) == (("shop",), 3, ",")


@pytest.mark.parametrize(("lines", "code"), [
    ([], "offsite_empty"), (["", " "], "offsite_empty"), (["2026-11-23;c 7;call;;"], "offsite_header"),
    (["ts;type"], "offsite_columns"), (["key;type"], "offsite_columns"), (["ts;key;key;type"], "offsite_twice"),
    (["ts;time;key;type"], "offsite_twice"), (["ts;key;visitor;type"], "offsite_twice"),
    (['"ts;key'], "offsite_header"),
    (["sep=;"], "offsite_header"),
])  # fmt: skip
def test_a_file_without_its_columns_is_rejected_as_a_whole(lines: list[str], code: str) -> None:
    found = columns_of(lines)
    assert isinstance(found, Faults)
    assert [one.code for one in found] == [code]


@pytest.mark.parametrize(("data", "asked", "encoding"), [
    ("ts;é\n".encode(), "", "utf-8"),
    ("\ufeffts;é\n".encode(), "", "utf-8"),
    ("ts;é\n".encode("utf-16"), "", "utf-16"),
    ("ts;é\n".encode("utf-16-be"), "utf-16", "utf-16"),
    ("ts;é\n".encode("cp1252"), "windows-1252", "windows-1252"),
])  # fmt: skip
def test_an_encoding_is_found_by_its_mark_or_named(data: bytes, asked: FileEncoding, encoding: str) -> None:
    found = examined(io.BytesIO(data), asked)
    assert isinstance(found, FileText)
    assert found.encoding == encoding
    assert list(lines_of(io.BytesIO(data), found.codec)) == ["ts;é"]


@pytest.mark.parametrize(("data", "code"), [
    ("ts;key\n\né\n".encode("cp1252"), "offsite_encoding"), ("ts;é\n".encode("utf-16-le"), "offsite_binary"),
    (b"PK\3\4\0\0\0", "offsite_binary"), ("ts;é".encode()[:-1], "offsite_encoding"),
])  # fmt: skip
def test_another_encoding_is_rejected_with_the_line(data: bytes, code: str) -> None:
    found = examined(io.BytesIO(data))
    assert isinstance(found, Faults)
    (only,) = found
    assert only.code == code
    assert code == "offsite_binary" or only.values["line"] == (3 if b"\n\n" in data else 1)


def test_all_line_ends_are_read_and_a_line_without_end_takes_no_memory() -> None:
    data = b"a\r\nb\rc\n" + b"x" * (MOST_LINE + 1) + b"\n" + b"d" * MOST_LINE + b"\nlast"
    assert list(lines_of(io.BytesIO(data), "utf-8")) == ["a", "b", "c", None, "d" * MOST_LINE, "last"]
