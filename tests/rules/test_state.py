"""States of pages: what may be one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rules.faults import Faults, InvalidDefinition
from rules.find import stored_of
from rules.state import MOST_STATES, add, change, parse
from store.client import Store
from store.definitions import Definitions

GOOD: dict[str, Any] = {"name": "Menu", "pages": ["/lamps"], "steps": ["click  #menu", "", "wait .open"]}


def faults(**fields: object) -> list[tuple[str, str]]:
    found = parse({**GOOD, **fields}, "1")
    return [(one.field, one.code) for one in found] if isinstance(found, Faults) else []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"name": "x" * 61}, [("name", "long")]),
        ({"steps": []}, [("steps", "step_none")]),
        ({"steps": ["", " "]}, [("steps", "step_none")]),
        ({"steps": ["click #a", "", "type #b", "tap"]}, [("steps.2", "step_types"), ("steps.3", "step_verb")]),
        ({"steps": ["click #a"] * 21}, [("steps", "step_many")]),
        ({"steps": [""] * 101}, [("steps", "many")]),
        ({"steps": "click #a"}, [("steps", "type")]),
        ({"pages": [], "steps": ["click"]}, [("pages", "few"), ("steps.0", "step_no_selector")]),
        ({"devices": ["watch"]}, [("devices.0", "choice")]),
        ({"devices": ["phone"]}, []),
        ({"key": "A B"}, [("key", "key")]),
        ({"place": 1001}, [("place", "high")]),
        ({"first": 1}, [("first", "type")]),
        ({"url": "https://a.example"}, [("url", "unknown")]),
    ],
)
def test_the_faults_of_a_state(fields: Mapping[str, object], expected: list[tuple[str, str]]) -> None:
    assert faults(**fields) == expected


def test_a_state_is_added_and_replaced_but_its_key_stays(store: Store) -> None:
    definitions = Definitions(store)
    first = add(definitions, "1", GOOD)
    assert (first.id, first.key, first.steps) == ("1.menu", "menu", ("click #menu", "wait .open"))
    with pytest.raises(InvalidDefinition, match="already a state 'menu'"):
        add(definitions, "1", GOOD)
    assert add(definitions, "2", GOOD).id == "2.menu"  # keys are those of a site
    changed = change(definitions, stored_of(first), "1", GOOD | {"name": "Drawer"}, "ann")
    assert (changed.key, changed.name, changed.version) == ("menu", "Drawer", 2)
    with pytest.raises(InvalidDefinition, match="must stay 'menu'"):
        change(definitions, stored_of(changed), "1", GOOD | {"key": "drawer"}, "ann")


def test_a_site_has_a_limited_number_of_states(store: Store) -> None:
    definitions = Definitions(store)
    for n in range(MOST_STATES):
        add(definitions, "1", GOOD | {"key": f"k{n}"})
    with pytest.raises(InvalidDefinition, match="at most 50 states"):
        add(definitions, "1", GOOD)
