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
from store.journeys import Journey

LIST = {"key": "list", "name": {"en": "List"}, "pages": ["/lamps"]}
LOOK = {"key": "look", "name": {"en": "Look"}, "touchpoints": [LIST]}
BUY = {"key": "buy", "name": {"fr": "Acheter"}}
GOOD: dict[str, Any] = {"name": "First lamp", "stages": [LOOK, BUY]}


def to(key: str, *after: str) -> dict[str, Any]:
    """A touchpoint after which others are expected."""
    return {"key": key, "name": {"en": key}, "pages": [], "expected_next": list(after)}


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
        ({"stages": [LOOK | {"touchpoints": [LIST | {"expected_next": ["cart"]}]}]},
         [("stages.0.touchpoints.0.expected_next.0", "no_touchpoint")]),
        ({"stages": [LOOK | {"touchpoints": [LIST | {"expected_next": ["list"]}]}]}, [("stages", "circle")]),
        ({"stages": [LOOK | {"touchpoints": [to("a", "b"), to("b", "c", "d"), to("c"), to("d", "a")]}]},
         [("stages", "circle")]),
        ({"stages": [LOOK | {"touchpoints": [to("a", "b", "c"), to("b", "c"), to("c")]}]}, []),
        ({"stages": [LOOK | {"touchpoints": [LIST | {"matchers": [{"on": "event", "page": "/x"}]}]}]},
         [("stages.0.touchpoints.0.matchers.0.name", "missing")]),
        ({"stages": [LOOK | {"touchpoints": [LIST | {"matchers": [{"on": "page", "page": "/x", "source": "ad"}]}]}]},
         [("stages.0.touchpoints.0.matchers.0.source", "unknown")]),
        ({"stages": [LOOK | {"touchpoints": [LIST | {"matchers": [{"on": "channel", "campaign": "spring"}]}]}]}, []),
        ({"stages": [LOOK | {"touchpoints": [LIST | {"matchers": [{"on": "fax"}]}]}]},
         [("stages.0.touchpoints.0.matchers.0.on", "choice")]),
        ({"cells": [{"lane": "goal", "stage": "look"}] * 2}, [("cells.1", "cell_twice")]),
        ({"cells": [{"lane": "weather", "stage": "sky"}]},
         [("cells.0.lane", "no_lane"), ("cells.0.stage", "no_stage")]),
        ({"cells": [{"lane": "goal", "stage": "buy", "touchpoint": "list"}]},
         [("cells.0.touchpoint", "no_touchpoint")]),
        ({"cells": [{"lane": "emotion", "stage": "buy", "mood": -2.5}]}, [("cells.0.mood", "low")]),
        ({"lanes": [{"key": "x", "kind": "text"}, {"key": "x", "kind": "line"}]}, [("lanes.1.key", "twice")]),
        ({"opportunities": [{"key": "o", "title": "Say why", "stage": "sell", "shipped_on": "2026-02-30"}]},
         [("opportunities.0.shipped_on", "day"), ("opportunities.0.stage", "no_stage")]),
        ({"kind": "dream"}, [("kind", "choice")]),
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
