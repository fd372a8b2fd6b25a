"""The figures of an opportunity before and after it was shipped: which ones, of which place, which differ by chance."""

from __future__ import annotations

import pytest

from aggregator.answers.opportunity_effect import (
    EffectFigure,
    PlaceMetric,
    compared_figures,
    measured_place,
    place_metrics,
    share_at,
)
from aggregator.measures.share_differences import share_difference
from aggregator.measures.shares import ShareOf, share_of
from store.journeys import Journey, Matcher, Opportunity, Stage, Touchpoint
from tests.aggregator.test_may_win import STAGES, measure

JOURNEY = Journey(id="j", site="1", name="J", stages=STAGES)
MEASURED = measure((420, 1200), (400, 800), (50, 60), (0, 50))
FORWARD, FRUSTRATED = PlaceMetric("forward"), PlaceMetric("frustrated")


def metrics(stage: str, *targets: str, goal: str = "") -> list[tuple[str, str]]:
    place = measured_place(JOURNEY, Opportunity(key="o", title="O", stage=stage))
    assert place
    return [tuple(one) for one in place_metrics(place, MEASURED, targets, goal)]  # type: ignore[arg-type]


def test_each_place_has_the_three_figures_that_matter_there() -> None:
    assert metrics("look") == [("forward", ""), ("frustrated", ""), ("exits", "")]
    assert metrics("look", "forward", "engaged", "bounce") == [("forward", ""), ("frustrated", ""), ("bounce", "")]
    assert metrics("look", "bounce", goal="order") == [("forward", ""), ("frustrated", ""), ("goal", "order")]
    assert metrics("look", goal="of no map") == [("forward", ""), ("frustrated", ""), ("exits", "")]
    assert metrics("buy", goal="order") == [("goal", "order"), ("frustrated", ""), ("exits", "")]
    assert metrics("after") == [("frustrated", ""), ("exits", ""), ("reach", "")]


def test_a_stage_of_several_touchpoints_is_measured_as_one() -> None:
    called = Touchpoint("call", {"en": "Call"}, (), (Matcher(on="offsite", name="call"),))
    stages = (Stage("look", {"en": "Look"}, (STAGES[0].touchpoints[0], called)), *STAGES[1:])
    journey = Journey(id="j", site="1", name="J", stages=stages)
    place = measured_place(journey, Opportunity(key="o", title="O", stage="look"))
    assert place
    assert (place.number, place.stage, place.touchpoint.pages) == (1, 0, ("/list",))
    assert [one.name for one in place.touchpoint.matchers] == ["call"]
    assert place.journey.id != "j"
    at_one = measured_place(journey, Opportunity(key="o", title="O", stage="look", touchpoint="call"))
    assert at_one
    assert (at_one.journey, at_one.number) == (journey, 2)
    assert measured_place(journey, Opportunity(key="o", title="O", stage="look", touchpoint="gone")) is None
    assert measured_place(journey, Opportunity(key="o", title="O", stage="gone")) is None


def test_shares_are_those_of_the_place() -> None:
    place = measured_place(JOURNEY, Opportunity(key="o", title="O", stage="buy"))
    assert place
    assert share_at(place, MEASURED, PlaceMetric("goal", "order")) == share_of(50, 60)
    assert share_at(place, MEASURED, FRUSTRATED) is None
    assert share_at(place, MEASURED, PlaceMetric("engaged")) is None


def compared(
    before: dict[PlaceMetric, tuple[int, int]], after: dict[PlaceMetric, tuple[int, int]]
) -> list[EffectFigure]:
    def share(k: int, n: int) -> ShareOf:
        found = share_of(k, n)
        assert found
        return found

    kept = {key: (share(*one), True) for key, one in before.items()}
    return list(compared_figures(kept, {key: share(*one) for key, one in after.items()}))


def test_a_difference_is_beyond_chance_by_its_interval_and_its_adjusted_p() -> None:
    forward, frustrated = compared(
        {FORWARD: (500, 1000), FRUSTRATED: (100, 1000)}, {FORWARD: (560, 1000), FRUSTRATED: (131, 1000)}
    )
    ps = [share_difference(500, 1000, 560, 1000).p, share_difference(100, 1000, 131, 1000).p]
    assert ps[0] is not None
    assert ps[1] is not None
    largest = max(ps[0], ps[1])
    assert frustrated.adjusted == pytest.approx(largest)
    assert forward.adjusted == pytest.approx(min(2 * min(ps[0], ps[1]), largest))
    assert (forward.beyond_chance, forward.worse) == (True, False)
    assert (frustrated.beyond_chance, frustrated.worse) == (True, True)


def test_few_visitors_and_shares_of_visits_are_not_tested() -> None:
    exits = PlaceMetric("exits")
    few, untested = compared({FORWARD: (9, 19), exits: (500, 1000)}, {FORWARD: (90, 190), exits: (700, 1000)})
    assert (few.after, few.difference, few.beyond_chance) == (share_of(90, 190), None, None)
    assert untested.difference
    assert (untested.adjusted, untested.beyond_chance, untested.worse) == (None, None, False)
    (nobody,) = compared({FORWARD: (9, 190)}, {})
    assert (nobody.after, nobody.difference) == (None, None)
