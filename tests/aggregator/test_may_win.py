"""What an opportunity may win: worked out by hand, and never below zero."""

from __future__ import annotations

from math import sqrt

import pytest

from aggregator.answers.journey import JourneyMeasure
from aggregator.answers.opportunities import opportunity_figures
from aggregator.measures.journey_figures import (
    Frustration,
    GoalOfJourney,
    JourneyFigures,
    Spread,
    StageFigures,
    TouchpointFigures,
    WindowShare,
)
from aggregator.measures.may_win import DevicePlace, win_by_device, win_by_target
from aggregator.measures.shares import ShareOf, share_of
from store.journeys import Journey, KpiTarget, Opportunity, Stage, Touchpoint
from store.segments import Action, Goal

NOBODY = Spread(0, None, None)


def share(k: int, n: int) -> ShareOf:
    found = share_of(k, n)
    assert found
    return found


def wilson(k: int, n: int) -> tuple[float, float]:
    z2 = 1.959963984540054**2
    half = sqrt(z2 * (k * (n - k) / n + z2 / 4)) / (n + z2)
    return (k + z2 / 2) / (n + z2) - half, (k + z2 / 2) / (n + z2) + half


def test_a_target_wins_what_is_missing_over_the_whole_interval() -> None:
    # Wilson of 400 of 800: 46.5435 % to 53.4565 %; 60 % is 6.5435 to 13.4565 points away
    win = win_by_target(1000, share(400, 800), 0.6)
    assert (win.low, win.high) == pytest.approx((65.435, 134.565), abs=0.01)
    assert (win.visitors, win.kind, win.wanted) == (1000, "target", 0.6)


def test_a_target_inside_the_interval_wins_from_nothing_and_a_met_one_nothing() -> None:
    inside = win_by_target(1000, share(400, 800), 0.51)
    assert inside.low == 0
    assert inside.high == pytest.approx(44.565, abs=0.01)
    met = win_by_target(1000, share(400, 800), 0.4)
    assert (met.low, met.high) == (0, 0)


def test_the_others_are_held_against_the_best_device() -> None:
    # desktop 120 of 200, phone 300 of 1000: Newcombe of the gap is 22.4954 to 37.0978 points, of 1100 phone visitors
    win = win_by_device(
        {
            "phone": DevicePlace(1100, share(300, 1000)),
            "tablet": DevicePlace(0, None),
            "desktop": DevicePlace(260, share(120, 200)),
        }
    )
    assert win
    assert (win.device, win.visitors, win.own.of, win.wanted) == ("desktop", 1100, 1000, 0.6)
    assert (win.low, win.high) == pytest.approx((247.449, 408.076), abs=0.02)
    (l0, u0), (l1, u1) = wilson(300, 1000), wilson(120, 200)
    assert win.low == pytest.approx(1100 * (0.3 - sqrt((0.6 - l1) ** 2 + (u0 - 0.3) ** 2)))
    assert win.high == pytest.approx(1100 * (0.3 + sqrt((u1 - 0.6) ** 2 + (0.3 - l0) ** 2)))


def test_a_device_with_few_visitors_is_no_measure() -> None:
    assert win_by_device({"phone": DevicePlace(900, share(300, 900)), "tablet": DevicePlace(19, share(19, 19))}) is None
    assert (
        win_by_device({"phone": DevicePlace(199, share(30, 199)), "desktop": DevicePlace(199, share(9, 199))}) is None
    )
    assert win_by_device({}) is None


TOUCHPOINTS = (
    Touchpoint("list", {"en": "List"}, ("/list",)),
    Touchpoint("basket", {"en": "Basket"}, ("/basket",), targets=(KpiTarget("forward", 0.6),)),
    Touchpoint("thanks", {"en": "Thanks"}, ("/thanks",)),
    Touchpoint("help", {"en": "Help"}, ("/help",)),
)
STAGES = (
    Stage("look", {"en": "Look"}, TOUCHPOINTS[:1]),
    Stage("intend", {"en": "Intend"}, TOUCHPOINTS[1:2]),
    Stage("buy", {"en": "Buy"}, TOUCHPOINTS[2:3], completes="order"),
    Stage("after", {"en": "After"}, TOUCHPOINTS[3:]),
)


def measure(*shares: tuple[int, int]) -> JourneyMeasure:
    """Of each touchpoint, alone in its stage, those who went on and reached the goal, and its visitors."""

    def window(k: int, n: int) -> WindowShare:
        return WindowShare(share_of(k, n), 0)

    def touchpoint(k: int, n: int) -> TouchpointFigures:
        return TouchpointFigures(
            visitors=n, few=n < 20, reach=None, entries=None, exits=None, ends_well=False, bounce=None,
            forward=window(k, n), back=None, steps={}, goals={"order": window(k, n)}, next=None, next_ms=NOBODY,
            fit=None, engaged_ms=NOBODY, frustration=Frustration(None, None, None, None, None),
        )  # fmt: skip

    stages = tuple(StageFigures(n, window(k, n), None, {"order": window(k, n)}, NOBODY, {}) for k, n in shares)
    touchpoints = {i: touchpoint(*one) for i, one in enumerate(shares, 1)}
    figures = JourneyFigures(2000, 2000, stages, touchpoints, {"order": GoalOfJourney(None, NOBODY)})
    return JourneyMeasure(figures, {}, {}, {3: Goal(id="order", site="1", name="Order", action=Action(what="saw"))})


def test_each_place_is_measured_by_what_should_happen_there() -> None:
    ideas = [
        Opportunity(key="target", title="T", stage="intend", touchpoint="basket"),
        Opportunity(key="device", title="D", stage="look"),
        Opportunity(key="goal", title="G", stage="buy", touchpoint="thanks", state="testing"),
        Opportunity(key="end", title="E", stage="after", touchpoint="help"),
        Opportunity(key="gone", title="X", stage="look", touchpoint="removed"),
        Opportunity(key="done", title="S", stage="look", state="shipped"),
    ]
    journey = Journey(id="j", site="1", name="J", stages=STAGES, opportunities=tuple(ideas))
    whole = measure((420, 1200), (400, 800), (50, 60), (0, 50))
    devices = {
        "phone": measure((300, 1000), (1, 1), (0, 0), (0, 0)),
        "desktop": measure((120, 200), (1, 1), (5, 9), (0, 0)),
    }
    found = opportunity_figures(journey, whole, devices)
    assert found["target"].win == win_by_target(800, share(400, 800), 0.6)
    assert found["device"].win == win_by_device(
        {"phone": DevicePlace(1000, share(300, 1000)), "desktop": DevicePlace(200, share(120, 200))}
    )
    assert found["goal"].now
    assert (found["goal"].now.metric, found["goal"].now.share, found["goal"].no_win) == (
        "goal", share(50, 60), "nothing_like",
    )  # fmt: skip
    assert [found[key].no_win for key in ("end", "gone", "done")] == ["at_end", "at_end", "closed"]
