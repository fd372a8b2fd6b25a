"""Journeys: what may be one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rules.faults import Faults
from rules.find import stored_of
from rules.journey import add, change, parse
from store.client import Store
from store.definitions import Conflict, Definitions
from store.records import Journey

LIST = {"key": "list", "name": {"en": "List"}, "pages": ["/lamps"]}
LOOK = {"key": "look", "name": {"en": "Look"}, "touchpoints": [LIST]}
BUY = {"key": "buy", "name": {"fr": "Acheter"}}
GOOD: dict[str, Any] = {"name": "First lamp", "stages": [LOOK, BUY]}


def faults(**fields: object) -> list[tuple[str, str]]:
    found = parse({**GOOD, **fields}, "1")
    return [(one.field, one.code) for one in found] if isinstance(found, Faults) else []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"name": ""}, [("name", "missing")]),
        ({"stages": []}, [("stages", "few")]),
        ({"stages": [dict(BUY, key=f"k{n}") for n in range(13)]}, [("stages", "many")]),
        ({"stages": [BUY, BUY]}, [("stages.1.key", "twice")]),
        ({"stages": [LOOK, BUY | {"touchpoints": [LIST]}]}, [("stages.1.touchpoints.0.key", "twice")]),
        ({"stages": [BUY | {"name": {}}]}, [("stages.0.name", "missing")]),
        ({"stages": [BUY | {"name": {"en": " "}}]}, [("stages.0.name.en", "missing")]),
        ({"stages": [BUY | {"name": {"English": "x"}}]}, [("stages.0.name", "language")]),
        ({"stages": [BUY | {"name": "Buy"}]}, [("stages.0.name", "type")]),
        ({"stages": [BUY | {"goal": {"en": "x" * 501}}]}, [("stages.0.goal.en", "long")]),
        ({"stages": [BUY | {"pains": ["", "x"]}]}, [("stages.0.pains.0", "missing")]),
        ({"stages": [BUY | {"touchpoints": [dict(LIST, key=f"t{n}") for n in range(41)]}]},
         [("stages.0.touchpoints", "many")]),
        ({"stages": [LOOK | {"touchpoints": [LIST | {"pages": []}]}]}, []),
        ({"stages": [LOOK | {"touchpoints": [{"key": "list", "name": {"en": "x"}}]}]},
         [("stages.0.touchpoints.0.pages", "missing")]),
        ({"objective": "x" * 301}, [("objective", "long")]),
        ({"review_on": "2026-02-29"}, [("review_on", "day")]),
        ({"window_days": 0}, [("window_days", "low")]),
        ({"window_days": 366}, [("window_days", "high")]),
        ({"window_days": "soon"}, [("window_days", "type")]),
    ],
)  # fmt: skip
def test_the_faults_of_a_journey(fields: Mapping[str, object], expected: list[tuple[str, str]]) -> None:
    assert faults(**fields) == expected


def test_journeys_of_one_name_get_different_ids_and_a_deleted_one_is_free_again(store: Store) -> None:
    definitions = Definitions(store)
    first, second = add(definitions, "1", GOOD), add(definitions, "1", GOOD)
    assert (first.id, second.id) == ("first-lamp", "first-lamp-2")
    definitions.delete(first)
    assert add(definitions, "1", GOOD).id == "first-lamp"
    changed = change(definitions, stored_of(second), "1", GOOD | {"objective": "Sell"}, "ann")
    assert definitions.get(Journey, "first-lamp-2") == changed
    with pytest.raises(Conflict):
        change(definitions, stored_of(second), "1", GOOD, "ann")
