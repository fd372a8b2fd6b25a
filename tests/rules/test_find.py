"""Finding definitions by id or name, those that today's rules reject too."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from rules import experiment, state
from rules.faults import InvalidDefinition
from rules.find import NotFound, Rejected, all_of, find, stored_of, usable
from store.client import Store
from store.definitions import Definitions, UnreadableRecord
from store.records import Experiment, PageState, Site, User

GOOD: dict[str, Any] = {
    "name": "Buy button",
    "pages": ["/lamps"],
    "variants": [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}],
}


def write_raw(store: Store, kind: str, id: str, plain: object) -> None:
    """A definition as an earlier version may have written it."""
    text = plain if isinstance(plain, str) else json.dumps(plain)
    row: dict[str, list[Any]] = {
        "kind": [kind], "id": [id], "version": [1], "time": [1], "author": ["old"], "deleted": [0],
        "json": [text], "nonce": ["old"],
    }  # fmt: skip
    store.insert("definitions", row, token=f"{kind}/{id}/1")


def test_an_id_wins_over_a_name(store: Store) -> None:
    definitions = Definitions(store)
    experiment.add(definitions, "1", GOOD | {"id": "first", "name": "second"})
    second = experiment.add(definitions, "1", GOOD | {"id": "second", "name": "first"})
    assert find(definitions, Experiment, "second", "1") == second
    assert usable(find(definitions, Experiment, "first", "1")).id == "first"
    with pytest.raises(NotFound, match="no experiment 'third'") as missing:
        find(definitions, Experiment, "third", "1")
    assert missing.value.known == ("first", "second")
    with pytest.raises(NotFound):
        find(definitions, Experiment, "first", "2")  # of another site


def test_a_state_is_found_by_its_key(store: Store) -> None:
    definitions = Definitions(store)
    made = state.add(definitions, "1", {"name": "Menu", "pages": ["/"], "steps": ["click #a"]})
    assert find(definitions, PageState, "menu", "1") == find(definitions, PageState, "Menu", "1") == made


@pytest.mark.parametrize(
    ("plain", "built", "codes"),
    [
        ({**GOOD, "site": "1", "variants": GOOD["variants"][:1], "started": "soon"}, True, ["few", "day"]),
        ({**GOOD, "site": "1", "variants": "a, b", "name": 5}, False, ["type", "type"]),
        ({"site": "1"}, False, ["missing", "missing", "missing"]),
    ],
)
def test_what_the_rules_reject_is_found_with_its_faults(
    store: Store, plain: dict[str, Any], built: bool, codes: list[str]
) -> None:
    definitions = Definitions(store)
    good = experiment.add(definitions, "1", GOOD)
    write_raw(store, "experiment", "old", plain)
    found = all_of(definitions, Experiment, "1")
    assert found.records == (good,)
    (old,) = found.rejected
    assert (old.id, old.version, [one.code for one in old.faults]) == ("old", 1, codes)
    assert (old.record is not None) is built
    assert isinstance(find(definitions, Experiment, "old", "1"), Rejected)
    with pytest.raises(InvalidDefinition):
        usable(old)
    assert [one.id for one in definitions.find(Experiment)] == (["buy-button", "old"] if built else ["buy-button"])
    repaired = experiment.change(definitions, stored_of(old), "1", GOOD, "ann", date(2026, 11, 21))
    assert (repaired.id, repaired.version) == ("old", 2)
    assert all_of(definitions, Experiment, "1").rejected == ()


def test_text_that_is_no_json_hides_nothing_else(store: Store) -> None:
    definitions = Definitions(store)
    write_raw(store, "site", "1", "{")
    write_raw(store, "site", "2", {"id": "2", "name": "x" * 200, "key": "k2", "domains": ["a.example"]})
    write_raw(store, "user", "ann", {"id": "ann", "password": "hash", "role": "admin"})
    assert [site.key for site in definitions.find(Site)] == ["k2"]  # the collector goes on with it
    assert [one.id for one in all_of(definitions, Site).rejected] == ["1", "2"]
    with pytest.raises(UnreadableRecord, match="role is 'admin'"):
        definitions.get(User, "ann")
    assert definitions.history(User, "ann") == []
