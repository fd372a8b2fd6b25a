"""A future state against the map of today: what is added, removed and moved; and which maps it may be based on."""

from __future__ import annotations

import pytest

from rules import journey as rules
from rules.faults import InvalidDefinition
from rules.find import stored_of
from rules.journey_gap import gap_between
from store.client import Store
from store.definitions import Definitions
from store.journeys import Journey, Stage, Touchpoint


def made(*stages: tuple[str, str], **renamed: str) -> Journey:
    """Stages as (key, keys of their touchpoints)."""
    return Journey(
        id="j",
        site="1",
        name="J",
        stages=tuple(
            Stage(key, {"en": key}, tuple(Touchpoint(one, {"en": renamed.get(one, one)}, (f"/{one}",)) for one in has))
            for key, has in stages
        ),
    )


def test_touchpoints_are_added_removed_moved_kept_and_changed() -> None:
    gap = gap_between(made(("look", "ab"), ("buy", "cd")), made(("look", "a"), ("buy", "bce"), c="Basket"))
    assert [(one.key, one.happened, one.stage_today, one.stage, one.changed) for one in gap.touchpoints] == [
        ("a", "kept", "look", "look", False),
        ("b", "moved", "look", "buy", False),
        ("c", "kept", "buy", "buy", True),
        ("e", "added", "", "buy", False),
        ("d", "removed", "buy", "", False),
    ]
    assert [one.happened for one in gap.stages] == ["kept", "kept"]


@pytest.mark.parametrize(
    ("today", "future", "expected"),
    [
        ("abcd", "abcd", "a:kept b:kept c:kept d:kept"),
        ("abcd", "dabc", "d:moved a:kept b:kept c:kept"),
        ("abcd", "bxd", "b:kept x:added d:kept a:removed c:removed"),
        ("ab", "xy", "x:added y:added a:removed b:removed"),
        ("abc", "cba", "c:kept b:moved a:moved"),
    ],
)
def test_only_the_stages_out_of_order_are_moved(today: str, future: str, expected: str) -> None:
    """The fewest that must be moved; of equal ways the first."""
    stages = gap_between(made(*((key, "") for key in today)), made(*((key, "") for key in future))).stages
    assert " ".join(f"{one.key}:{one.happened}" for one in stages) == expected


STAGES = [{"key": "look", "name": {"en": "Look"}, "touchpoints": []}]


def test_a_map_is_based_on_another_one_that_does_not_lead_back(store: Store) -> None:
    definitions = Definitions(store)

    def add(name: str, base: str = "") -> Journey:
        return rules.add(definitions, "1", {"name": name, "stages": STAGES, "based_on": base})

    def change(one: Journey, base: str) -> Journey:
        fields = {"name": one.name, "stages": STAGES, "based_on": base}
        return rules.change(definitions, stored_of(one), "1", fields, "")

    def code(one: Journey, base: str) -> str:
        with pytest.raises(InvalidDefinition) as found:
            change(one, base)
        return found.value.faults.all[0].code

    today = add("Today")
    future, later = add("Future", "today"), add("Later", "future")
    assert code(future, "future") == "based_on_itself"
    assert code(today, "later") == "based_circle"
    assert code(today, "nowhere") == "no_map"
    with pytest.raises(InvalidDefinition):
        add("Lost", "nowhere")
    definitions.delete(today)
    kept = change(future, "today")  # the reference stays, so that it can still be edited
    assert (kept.based_on, later.based_on) == ("today", "future")
