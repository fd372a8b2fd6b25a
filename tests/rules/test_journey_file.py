"""Journeys from JSON files: what is left out, what is a fault, and that nothing is lost silently."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules.faults import Faults
from rules.journey_file import MOST_BYTES, ForeignReference, ImportedJourney, KnownIds, depth, read_file
from rules.shape import plain
from store.journeys import Journey, LaneCell, Matcher, Opportunity, Persona, Stage, Touchpoint

HOSTILE = '<script>alert("1")</script> \u202e =HYPERLINK(1) {{ 7*7 }} %(name)s'
LIST = Touchpoint("list", {"en": "List"}, ("/lamps",), (Matcher(on="event", name="x"),))
MAP = Journey(
    id="lamp", site="7", version=12, name=HOSTILE[:120],
    stages=(
        Stage("look", {"en": "Look"}, (LIST,)),
        Stage("buy", {"en": "Buy"}, completes="order"),
    ),
    goals=("order", "mail"),
    cells=(LaneCell(lane="goal", stage="look", text={"en": HOSTILE}),),
    personas=(Persona(key="tenant", name="Tenant", segment="new"), Persona(key="all", name="All")),
    opportunities=(Opportunity(key="code", title="Code", stage="buy", experiment="button"),),
    based_on="today",
)  # fmt: skip
EVERYTHING = KnownIds(("new",), ("order", "mail"), ("button",), ("today",))


def content(fields: Any) -> bytes:
    return json.dumps(fields).encode()


def read(fields: Any, known: KnownIds = EVERYTHING) -> ImportedJourney:
    found = read_file(content(fields), "1", known)
    assert isinstance(found, ImportedJourney), found
    return found


def faults(data: bytes) -> list[tuple[str, str]]:
    found = read_file(data, "1", EVERYTHING)
    assert isinstance(found, Faults)
    return [(one.field, one.code) for one in found]


def test_an_exported_journey_comes_back_as_it_was_but_for_its_ids() -> None:
    found = read(plain(MAP))
    assert found.left_out == ()
    assert (found.journey.site, found.journey.version) == ("1", 0)
    assert found.fields == {name: value for name, value in plain(MAP).items() if name not in ("id", "site", "version")}


def test_a_byte_order_mark_and_a_measured_map_are_read_too() -> None:
    measured = {"journey": plain(MAP), "query": {}, "visitors": 3, "stages": [], "touchpoints": {}}
    assert read(measured).journey.stages == MAP.stages
    found = read_file(b"\xef\xbb\xbf" + content(plain(MAP)), "1", EVERYTHING)
    assert isinstance(found, ImportedJourney)


def test_references_to_what_the_site_does_not_have_are_left_out_and_reported() -> None:
    found = read(plain(MAP), KnownIds(goals=("mail",)))
    assert found.left_out == (
        ForeignReference("personas.0.segment", "segment", "new"),
        ForeignReference("stages.1.completes", "goal", "order"),
        ForeignReference("opportunities.0.experiment", "experiment", "button"),
        ForeignReference("based_on", "journey", "today"),
        ForeignReference("goals.0", "goal", "order"),
    )
    assert (found.journey.goals, found.journey.based_on) == (("mail",), "")
    assert [one.segment for one in found.journey.personas] == ["", ""]
    assert found.journey.stages[1].completes == ""


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [("name", "missing"), ("stages", "missing")]),
        ({"name": "A", "stages": []}, [("stages", "few")]),
        ({"name": "A", "stages": "x", "personas": "y", "goals": 3}, None),
        ({"name": "A", "stages": [1], "colour": "red"}, [("stages.0", "type"), ("colour", "unknown")]),
        ({"name": "A", "stages": [{"key": "a", "name": {"en": "A"}, "emoji": 1}]}, [("stages.0.emoji", "unknown")]),
        ({"name": "A\x00", "stages": [{"key": "a", "name": {"en": "A"}}]}, [("name", "characters")]),
        ({"name": "A", "stages": [{"key": "a", "name": {"en": "A"}}] * 13}, None),
    ],
)
def test_what_the_rules_reject_is_named_by_its_field(fields: Any, expected: list[tuple[str, str]] | None) -> None:
    found = faults(content(fields))
    assert found
    if expected is not None:
        assert found == expected


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_json"),
        (b"name;stages\r\n", "file_json"),
        (b"[1]", "file_object"),
        (b"null", "file_object"),
        ("é".encode("utf-16"), "not_utf8"),
        (b'{"name": "caf\xe9"}', "not_utf8"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "file_deep"),
        (b"[" * 100_000, "file_deep"),
        (b" " * (MOST_BYTES + 1), "file_large"),
        (b'{"name": NaN}', "file_json"),
        (b'{"name": "\\ud800"}', None),
    ],
)
def test_a_file_that_cannot_be_read_is_a_fault_of_the_file(data: bytes, code: str | None) -> None:
    found = faults(data)
    assert found
    if code:
        assert found == [("file", code)]


@pytest.mark.parametrize(("text", "deep"), [("1", 0), ('"[[["', 0), (r'["\"[", {}]', 2), ("[[[]]]", 3), (r'"\\"[', 1)])
def test_depth_counts_brackets_outside_of_strings(text: str, deep: int) -> None:
    assert depth(text) == deep
