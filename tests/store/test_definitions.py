from __future__ import annotations

import threading

import pytest

from store.client import Store, StoreError
from store.definitions import Conflict, Definitions, Missing
from store.journeys import Journey, Stage, Touchpoint
from store.records import Experiment, Site, User, Variant

ANNA = User(id="anna", password="hash", role="editor")


def test_a_stored_record_is_read_back_unchanged(definitions: Definitions) -> None:
    journey = Journey(
        id="j1",
        site="1",
        name="Buying a lamp",
        stages=(
            Stage(
                key="intent",
                name={"en": "Intent", "fr": "Intention"},
                touchpoints=(Touchpoint(key="list", name={"en": "List"}, pages=("/lamps/*",)),),
                pains=("“too” dear", "back\\slash"),
            ),
        ),
    )
    stored = definitions.put(journey)
    assert stored.version == 1
    assert definitions.get(Journey, "j1") == stored
    assert definitions.find(Journey, site="1") == [stored]
    assert definitions.find(Journey, site="2") == []


def test_versions_count_up_and_are_kept(definitions: Definitions) -> None:
    first = definitions.put(ANNA)
    second = definitions.put(User(id="anna", version=1, password="hash", role="owner"))
    assert (first.version, second.version) == (1, 2)
    assert definitions.history(User, "anna") == [second, first]
    assert definitions.get(User, "anna").role == "owner"


def test_a_stale_version_is_refused_with_who_changed_it_and_when(definitions: Definitions) -> None:
    first = definitions.put(ANNA)
    definitions.put(first, by="Berta")
    with pytest.raises(Conflict, match=r"'anna' was changed by Berta: version 2 at \d{4}-.* UTC") as caught:
        definitions.put(first)
    assert "began from version 1" in str(caught.value)
    with pytest.raises(Conflict, match="was never written"):
        definitions.put(User(id="nobody", version=4, password="x"))
    with pytest.raises(Conflict):
        definitions.put(ANNA)  # version 0 means that there is none yet


def test_a_deleted_record_is_gone_and_can_be_written_again(definitions: Definitions) -> None:
    first = definitions.put(ANNA)
    definitions.delete(first)
    with pytest.raises(Missing, match="no user 'anna'"):
        definitions.get(User, "anna")
    assert definitions.find(User) == []
    assert definitions.history(User, "anna") == [first]
    with pytest.raises(Conflict):
        definitions.put(first)
    assert definitions.put(ANNA).version == 3


def test_revisions_say_who_wrote_them_and_when(definitions: Definitions) -> None:
    first = definitions.put(ANNA, by="Berta")
    definitions.delete(first, by="Carl")
    found = definitions.revisions(User, "anna")
    assert [(one.version, one.author, one.deleted, one.record) for one in found] == [
        (2, "Carl", True, None),
        (1, "Berta", False, first),
    ]
    assert found[0].time >= found[1].time > 1_700_000_000_000
    assert definitions.revisions(User, "anna", most=1) == found[:1]
    assert definitions.revisions(User, "anna", before=2) == found[1:]


def test_what_was_deleted_is_listed_and_restored_as_it_was(definitions: Definitions) -> None:
    first = definitions.put(ANNA)
    definitions.put(User(id="berta", password="hash"))
    definitions.delete(first, by="Carl")
    (gone,) = definitions.deleted(User, 0)
    assert (gone.stored.id, gone.author) == ("anna", "Carl")
    assert definitions.deleted(User, gone.time + 1) == []
    assert definitions.restore(User, gone.stored, by="Carl") == 3
    assert definitions.get(User, "anna").role == "editor"
    assert definitions.deleted(User, 0) == []
    with pytest.raises(Conflict):  # somebody else was faster
        definitions.restore(User, gone.stored)


def test_a_missing_record_is_reported_with_its_kind(definitions: Definitions) -> None:
    with pytest.raises(Missing, match="no experiment 'e'"):
        definitions.get(Experiment, "e")


def test_a_record_outside_its_limits_is_not_stored(definitions: Definitions) -> None:
    wrong = Experiment(id="e", site="1", name="n", pages=(), variants=(Variant(key="Not A Key", name="x"),))
    with pytest.raises(StoreError, match="cannot be stored"):
        definitions.put(wrong)
    assert definitions.find(Experiment) == []


def test_numeric_ids_are_in_numeric_order(definitions: Definitions) -> None:
    for number in (10, 2, 1):
        definitions.put(Site(id=str(number), name=f"s{number}", key=f"k{number}", domains=("a.example",)))
    assert [site.id for site in definitions.find(Site)] == ["1", "2", "10"]


def test_one_of_many_concurrent_writers_wins_each_version(either: Store) -> None:
    """Eight threads change one record: each version has one writer, and no change is lost silently."""
    definitions = Definitions(either)
    definitions.put(ANNA)
    start = threading.Barrier(8)
    won: list[int] = []
    lost: list[Conflict] = []
    other: list[BaseException] = []

    def change(number: int) -> None:
        start.wait()
        for turn in range(4):
            try:
                read = definitions.get(User, "anna")
                mine = User(id="anna", version=read.version, password=f"{number}-{turn}")
                won.append(definitions.put(mine).version)
            except Conflict as error:
                lost.append(error)
            except BaseException as error:  # reported by the test's thread
                other.append(error)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not other
    assert len(won) + len(lost) == 32
    assert lost  # the writers did collide
    assert sorted(won) == list(range(2, len(won) + 2))
    assert [record.version for record in definitions.history(User, "anna")] == list(range(len(won) + 1, 0, -1))
