"""Sites: what may be one, and how one is added and changed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import pytest

from rules.faults import Faults, InvalidDefinition
from rules.find import find, stored_of, usable
from rules.site import add, add_site, change, parse, parse_rotation
from store.client import Store, StoreError
from store.definitions import Conflict, Definitions
from store.records import Site

GOOD: dict[str, Any] = {"name": "Shop", "domains": ["shop.example"]}


def faults(**fields: object) -> list[tuple[str, str]]:
    """Field and code of what is wrong with GOOD when these fields are changed."""
    found = parse({**GOOD, **fields}, taken={"Taken"})
    return [(one.field, one.code) for one in found] if isinstance(found, Faults) else []


def test_sites_are_numbered_and_have_their_own_keys(store: Store) -> None:
    definitions = Definitions(store)
    first = add_site(definitions, "Shop", ["https://Shop.example/", "*.shop.example", "shop.example"])
    second = add_site(definitions, " Blog ", ["127.0.0.1:8001"], allow_private=True, demo=True)
    assert (first.id, second.id) == ("1", "2")
    assert first.domains == ("shop.example", "*.shop.example")
    assert second.name == "Blog"
    assert second.demo
    assert len(first.key) == 12
    assert first.key != second.key
    assert set(first.key) <= set("abcdefghijklmnopqrstuvwxyz234567")


def test_a_number_is_never_given_twice(store: Store) -> None:
    definitions = Definitions(store)
    definitions.delete(add_site(definitions, "Old", ["old.example"]))
    assert add_site(definitions, "New", ["new.example"]).id == "2"


def test_sites_added_at_once_get_different_numbers(store: Store) -> None:
    definitions = Definitions(store)
    made: list[str] = []
    start = threading.Barrier(4)

    def add(number: int) -> None:
        start.wait()
        made.append(add_site(definitions, f"Site {number}", ["a.example"]).id)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == ["1", "2", "3", "4"]


@pytest.mark.parametrize(("name", "domains"), [("", ["a.example"]), ("7", ["a.example"]), ("A", []), ("A", ["a b"])])
def test_a_site_without_a_right_name_and_domain_is_refused(store: Store, name: str, domains: list[str]) -> None:
    with pytest.raises(StoreError):
        add_site(Definitions(store), name, domains)


def test_a_name_is_taken_once(store: Store) -> None:
    add_site(Definitions(store), "Shop", ["a.example"])
    with pytest.raises(StoreError, match="already a site 'Shop'"):
        add_site(Definitions(store), "Shop", ["b.example"])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"name": " "}, [("name", "missing")]),
        ({"name": "12"}, [("name", "number_name")]),
        ({"name": "x" * 121}, [("name", "long")]),
        ({"name": "Taken"}, [("name", "site_taken")]),
        ({"name": 5}, [("name", "type")]),
        ({"domains": []}, [("domains", "few")]),
        ({"domains": ["a.example"] * 51}, [("domains", "many")]),
        ({"domains": ["a.example", "a b", "*.com"]}, [("domains.1", "domain"), ("domains.2", "domain_shared")]),
        ({"domains": "a.example"}, [("domains", "type")]),
        ({"allow_private": "yes"}, [("allow_private", "type")]),
        ({"keep_query": [""]}, [("keep_query.0", "missing")]),
        ({"fetch_from": "shop.internal"}, [("fetch_from", "address")]),
        ({"fetch_from": "http://127.0.0.1:8001"}, []),
        ({"fetch_from": "http://shop:port/"}, [("fetch_from", "address")]),
        ({"staff_networks": ["office", "0.0.0.0/0"]},
         [("staff_networks.0", "network"), ("staff_networks.1", "network_large")]),
        ({"staff_ids": ["x" * 65]}, [("staff_ids.0", "long")]),
        ({"colour": 1, "name": ""}, [("name", "missing"), ("colour", "unknown")]),
        ({"key": "mine"}, [("key", "unknown")]),
    ],
)  # fmt: skip
def test_the_faults_of_a_site(fields: Mapping[str, object], expected: list[tuple[str, str]]) -> None:
    assert faults(**fields) == expected


def test_a_site_keeps_what_a_change_leaves_out(store: Store) -> None:
    definitions = Definitions(store)
    first = add(definitions, GOOD | {"keep_query": ["page"], "staff_ids": ["ann"]}, "odile")
    assert first.staff_ids[0].startswith("#")
    changed = change(definitions, stored_of(first), {"domains": ["https://B.example"], "version": 1}, "odile")
    assert (changed.name, changed.domains, changed.keep_query) == ("Shop", ("b.example",), ("page",))
    assert (changed.key, changed.staff_ids, changed.version) == (first.key, first.staff_ids, 2)
    with pytest.raises(Conflict):
        change(definitions, stored_of(first), {"name": "Late", "version": 1}, "odile")
    again = change(definitions, stored_of(changed), {"name": "Shop"}, "odile")  # its own name is free for it
    assert usable(find(definitions, Site, "Shop")) == again
    with pytest.raises(InvalidDefinition):
        change(definitions, stored_of(again), {"key": "mine"}, "odile")


def test_the_days_of_grace_are_a_number_within_a_year() -> None:
    assert parse_rotation({}) == parse_rotation({"grace_days": 30})
    for wrong, code in ((-1, "low"), (366, "high"), ("7", "type"), (True, "type")):
        found = parse_rotation({"grace_days": wrong})
        assert isinstance(found, Faults)
        assert [(one.field, one.code) for one in found] == [("grace_days", code)]
