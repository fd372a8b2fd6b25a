"""Who changed what, read from the versions of definitions."""

from __future__ import annotations

import time

import numpy as np
import pytest
from msgspec.structs import replace

from store.access_events import AccessEvent
from store.activity import (
    KINDS,
    LEFT_OUT_KINDS,
    ActivityFilter,
    ActivityScope,
    count_activity,
    erase_old_activity,
    read_activity,
)
from store.client import Store
from store.definitions import KINDS as ALL_KINDS
from store.definitions import Definitions
from store.outbox import OutboxMessage
from store.records import SiteRole, Token, User
from store.segments import Group, Segment
from store.two_factor import TwoFactor

EVERYTHING = ActivityScope(since=0, everything=True)
EVERYBODY = ActivityFilter()


@pytest.fixture
def definitions(store: Store) -> Definitions:
    return Definitions(store)


def segment(id: str, name: str, site: str = "1") -> Segment:
    return Segment(id=id, site=site, name=name, tree=Group())


def test_each_version_is_an_entry_with_its_author_and_what_changed(store: Store, definitions: Definitions) -> None:
    made = definitions.put(segment("mail", "Post"), "anna")
    renamed = definitions.put(replace(made, name="Mail"), "shop@lampyre.example")
    definitions.delete(renamed, "bob")
    gone, changed, first = read_activity(store, EVERYTHING, EVERYBODY)
    assert (first.author, first.first, first.gone, first.changed, first.sites) == ("anna", True, False, (), ("1",))
    assert (changed.author, changed.changed) == ("shop@lampyre.example", ("name",))
    assert (changed.before["name"], changed.fields["name"]) == ("Post", "Mail")
    assert (gone.author, gone.gone, gone.fields["name"]) == ("bob", True, "Mail")
    definitions.put(segment("mail", "Again"), "anna")
    assert read_activity(store, EVERYTHING, EVERYBODY)[0].first


def test_secrets_are_no_part_of_an_entry_but_their_change_is(store: Store, definitions: Definitions) -> None:
    user = definitions.put(User(id="anna", password="hash-1"), "")
    definitions.put(replace(user, password="hash-2"), "anna")
    definitions.put(Token(id="a1", name="sheet", digest="d1"), "anna")
    entries = read_activity(store, EVERYTHING, EVERYBODY)
    assert "hash-1" not in str(entries)
    assert "d1" not in str(entries)
    assert next(one for one in entries if one.kind == "user" and not one.first).changed == ("password",)


def test_what_no_person_does_is_left_out(store: Store, definitions: Definitions) -> None:
    definitions.put(OutboxMessage(id="m", to="a@b.example", created=1, next_try=1), "")
    factor = definitions.put(TwoFactor(id="anna", sealed="x", since=1), "anna")
    used = definitions.put(replace(factor, last_step=7), "anna")  # a code was used
    definitions.delete(used, "anna")
    found = read_activity(store, EVERYTHING, EVERYBODY)
    assert [(one.kind, one.first, one.gone) for one in found] == [
        ("two_factor", False, True),
        ("two_factor", True, False),
    ]


def test_each_kind_of_definition_is_in_the_list_or_left_out_of_it() -> None:
    assert set(KINDS) | set(LEFT_OUT_KINDS) == set(ALL_KINDS)
    assert not set(KINDS) & set(LEFT_OUT_KINDS)


def test_what_is_counted_together_is_one_entry(store: Store, definitions: Definitions) -> None:
    event = definitions.put(AccessEvent(id="f", what="failed_sign_in", at=1, about="anna"), "")
    definitions.put(replace(event, times=4), "")
    (entry,) = read_activity(store, EVERYTHING, EVERYBODY)
    assert entry.fields["times"] == 4


def test_others_see_what_concerns_their_sites(store: Store, definitions: Definitions) -> None:
    definitions.put(segment("here", "Here", "1"), "anna")
    definitions.put(segment("there", "There", "2"), "anna")
    on_both = User(id="bob", password="h", role="", sites=(SiteRole("1", "viewer"), SiteRole("2", "editor")))
    bob = definitions.put(on_both, "anna")
    definitions.put(replace(bob, sites=(SiteRole("2", "editor"),)), "anna")  # removed from 1
    definitions.put(Token(id="t", name="sheet", digest="d", role="viewer"), "anna")

    def ids(scope: ActivityScope) -> list[str]:
        return sorted(one.id for one in read_activity(store, scope, EVERYBODY))

    assert ids(ActivityScope(0, seen=("1",))) == ["here"]
    assert ids(ActivityScope(0, seen=("1",), owned=("1",))) == ["bob", "here"]
    assert ids(ActivityScope(0, seen=("1", "2"), owned=("2",))) == ["bob", "bob", "here", "there"]
    assert ids(ActivityScope(0)) == []
    assert ids(ActivityScope(0, everything=True, site="1")) == ["bob", "here", "t"]
    assert ids(EVERYTHING) == ["bob", "bob", "here", "t", "there"]


def test_entries_are_counted_filtered_and_paged(store: Store, definitions: Definitions) -> None:
    for n in range(5):
        definitions.put(segment(f"s{n}", f"S{n}"), "anna" if n % 2 else "bob")
    definitions.put(Token(id="t", name="sheet", digest="d"), "bob")
    counted = {(one.author, one.kind): one.entries for one in count_activity(store, EVERYTHING)}
    assert counted == {("anna", "segment"): 2, ("bob", "segment"): 3, ("bob", "token"): 1}
    assert [one.id for one in read_activity(store, EVERYTHING, ActivityFilter("bob", ("segment",)))] == [
        "s4",
        "s2",
        "s0",
    ]
    assert [one.id for one in read_activity(store, EVERYTHING, EVERYBODY, 2, 2)] == ["s3", "s2"]
    late = ActivityScope(since=int(time.time() * 1000) + 60_000, everything=True)
    assert read_activity(store, late, EVERYBODY) == []


def test_ten_thousand_entries_are_paged_within_a_second(store: Store) -> None:
    n = 10_000
    numbers = np.arange(n)
    store.insert(
        "definitions",
        {
            "kind": ["segment"] * n,
            "id": [f"s{one // 10}" for one in numbers],
            "version": [int(one % 10) + 1 for one in numbers],
            "time": [1_790_000_000_000 + int(one) for one in numbers],
            "author": ["anna"] * n,
            "deleted": [0] * n,
            "json": [f'{{"site":"1","name":"S{one}"}}' for one in numbers],
            "nonce": [str(one) for one in numbers],
        },
    )
    began = time.perf_counter()
    last = read_activity(store, EVERYTHING, EVERYBODY, n - 50, 50)
    assert sum(one.entries for one in count_activity(store, EVERYTHING)) == n
    assert time.perf_counter() - began < 1.0
    assert (len(last), last[-1].fields["name"], last[-1].first) == (50, "S0", True)
    assert last[-2].changed == ("name",)


def test_what_is_kept_for_the_list_only_is_erased(store: Store, definitions: Definitions) -> None:
    definitions.put(AccessEvent(id="f", what="export", at=1, site="1"), "anna")
    definitions.put(segment("mail", "Mail"), "anna")
    erase_old_activity(store, int(time.time() * 1000) + 60_000)
    kinds = store.rows("SELECT DISTINCT kind FROM definitions")
    assert [row["kind"] for row in kinds] == ["segment"]


def test_early_versions_of_what_is_still_used_are_erased(store: Store, definitions: Definitions) -> None:
    for version, when in ((1, 1_000), (2, 2_000), (3, int(time.time() * 1000))):
        store.insert(
            "definitions",
            {"kind": ["token_use"], "id": ["t"], "version": [version], "time": [when], "author": ["sheet"],
             "deleted": [0], "json": ['{"name":"sheet","last":1}'], "nonce": [str(version)]},
        )  # fmt: skip
    erase_old_activity(store, int(time.time() * 1000) - 60_000)
    assert [row["version"] for row in store.rows("SELECT version FROM definitions")] == [3]
