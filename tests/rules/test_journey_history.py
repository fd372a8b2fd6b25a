"""Revisions of a journey: what each changed, going back, and restoring what was deleted."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from rules import journey_history as history
from rules.find import NotFound
from rules.journey_history import JourneyRevision, journey_revisions
from store.client import Store
from store.definitions import Definitions, Revision
from store.journeys import Journey, Stage
from store.zones import DAY_MS

MAP = Journey(id="lamp", site="1", name="First lamp", stages=(Stage("look", {"en": "Look"}),), version=1)
MINUTE = 60_000


def version(
    n: int, minute: int, author: str = "ann", record: Journey | None = MAP, *, deleted: bool = False
) -> Revision[Journey]:
    shown = replace(record, version=n) if record and not deleted else None
    return Revision(n, minute * MINUTE, author, deleted, shown)


def named(name: str) -> Journey:
    return replace(MAP, name=name)


def lines(*found: Revision[Journey]) -> list[tuple[int, int, str, list[str]]]:
    """As listed: newest first."""
    entries = journey_revisions(found[::-1])
    return [(one.first, one.version, one.author, [change.sentence for change in one.changes]) for one in entries]


def test_changes_by_one_person_without_a_long_break_are_one_revision() -> None:
    found = lines(
        version(1, 0),
        version(2, 1, record=named("A")),
        version(3, 5, record=named("B")),
        version(4, 20, record=named("C")),
        version(5, 21, "bob", named("D")),
    )
    assert found == [
        (5, 5, "bob", ["Name: “C” became “D”."]),
        (4, 4, "ann", ["Name: “B” became “C”."]),
        (2, 3, "ann", ["Name: “First lamp” became “B”."]),
        (1, 1, "ann", []),
    ]


def test_a_deletion_and_a_restoration_are_revisions() -> None:
    found = journey_revisions([version(3, 2), version(2, 1, deleted=True), version(1, 0)])
    assert [(one.version, one.begun, one.deleted, one.restored) for one in found] == [
        (3, False, False, True),
        (2, False, True, False),
        (1, True, False, False),
    ]


def test_a_version_that_cannot_be_read_is_passed_over() -> None:
    found = lines(version(1, 0), version(2, 20, record=None), version(3, 40, record=named("A")))
    assert found[0] == (3, 3, "ann", ["Name: “First lamp” became “A”."])


def test_the_oldest_of_a_part_of_the_history_is_only_compared_with() -> None:
    assert lines(version(7, 0), version(8, 20, record=named("A"))) == [
        (8, 8, "ann", ["Name: “First lamp” became “A”."])
    ]


def test_without_versions_there_are_no_revisions() -> None:
    assert journey_revisions([]) == ()


@pytest.fixture
def definitions(store: Store) -> Definitions:
    return Definitions(store)


@pytest.fixture
def stored(definitions: Definitions) -> Journey:
    first = definitions.put(replace(MAP, version=0), by="ann")
    return definitions.put(replace(first, name="Second lamp"), by="ann")


def test_going_back_makes_a_new_revision(definitions: Definitions, stored: Journey) -> None:
    made = history.go_back(definitions, "1", "lamp", 1, "bob")
    assert (made.version, made.name, made.id) == (3, "First lamp", "lamp")
    newest: JourneyRevision = journey_revisions(definitions.revisions(Journey, "lamp"))[0]
    assert [change.sentence for change in newest.changes] == ["Name: “Second lamp” became “First lamp”."]
    assert newest.author == "bob"


@pytest.mark.parametrize("version", [0, 3, 99])
def test_there_is_no_way_back_to_a_version_that_never_was(
    definitions: Definitions, stored: Journey, version: int
) -> None:
    with pytest.raises(NotFound):
        history.go_back(definitions, "1", "lamp", version, "bob")


def test_a_deleted_journey_is_restored_within_thirty_days(definitions: Definitions, stored: Journey) -> None:
    definitions.delete(stored, by="ann")
    (gone,) = history.deleted_journeys(definitions, "1", 0)
    assert history.deleted_journeys(definitions, "2", 0) == []
    assert history.deleted_journeys(definitions, "1", gone.time + 31 * DAY_MS) == []
    with pytest.raises(NotFound):
        history.restore(definitions, "2", "lamp", 0, "bob")
    history.restore(definitions, "1", "lamp", 0, "bob")
    assert definitions.get(Journey, "lamp").name == "Second lamp"
    with pytest.raises(NotFound):
        history.restore(definitions, "1", "lamp", 0, "bob")
