"""Goals: what may be one."""

from __future__ import annotations

from typing import Any

import pytest

from rules.faults import Faults
from rules.find import stored_of
from rules.goal import add, change, parse
from store.client import Store
from store.definitions import Conflict, Definitions
from store.segments import Goal

SAW = {"what": "saw", "page": "/thanks"}
KEY = "00000000000000ab"


def faults(action: object = SAW, **fields: object) -> list[tuple[str, str]]:
    found = parse({"name": "Order", "action": action, **fields}, "1")
    return [(one.field, one.code) for one in found] if isinstance(found, Faults) else []


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (SAW, []),
        ({"what": "clicked", "element": KEY, "page": "/lamps/*"}, []),
        ({"what": "sent", "name": "order", "least": 10, "most": 20.5}, []),
        ({"what": "submitted", "page": "/contact"}, []),
        ({"what": "stayed", "least": 30}, []),
        ({"what": "scrolled", "least": 0.75, "page": "/lamps"}, []),
        ({"what": "saw"}, [("action.page", "missing")]),
        ({"what": "clicked"}, [("action.element", "missing")]),
        ({"what": "clicked", "element": "AB"}, [("action.element", "element_key")]),
        ({"what": "sent"}, [("action.name", "name_missing")]),
        ({"what": "sent", "name": "x", "least": 2, "most": 1}, [("action.least", "amounts_swapped")]),
        ({"what": "submitted"}, [("action.page", "missing")]),
        ({"what": "stayed"}, [("action.least", "amount_missing")]),
        ({"what": "stayed", "least": -1}, [("action.least", "low")]),
        ({"what": "scrolled"}, [("action.least", "amount_missing")]),
        ({"what": "scrolled", "least": 75}, [("action.least", "high")]),
        ({"what": "rage", "page": "/x"}, [("action.what", "choice")]),
        ({"what": "goal", "name": "other"}, [("action.what", "choice")]),
        (SAW | {"element": KEY}, [("action.element", "unknown")]),
        (SAW | {"zone": "z"}, [("action.zone", "unknown")]),
        ({"what": "fly"}, [("action.what", "choice")]),
        ("saw", [("action", "type")]),
    ],
)
def test_the_faults_of_an_action(action: Any, expected: list[tuple[str, str]]) -> None:
    assert faults(action) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"counted": "each", "within_days": 7}, []),
        ({"name": ""}, [("name", "missing")]),
        ({"counted": "twice"}, [("counted", "choice")]),
        ({"within_days": 366}, [("within_days", "high")]),
        ({"colour": "red"}, [("colour", "unknown")]),
    ],
)
def test_the_faults_of_a_goal(fields: dict[str, object], expected: list[tuple[str, str]]) -> None:
    assert faults(**fields) == expected


def test_goals_of_one_name_get_different_ids_and_a_change_replaces_its_version(store: Store) -> None:
    definitions = Definitions(store)
    first, second = (add(definitions, "1", {"name": "Order", "action": SAW}) for _ in range(2))
    assert (first.id, second.id) == ("order", "order-2")
    changed = change(definitions, stored_of(first), "1", {"name": "Orders", "action": SAW}, "anna")
    assert (changed.id, changed.name, changed.version) == ("order", "Orders", 2)
    with pytest.raises(Conflict):
        change(definitions, stored_of(first), "1", {"name": "Late", "action": SAW}, "ben")
    definitions.delete(second)
    assert [goal.id for goal in definitions.find(Goal)] == ["order"]


def test_amounts_come_back_from_the_store(store: Store) -> None:
    definitions = Definitions(store)
    made = add(definitions, "1", {"name": "Big", "action": {"what": "sent", "name": "order", "least": 9.5}})
    assert (definitions.get(Goal, "big"), definitions.find(Goal)) == (made, [made])
    assert (made.action.least, made.action.most) == (9.5, None)
