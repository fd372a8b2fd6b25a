"""Page groups: what may be one, and which suggestions are remembered as declined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rules.faults import Faults, InvalidDefinition
from rules.find import NotFound, find, stored_of
from rules.page_group import MOST_GROUPS, add, change, decline, declined, delete, parse, suggest_again
from store.client import Store
from store.definitions import Conflict, Definitions
from store.page_groups import PageGroup

GOOD: dict[str, Any] = {"name": "Lamps", "pages": ["/*-lamps/*", "/outdoor/*"], "without": ["**/compare"]}


def faults(**fields: object) -> list[tuple[str, str]]:
    found = parse({**GOOD, **fields}, "1")
    return [(one.field, one.code) for one in found] if isinstance(found, Faults) else []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"name": ""}, [("name", "missing")]),
        ({"name": "x" * 61}, [("name", "long")]),
        ({"name": "/lamps"}, [("name", "group_name")]),
        ({"name": "shop.example"}, [("name", "group_name")]),
        ({"name": "Lamps, 2 of 3"}, []),
        ({"pages": []}, [("pages", "few")]),
        ({"pages": ["/a"] * 51}, [("pages", "many")]),
        ({"pages": "/a"}, [("pages", "type")]),
        ({"pages": ["/a", "lamps"]}, [("pages.1", "page_pattern")]),
        ({"pages": ["!/a"]}, [("pages.0", "page_pattern")]),
        ({"pages": ["/a\0"]}, [("pages.0", "characters")]),
        ({"pages": ["/" + "*a" * 20]}, []),
        ({"without": ["/" + "*a" * 21]}, [("without.0", "many_wildcards")]),
        ({"key": "A B"}, [("key", "key")]),
        ({"picture_of": "shop.example/table-lamps/red"}, []),
        ({"picture_of": "shop.example/basket"}, [("picture_of", "picture_outside")]),
        ({"picture_of": "shop.example/table-lamps/compare"}, [("picture_of", "picture_outside")]),
        ({"picture_of": "/table-lamps/red"}, [("picture_of", "picture_outside")]),
        ({"url": "https://a.example"}, [("url", "unknown")]),
    ],
)
def test_the_faults_of_a_group(fields: Mapping[str, object], expected: list[tuple[str, str]]) -> None:
    assert faults(**fields) == expected


def test_a_group_is_added_and_replaced_but_its_key_stays(store: Store) -> None:
    definitions = Definitions(store)
    first = add(definitions, "1", GOOD)
    assert (first.id, first.key, first.version) == ("1.lamps", "lamps", 1)
    assert first.patterns == ("/*-lamps/*", "/outdoor/*", "!**/compare")
    for taken in (GOOD, GOOD | {"name": "Other", "key": "lamps"}):
        with pytest.raises(InvalidDefinition, match="already a group of pages"):
            add(definitions, "1", taken)
    assert add(definitions, "2", GOOD).id == "2.lamps"  # names and keys are those of a site
    changed = change(definitions, stored_of(first), "1", GOOD | {"name": "Lights"}, "ann")
    assert (changed.key, changed.name, changed.version) == ("lamps", "Lights", 2)
    with pytest.raises(InvalidDefinition, match="must stay 'lamps'"):
        change(definitions, stored_of(changed), "1", GOOD | {"key": "lights"}, "ann")
    with pytest.raises(Conflict):
        change(definitions, stored_of(changed), "1", GOOD | {"version": 1}, "ann")
    add(definitions, "1", GOOD | {"name": "Other"})
    with pytest.raises(InvalidDefinition, match="already a group of pages 'Other'"):
        change(definitions, stored_of(changed), "1", GOOD | {"name": "Other"}, "ann")
    delete(definitions, stored_of(changed), "ann")
    with pytest.raises(NotFound):
        find(definitions, PageGroup, "lamps", "1")
    assert add(definitions, "1", GOOD).version == 4  # the key is free again


def test_a_site_has_a_limited_number_of_groups(store: Store) -> None:
    definitions = Definitions(store)
    for n in range(MOST_GROUPS):
        definitions.put(PageGroup(id=f"1.k{n}", site="1", key=f"k{n}", name=f"K{n}", pages=("/a",)))
    with pytest.raises(InvalidDefinition, match="at most 200 groups"):
        add(definitions, "1", GOOD)
    assert add(definitions, "2", GOOD)


def test_declined_suggestions_are_remembered_until_they_are_asked_for_again(store: Store) -> None:
    definitions = Definitions(store)
    assert declined(definitions, "1") == ()
    for pattern in ("/a/*", "/b/*", "/a/*"):
        decline(definitions, "1", pattern)
    assert declined(definitions, "1") == ("/b/*", "/a/*")
    assert declined(definitions, "2") == ()
    with pytest.raises(InvalidDefinition, match="no pattern of addresses"):
        decline(definitions, "1", "nonsense")
    suggest_again(definitions, "1")
    assert declined(definitions, "1") == ()
    suggest_again(definitions, "1")
    decline(definitions, "1", "/c/*")
    assert declined(definitions, "1") == ("/c/*",)
