"""Experiments: what may be one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.experiment import add, change, parse, plan_faults
from rules.faults import Faults, InvalidDefinition
from rules.find import faults_of, stored_of
from store.client import Store
from store.definitions import Conflict, Definitions, Stored
from store.records import Experiment

A, B = {"key": "a", "name": "A"}, {"key": "b", "name": "B"}
DAY = date(2026, 11, 20)
GOOD: dict[str, Any] = {"name": "Buy button", "pages": ["/lamps"], "variants": [A, B]}


def faults(**fields: object) -> list[tuple[str, str]]:
    found = parse({**GOOD, **fields}, "1")
    return [(one.field, one.code) for one in found] if isinstance(found, Faults) else []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"variants": [A], "started": "soon"}, [("variants", "few"), ("started", "day")]),
        ({"started": "2026-03-02", "ended": "2026-03-01"}, [("ended", "before_start")]),
        ({"started": "2026-02-30", "ended": "2026-03-01"}, [("started", "day")]),
        ({"started": "2026-03-01", "ended": "2026-03-01"}, []),
        ({"ended": "2026-3-1"}, [("ended", "day")]),
        ({"variants": [A, A]}, [("variants.1.key", "twice")]),
        ({"variants": [A | {"share": 0}, B | {"share": 1.5}]},
         [("variants.0.share", "above"), ("variants.1.share", "high")]),
        ({"variants": [A | {"key": "A b"}, B | {"name": ""}]},
         [("variants.0.key", "key"), ("variants.1.name", "missing")]),
        ({"variants": [A | {"picture_url": "javascript:1"}, B]}, [("variants.0.picture_url", "address")]),
        ({"variants": [A | {"colour": 1}, B]}, [("variants.0.colour", "unknown")]),
        ({"variants": [dict(A, key=f"k{n}") for n in range(11)]}, [("variants", "many")]),
        ({"variants": [A, None]}, [("variants.1", "type")]),
        ({"name": ""}, [("name", "missing")]),
        ({"id": "Not An Id"}, [("id", "key")]),
        ({"id": None}, []),
        ({"id": ""}, [("id", "missing")]),
        ({"pages": []}, [("pages", "few")]),
        ({"pages": ["/a", " "]}, [("pages.1", "missing")]),
        ({"planned": -1}, [("planned", "low")]),
        ({"planned": "many"}, [("planned", "type")]),
        ({"planned": 1.5}, [("planned", "type")]),
        ({"name": "a\x00b"}, [("name", "characters")]),
        ({"name": "\ud800"}, [("name", "characters")]),
        ({"site": "2"}, [("site", "unknown")]),
    ],
)  # fmt: skip
def test_the_faults_of_an_experiment(fields: Mapping[str, object], expected: list[tuple[str, str]]) -> None:
    assert faults(**fields) == expected


def test_an_experiment_is_added_and_replaced_but_its_id_stays(store: Store) -> None:
    definitions = Definitions(store)
    first = add(definitions, "1", GOOD | {"planned": 500})
    assert (first.id, first.site, first.version) == ("buy-button", "1", 1)
    with pytest.raises(InvalidDefinition, match="already an experiment 'buy-button'"):
        add(definitions, "1", GOOD)
    changed = change(definitions, stored_of(first), "1", GOOD | {"name": "Other", "version": 1}, "ann", DAY)
    assert (changed.id, changed.name, changed.planned) == ("buy-button", "Other", 0)
    with pytest.raises(Conflict):
        change(definitions, stored_of(first), "1", GOOD | {"version": 1}, "ann", DAY)
    with pytest.raises(InvalidDefinition, match="must stay 'buy-button'"):
        change(definitions, stored_of(changed), "1", GOOD | {"id": "other"}, "ann", DAY)


BEGUN = GOOD | {"started": "2026-11-10", "planned": 500, "goal": "order"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, []),
        ({"name": "Other", "ended": "2026-11-20", "started": "2026-11-09"}, []),
        ({"planned": 50}, [("planned", "plan_fixed")]),
        ({"planned": 0, "goal": ""}, [("planned", "plan_fixed"), ("goal", "plan_fixed")]),
        ({"goal": "newsletter"}, [("goal", "plan_fixed")]),
        ({"started": ""}, [("started", "begun")]),
        ({"started": "2026-12-01", "planned": 50}, [("planned", "plan_fixed"), ("started", "begun")]),
    ],
)
def test_from_its_first_day_on_the_plan_of_an_experiment_is_fixed(
    changed: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    made = parse(BEGUN | changed, "1", Stored("buy-button", 1, BEGUN))
    assert isinstance(made, Experiment)
    goals = {"order", "newsletter"}

    def faults_of_plan(stored: dict[str, Any], goals: set[str], today: date) -> list[tuple[str, str]]:
        return [(one.field, one.code) for one in plan_faults(stored, made, goals, today)]

    assert faults_of_plan(BEGUN, goals, date(2026, 11, 10)) == expected
    assert faults_of_plan(BEGUN, goals, date(2026, 11, 9)) == []  # before its first day
    assert faults_of_plan(BEGUN | {"started": ""}, goals, date(2026, 11, 10)) == []  # it has no first day
    # A goal that was deleted can be replaced.
    assert faults_of_plan(BEGUN, goals - {"order"}, date(2026, 11, 10)) == [one for one in expected if one[0] != "goal"]


def test_a_plan_that_was_not_made_cannot_be_made_after_the_start(store: Store) -> None:
    definitions = Definitions(store)
    fields = GOOD | {"id": "unplanned", "started": "2026-11-10"}
    made = add(definitions, "1", fields)
    with pytest.raises(InvalidDefinition, match=r"planned: cannot change: the experiment began on 2026-11-10"):
        change(definitions, stored_of(made), "1", fields | {"planned": 500}, "ann", date(2026, 11, 12))
    assert change(definitions, stored_of(made), "1", fields | {"planned": 500}, "ann", date(2026, 11, 9)).planned == 500


DAYS = st.dates(date(2020, 1, 1), date(2030, 1, 1)).map(str) | st.just("")
KEYS = st.from_regex(r"\A[a-z0-9][a-z0-9_\-]{0,20}\Z")
NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=120).filter(str.strip)
VARIANTS = st.lists(
    st.fixed_dictionaries({"key": KEYS, "name": NAMES}, optional={"share": st.floats(0.01, 1)}),
    min_size=2,
    max_size=10,
    unique_by=lambda variant: variant["key"],
)


@settings(deadline=None, max_examples=60)
@given(NAMES, VARIANTS, DAYS, DAYS, st.integers(0, 1_000_000))
def test_what_the_rules_accept_has_no_faults_once_it_is_a_record(
    name: str, variants: list[dict[str, Any]], one: str, other: str, planned: int
) -> None:
    started, ended = (one, other) if not one or not other else sorted((one, other))
    fields = {"name": name, "pages": ["/"], "variants": variants, "planned": planned}
    made = parse(fields | {"started": started, "ended": ended}, "1")
    assert isinstance(made, Experiment), made
    assert faults_of(made) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["name", "pages", "variants", "id", "planned", "started", "ended", "x"]), JSON))
def test_any_json_is_an_experiment_or_has_faults_that_can_be_worded(fields: dict[str, Any]) -> None:
    made = parse(fields, "1")
    if isinstance(made, Faults):
        assert all(one.sentence.encode() for one in made)
    else:
        assert faults_of(made) is None


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("https://shop.example/?v=b", True),
        ("HTTP://shop.example:8080/", True),
        ("javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("https://shop.example/\nx", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("view-source:https://shop.example/", False),
        ("//shop.example/", False),
        ("https:///path", False),
        ("https://[", False),
    ],
)
def test_only_http_addresses_show_a_variant(address: str, good: bool) -> None:
    expected = [] if good else [("variants.0.picture_url", "address")]
    assert faults(variants=[A | {"picture_url": address}, B]) == expected
