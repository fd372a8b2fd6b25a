"""The state of an opportunity, the days around its shipping, and what it kept then."""

from __future__ import annotations

from datetime import date

import pytest

from rules.faults import Faults
from rules.journey import parse
from rules.opportunities import with_state
from rules.shipped import DaySpan, days_after, days_before
from store.definitions import Missing
from store.journeys import FrozenFigure, Journey, Opportunity, Stage

TODAY = date(2026, 11, 30)
IDEA = Opportunity(key="o", title="Trim the code", stage="buy")
JOURNEY = Journey(id="j", site="1", name="J", stages=(Stage("buy", {"en": "Buy"}),), opportunities=(IDEA,))


def state(journey: Journey | Faults) -> tuple[str, str]:
    assert isinstance(journey, Journey)
    return journey.opportunities[0].state, journey.opportunities[0].shipped_on


def test_shipping_sets_the_day_and_taking_it_back_loses_nothing() -> None:
    shipped = with_state(JOURNEY, "o", "shipped", TODAY)
    assert state(shipped) == ("shipped", "2026-11-30")
    assert isinstance(shipped, Journey)
    back = with_state(shipped, "o", "planned", TODAY)
    assert state(back) == ("planned", "2026-11-30")
    assert isinstance(back, Journey)
    assert state(with_state(back, "o", "shipped", date(2026, 12, 2))) == ("shipped", "2026-11-30")


def test_an_unknown_state_and_an_unknown_opportunity_are_reported() -> None:
    found = with_state(JOURNEY, "o", "done", TODAY)
    assert isinstance(found, Faults)
    assert [(one.field, one.code) for one in found] == [("state", "choice")]
    with pytest.raises(Missing):
        with_state(JOURNEY, "gone", "idea", TODAY)


def test_as_many_days_after_as_before_and_the_day_itself_in_neither() -> None:
    before = days_before(date(2026, 3, 1))
    assert before == DaySpan(date(2026, 2, 1), date(2026, 2, 28))
    assert days_after(date(2026, 3, 1), before) == DaySpan(date(2026, 3, 2), date(2026, 3, 29))
    week = DaySpan(date(2026, 2, 20), date(2026, 2, 26))
    assert days_after(date(2026, 3, 1), week) == DaySpan(date(2026, 3, 2), date(2026, 3, 8))


@pytest.mark.parametrize(
    ("kept", "field", "code"),
    [
        (FrozenFigure("forward", 10, 11, "2026-01-01", "2026-01-28"), "before.k", "high"),
        (FrozenFigure("forward", 10, 1, "2026-01-28", "2026-01-01"), "before", "swapped"),
        (FrozenFigure("forward", 10, 1, "", "2026-01-28"), "before.since", "day"),
        (FrozenFigure("forward", 10, 1, "2026-01-01", "2026-02-30"), "before.until", "day"),
    ],
)
def test_a_figure_that_cannot_have_been_kept_is_rejected(kept: FrozenFigure, field: str, code: str) -> None:
    before = {name: getattr(kept, name) for name in kept.__struct_fields__}
    stages = [{"key": "buy", "name": {"en": "Buy"}, "touchpoints": []}]
    ideas = [{"key": "o", "title": "T", "stage": "buy", "before": before}]
    found = parse({"name": "J", "stages": stages, "opportunities": ideas}, "1")
    assert isinstance(found, Faults)
    assert (f"opportunities.0.{field}", code) in [(one.field, one.code) for one in found]
