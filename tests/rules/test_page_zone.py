"""Zones: what may be one, and which pages have it."""

from __future__ import annotations

import pytest

from rules.faults import Faults, InvalidDefinition
from rules.find import stored_of
from rules.page_zone import MOST_ZONES, add, change, parse
from rules.zone_pages import zones_of
from store.client import Store
from store.definitions import Conflict, Definitions
from store.page_groups import PageGroup
from store.page_zones import ElementPrint, PageZone

A, B, C = "00000000000000aa", "00000000000000bb", "00000000000000cc"
PRINTS = {A: ElementPrint("header", "x"), B: ElementPrint("main>a:1", "y")}
HEADER = {"name": "Header", "page": "/lamps", "elements": [A]}


def faults(**fields: object) -> list[tuple[str, str]]:
    found = parse(HEADER | fields, "1")
    return [(one.field, one.code) for one in found] if isinstance(found, Faults) else []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"elements": [A] * 500}, []),
        ({"elements": [A] * 501}, [("elements", "many")]),
        ({"elements": []}, [("elements", "few")]),
        ({"elements": [A, ""]}, [("elements.1", "missing")]),
        ({"elements": [A, 12]}, [("elements.1", "type")]),
        ({"elements": None}, [("elements", "type")]),
        ({"name": "x" * 60}, []),
        ({"name": "x" * 61, "page": 1}, [("name", "long"), ("page", "type")]),
        ({"site": "2"}, [("site", "unknown")]),
    ],
)
def test_what_may_be_a_zone(fields: dict[str, object], expected: list[tuple[str, str]]) -> None:
    assert faults(**fields) == expected


def test_a_zone_keeps_how_its_elements_are_recognised(store: Store) -> None:
    definitions = Definitions(store)
    made = add(definitions, "1", HEADER | {"elements": [A, B, A]}, PRINTS)
    assert (made.id, made.elements, made.prints) == ("header", (A, B), (PRINTS[A], PRINTS[B]))
    # the page has lost its elements since: they stay, but no other can be added
    kept = change(definitions, stored_of(made), "1", HEADER | {"elements": [B], "name": "Top"}, {}, "")
    assert (kept.name, kept.elements, kept.prints) == ("Top", (B,), (PRINTS[B],))
    with pytest.raises(InvalidDefinition) as rejected:
        change(definitions, stored_of(kept), "1", HEADER | {"elements": [B, C]}, {}, "")
    assert [(one.field, one.code) for one in rejected.value.faults] == [("elements.1", "no_element")]
    with pytest.raises(Conflict):
        change(definitions, stored_of(made), "1", HEADER | {"version": 1}, PRINTS, "")


def test_names_are_unique_within_a_site(store: Store) -> None:
    definitions = Definitions(store)
    assert add(definitions, "1", HEADER, PRINTS).id == "header"
    assert add(definitions, "2", HEADER, PRINTS).id == "header-2"
    with pytest.raises(InvalidDefinition) as rejected:
        add(definitions, "1", HEADER | {"page": "/elsewhere"}, PRINTS)
    assert [one.code for one in rejected.value.faults] == ["zone_taken"]


def test_a_site_has_a_limited_number_of_zones(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.page_zone.MOST_ZONES", 1)
    definitions = Definitions(store)
    add(definitions, "1", HEADER, PRINTS)
    with pytest.raises(InvalidDefinition, match="at most 1 zones"):
        add(definitions, "1", HEADER | {"name": "Other"}, PRINTS)
    assert MOST_ZONES == 200


def test_the_zones_of_a_page_are_its_own_and_those_of_its_patterns_and_groups() -> None:
    def zone(id: str, page: str) -> PageZone:
        return PageZone(id=id, site="1", name=id, page=page, elements=(A,))

    lamps = PageGroup(id="1.lamps", site="1", key="lamps", name="Lamps", pages=("/lamps/*",))
    zones = [zone("d", "lamps"), zone("c", "/lamps/*"), zone("b", "shop.example/lamps/red"), zone("a", "shop.example/")]

    def shown(page: str) -> list[str]:
        return [one.id for one in zones_of(zones, page, [lamps])]

    assert shown("shop.example/lamps/red") == ["b", "c", "d"]
    assert shown("shop.example/lamps/blue") == ["c", "d"]
    assert shown("lamps") == ["d"]
    assert shown("/lamps/*") == ["c"]
    assert shown("shop.example/") == ["a"]
