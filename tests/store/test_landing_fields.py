"""The table `landing` and its views read the fields that the wire and the enrichment have, and no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import Struct

from collector import wire
from collector.enrich.enrichment import Enrichment

SCHEMA = "".join(file.read_text("utf-8") for file in sorted(Path("store/sql").glob("*.sql")))
COLUMNS = SCHEMA[SCHEMA.index("CREATE TABLE IF NOT EXISTS landing {") :]
VIEWS = SCHEMA[SCHEMA.index("CREATE MATERIALIZED VIEW IF NOT EXISTS landing_") :]
STRUCTS: dict[str, type[Struct]] = {
    "ctx": wire.ViewContext,
    "sum": wire.ViewTotals,
    "el": wire.Elements,
    "click": wire.ClickColumns,
    "hover": wire.HoverColumns,
    "scroll": wire.Scroll,
    "resize": wire.ResizeColumns,
    "custom": wire.CustomColumns,
    "input": wire.InputColumns,
    "submit": wire.SubmitColumns,
    "error": wire.ErrorColumns,
    "ask": wire.AskColumns,
}
# Used by the collector and not stored.
NOT_STORED = {"": {"v"}, "ctx": {"id", "auto"}}


def tuple_fields(text: str, name: str) -> list[str]:
    """Names of the fields of the last `name Tuple(…)`, in their order; nested tuples count as one field."""
    *_, start = re.finditer(rf"\b{name} Tuple\(", text)
    depth, fields, piece = 1, [], ""
    for letter in text[start.end() :]:
        depth += (letter == "(") - (letter == ")")
        if depth == 0 or (depth == 1 and letter == ","):
            fields.append(piece.split()[0])
            piece = ""
        else:
            piece += letter
        if depth == 0:
            break
    return fields


def fields_of(struct: type[Struct], part: str) -> set[str]:
    return set(struct.__struct_fields__) - NOT_STORED.get(part, set())


def test_the_batch_has_the_fields_that_the_table_reads() -> None:
    assert set(tuple_fields(COLUMNS, "b")) == fields_of(wire.Batch, "")
    assert set(STRUCTS) <= set(tuple_fields(COLUMNS, "b"))


@pytest.mark.parametrize("part", STRUCTS)
def test_each_part_of_the_batch_has_the_fields_that_the_table_reads(part: str) -> None:
    assert set(tuple_fields(COLUMNS, part)) == fields_of(STRUCTS[part], part)


def test_the_columns_of_a_kind_are_in_the_order_of_the_wire() -> None:
    for part, struct in STRUCTS.items():
        if part in wire.KINDS:
            assert tuple_fields(COLUMNS, part) == list(struct.__struct_fields__), part


def test_the_enrichment_has_the_fields_that_the_table_reads() -> None:
    assert tuple_fields(COLUMNS, "x") == [*Enrichment.__struct_fields__, "sender"]


def test_the_views_read_only_these_fields_and_every_column_of_a_kind() -> None:
    read = set(re.findall(r"\bb\.(\w+)\.(\w+)", VIEWS))
    unknown = {(part, name) for part, name in read if name not in fields_of(STRUCTS[part], part)}
    assert unknown == set()
    for kind in wire.KINDS:
        assert {name for part, name in read if part == kind} == set(STRUCTS[kind].__struct_fields__), kind
    assert set(re.findall(r"\bx\.(\w+)", VIEWS)) == {*Enrichment.__struct_fields__, "sender"}
