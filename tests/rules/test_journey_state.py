"""The state of a journey map."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from rules.journey_state import map_state
from store.journeys import Journey, LaneCell, Matcher, Stage, Touchpoint

TODAY = date(2026, 11, 23)
EMPTY = Journey(id="a", site="1", name="A", stages=(Stage("s", {"en": "S"}),), review_on="2026-12-01")
TYPED = LaneCell(lane="goal", stage="s", text={"en": "Find"})
CALL = Touchpoint("call", {"en": "Call"}, (), (Matcher(on="offsite", name="call"),))


@pytest.mark.parametrize(
    ("journey", "state"),
    [
        (EMPTY, "draft"),
        (replace(EMPTY, cells=(TYPED,)), "draft"),  # only assumed
        (replace(EMPTY, cells=(replace(TYPED, evidence="research"),)), "use"),
        (replace(EMPTY, stages=(Stage("s", {"en": "S"}, (Touchpoint("x", {"en": "X"}, ()),)),)), "draft"),
        (replace(EMPTY, stages=(Stage("s", {"en": "S"}, (CALL,)),)), "use"),
        (replace(EMPTY, stages=(Stage("s", {"en": "S"}, (CALL,)),), review_on=""), "draft"),
        (replace(EMPTY, review_on="2026-11-24"), "draft"),
        (replace(EMPTY, review_on="2026-11-23"), "due"),
        (replace(EMPTY, review_on="2026-11-22"), "due"),
    ],
)
def test_a_map_is_in_use_a_draft_or_due_for_review(journey: Journey, state: str) -> None:
    assert map_state(journey, TODAY) == state
