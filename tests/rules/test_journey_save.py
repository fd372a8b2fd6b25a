"""A journey edited in place by two people at once: both changes are stored, whoever is later."""

from __future__ import annotations

import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from rules.faults import InvalidDefinition
from rules.find import stored_of
from rules.journey_lanes import laid_out
from rules.journey_save import SavedJourney, save
from store.client import Store
from store.definitions import Conflict, Definitions
from store.journeys import MAX_STAGES, Journey, LaneCell, Stage, Touchpoint

PAIN = LaneCell(lane="pains", stage="buy", text={"en": "The code does nothing"})
LOOK = Stage("look", {"en": "Look"}, (Touchpoint("list", {"en": "List"}, ("/lamps",)),), {"en": "Find a lamp"})
BUY = Stage("buy", {"en": "Buy"}, (Touchpoint("basket", {"en": "Basket"}, ("/basket",)),))


@pytest.fixture
def definitions(store: Store) -> Definitions:
    return Definitions(store)


@pytest.fixture
def begun(definitions: Definitions) -> Journey:
    """What two people opened at the same time."""
    return laid_out(definitions.put(Journey(id="lamp", site="1", name="Lamp", stages=(LOOK, BUY), cells=(PAIN,))))


def sent(definitions: Definitions, journey: Journey, by: str) -> SavedJourney:
    fields = {name: value for name, value in to_builtins(journey).items() if name not in ("id", "site")}
    return save(definitions, stored_of(journey), "1", fields, by)


def written(journey: Journey, text: str) -> Journey:
    """The journey with another text in the cell of the pain."""
    return replace(
        journey,
        cells=tuple(replace(one, text={"en": text}) if one.lane == "pains" else one for one in journey.cells),
    )


def test_changes_of_two_people_are_both_stored(definitions: Definitions, begun: Journey) -> None:
    first = sent(definitions, written(begun, "No word why"), "ann")
    second = sent(definitions, replace(begun, objective="Sell"), "bob")
    assert (first.clashes, second.clashes) == ((), ())
    assert second.journey.version == begun.version + 2
    assert second.journey.objective == "Sell"
    assert "No word why" in [one.text.get("en") for one in second.journey.cells]
    assert definitions.get(Journey, "lamp") == second.journey


def test_both_texts_of_one_cell_are_stored(definitions: Definitions, begun: Journey) -> None:
    sent(definitions, written(begun, "Theirs"), "ann")
    late = sent(definitions, written(begun, "Mine"), "bob")
    assert late.clashes == ("cells.pains/buy",)
    cell = next(one for one in late.journey.cells if one.lane == "pains")
    assert (cell.text, cell.other, cell.other_by) == ({"en": "Mine"}, {"en": "Theirs"}, "ann")


def test_nothing_is_written_when_nothing_changed(definitions: Definitions, begun: Journey) -> None:
    stored = sent(definitions, replace(begun, objective="Sell"), "ann").journey
    assert sent(definitions, stored, "ann").journey.version == stored.version
    assert sent(definitions, begun, "bob").journey.version == stored.version  # an old copy without any change


def test_a_version_that_never_was_is_rejected(definitions: Definitions, begun: Journey) -> None:
    with pytest.raises(Conflict):
        sent(definitions, replace(begun, version=99), "ann")


def test_a_merge_that_breaks_a_rule_is_rejected_and_nothing_is_lost(definitions: Definitions, begun: Journey) -> None:
    half = MAX_STAGES // 2
    more = [Stage(f"s{n}", {"en": f"Stage {n}"}) for n in range(2 * half)]
    stored = sent(definitions, replace(begun, stages=(*begun.stages, *more[:half])), "ann").journey
    with pytest.raises(InvalidDefinition):
        sent(definitions, replace(begun, stages=(*begun.stages, *more[half:])), "bob")
    assert definitions.get(Journey, "lamp") == stored
