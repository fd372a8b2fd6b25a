"""The differences between two versions of a journey."""

from __future__ import annotations

import string
from typing import Any

import pytest
from msgspec.structs import replace

from rules.journey_change import CHANGES, SHOWN
from rules.journey_changes import journey_changes
from rules.journey_lanes import laid_out
from store.journeys import (
    Journey,
    KpiTarget,
    Lane,
    LaneCell,
    Matcher,
    Opportunity,
    Persona,
    Stage,
    Touchpoint,
)

BASKET = Touchpoint("basket", {"en": "Basket", "fr": "Panier"}, ("/basket",))
LIST = Touchpoint("list", {"en": "List"}, ("/lamps",))
LOOK = Stage("look", {"en": "Look", "fr": "Regarder"}, (LIST,))
BUY = Stage("buy", {"en": "Buy", "fr": "Acheter"}, (BASKET,))
LANES = (Lane("goal", "text", {"en": "Customer goal"}), Lane("emotion", "emotion", {"en": "Emotion"}))
GOAL = LaneCell(lane="goal", stage="look", text={"en": "Find a lamp"})
MOOD = LaneCell(lane="emotion", stage="buy", mood=0.5)
TENANT = Persona(key="tenant", name="The new tenant")
IDEA = Opportunity(key="code", title="Show where the code goes", stage="buy", touchpoint="basket")
MAP = Journey(
    id="lamp", site="1", name="First lamp", stages=(LOOK, BUY), lanes=LANES, cells=(GOAL, MOOD),
    personas=(TENANT,), opportunities=(IDEA,), review_on="2026-12-01",
)  # fmt: skip


def words(new: Journey, old: Journey = MAP) -> list[str]:
    return [change.sentence for change in journey_changes(old, new)]


def with_stages(*stages: Stage, **fields: Any) -> Journey:
    return replace(MAP, stages=stages, **fields)


CASES: list[tuple[Journey, list[str]]] = [
    (MAP, []),
    (replace(MAP, name="Second lamp"), ["Name: “First lamp” became “Second lamp”."]),
    (replace(MAP, objective="Sell"), ["Objective: “Sell”."]),
    (
        replace(MAP, opportunities=(replace(IDEA, owner="Shop team", effort="small"),)),
        [
            "Opportunity “Show where the code goes”, owner: – became Shop team.",
            "Opportunity “Show where the code goes”, effort: – became small.",
        ],
    ),
    (replace(MAP, review_on="2027-03-01"), ["Review on 2027-03-01."]),
    (replace(MAP, review_on=""), ["Review date removed."]),
    (replace(MAP, window_days=14), ["Time window: 30 to 14 days."]),
    (replace(MAP, goals=("order",)), ["Goals of the map changed."]),
    (replace(MAP, kind="blueprint"), ["Kind of map: current became blueprint."]),
    (with_stages(BUY, LOOK), ["Order of the stages changed."]),
    (with_stages(replace(LOOK, name={"en": "See"}), BUY), ["Stage “Look” renamed to “See”."]),
    (with_stages(LOOK, replace(BUY, window_days=7)), ["Time window of stage “Buy”: 0 to 7 days."]),
    (with_stages(LOOK, replace(BUY, completes="order")), ["The goal that completes stage “Buy” changed."]),
    (with_stages(LOOK, BUY, Stage("help", {"en": "Help"})), ["Stage “Help” added (touchpoints: 0)."]),
    (  # its cell goes with it, its touchpoint too
        with_stages(BUY, cells=(MOOD,)),
        ["Stage “Look” removed (touchpoints: 1)."],
    ),
    (  # a merge of two stages: the touchpoint moves, and what is written at it moves along
        with_stages(replace(BUY, touchpoints=(LIST, BASKET)), cells=(MOOD,)),
        ["Stage “Look” removed (touchpoints: 1).", "Touchpoint “List” moved from stage “Look” to stage “Buy”."],
    ),
    (
        with_stages(LOOK, replace(BUY, touchpoints=()), opportunities=()),
        ["Touchpoint “Basket” removed from stage “Buy”.", "Opportunity “Show where the code goes” removed."],
    ),
    (
        with_stages(replace(LOOK, touchpoints=(LIST, Touchpoint("ad", {"en": "Advert"}, ()))), BUY),
        ["Touchpoint “Advert” added to stage “Look”."],
    ),
    (
        with_stages(LOOK, replace(BUY, touchpoints=(replace(BASKET, name={"en": "Cart"}),))),
        ["Touchpoint “Basket” renamed to “Cart”."],
    ),
    (
        with_stages(LOOK, replace(BUY, touchpoints=(replace(BASKET, matchers=(Matcher(on="event", name="add"),)),))),
        ["What counts as touchpoint “Basket”: – became event: add."],
    ),
    (
        with_stages(LOOK, replace(BUY, touchpoints=(replace(BASKET, targets=(KpiTarget("forward", 0.7),)),))),
        ["Target of touchpoint “Basket”, forward: at least 0.7."],
    ),
    (replace(MAP, lanes=LANES[::-1]), ["Order of the lanes changed."]),
    (replace(MAP, lanes=LANES[:1], cells=(GOAL,)), ["Lane “Emotion” removed."]),
    (replace(MAP, lanes=(LANES[0], replace(LANES[1], hidden=True))), ["Lane “Emotion” hidden."]),
    (replace(MAP, lanes=(replace(LANES[0], name={"en": "Aim"}), LANES[1])), ["Lane “Customer goal” renamed to “Aim”."]),
    (
        replace(MAP, cells=(replace(GOAL, text={"en": "Find the lamp"}), MOOD)),
        ["“Customer goal” of “Look” changed: “Find a lamp” became “Find the lamp”."],
    ),
    (replace(MAP, cells=(MOOD,)), ["“Customer goal” of “Look” emptied: “Find a lamp”."]),
    (
        replace(MAP, cells=(GOAL, MOOD, LaneCell(lane="goal", stage="buy", touchpoint="basket", text={"en": "Pay"}))),
        ["“Customer goal” of “Basket” written: “Pay”."],
    ),
    (replace(MAP, cells=(GOAL, replace(MOOD, mood=-1.0))), ["“Emotion” of “Buy”: +0.5 became -1."]),
    (replace(MAP, cells=(GOAL,)), ["“Emotion” of “Buy” has no value any more: it was +0.5."]),
    (
        replace(MAP, cells=(replace(GOAL, evidence="research", basis="4 of 9"), MOOD)),
        [
            "“Customer goal” of “Look”: assumed became research.",
            "“Customer goal” of “Look”, source: “–” became “4 of 9”.",
        ],
    ),
    (replace(MAP, personas=()), ["Persona “The new tenant” removed."]),
    (
        replace(MAP, personas=(replace(TENANT, segment="new"),)),
        ["Who is counted for persona “The new tenant” changed."],
    ),
    (
        replace(MAP, personas=(replace(TENANT, quote="Help!"),)),
        ["Persona “The new tenant”, quote: “–” became “Help!”."],
    ),
    (
        replace(MAP, opportunities=(replace(IDEA, state="shipped", shipped_on="2026-11-01"),)),
        [
            "Opportunity “Show where the code goes”: idea became shipped.",
            "Opportunity “Show where the code goes” changed.",
        ],
    ),
    (
        replace(MAP, opportunities=(replace(IDEA, touchpoint="list", stage="look"),)),
        ["Opportunity “Show where the code goes” moved from “Basket” to “List”."],
    ),
]


@pytest.mark.parametrize(("new", "sentences"), CASES)
def test_each_change_is_said_once(new: Journey, sentences: list[str]) -> None:
    assert words(new) == sentences


@pytest.mark.parametrize("new", [new for new, sentences in CASES if sentences])
def test_a_change_is_also_seen_backwards(new: Journey) -> None:
    assert words(MAP, new)


def test_a_text_that_only_moved_from_its_stage_into_a_cell_did_not_change() -> None:
    old = Journey(id="a", site="1", name="A", stages=(Stage("s", {"en": "S"}, goal={"en": "Find"}, pains=("slow",)),))
    assert words(laid_out(old), old) == []
    assert words(replace(old, lanes=()), laid_out(old)) == []


def test_a_touchpoint_that_moves_takes_its_cells_along() -> None:
    cell = LaneCell(lane="goal", stage="look", touchpoint="list", text={"en": "Compare"})
    old = replace(MAP, cells=(cell,))
    new = with_stages(
        replace(LOOK, touchpoints=()), replace(BUY, touchpoints=(LIST, BASKET)), cells=(replace(cell, stage="buy"),)
    )
    assert words(new, old) == ["Touchpoint “List” moved from stage “Look” to stage “Buy”."]


def test_a_long_text_is_quoted_in_part() -> None:
    (said,) = words(replace(MAP, objective="x" * 300))
    assert len(said) < SHOWN + 20
    assert "…" in said


def test_every_sentence_names_values_that_a_change_can_have() -> None:
    known = {"name", "metric", "old", "new", "n", "stage", "lane", "place", "day"}
    for sentence in CHANGES.values():
        assert {name for _, name, _, _ in string.Formatter().parse(sentence) if name} <= known


def test_a_text_of_the_map_stands_with_its_earlier_value() -> None:
    earlier = replace(MAP, objective="Sell", owner="Odile")
    assert words(replace(MAP, objective="Sell more", owner="Ann"), earlier) == [
        "Objective: “Sell” became “Sell more”.",
        "Owner: Odile became Ann.",
    ]
    assert words(MAP, earlier) == ["Objective removed.", "Owner removed."]


def test_what_counts_is_said_by_what_went_and_what_came() -> None:
    apply = Matcher(on="element", element="fecc6b5dd32f6084", page="/basket")
    old = replace(BASKET, pages=("/basket", "/cart"), matchers=(apply,))
    new = replace(old, pages=("/basket", "/pay"), matchers=(Matcher(on="event", name="order", least=10.0),))
    before, after = (with_stages(LOOK, replace(BUY, touchpoints=(one,))) for one in (old, new))
    assert words(after, before) == [
        "What counts as touchpoint “Basket”: /cart, element: /basket fecc6b5dd32f6084 became /pay, event: order 10 … ."
    ]
    turned = with_stages(LOOK, replace(BUY, touchpoints=(replace(old, pages=("/cart", "/basket"), matchers=()),)))
    plain = with_stages(LOOK, replace(BUY, touchpoints=(replace(old, matchers=()),)))
    assert words(turned, plain) == ["What counts as touchpoint “Basket”: /basket, /cart became /cart, /basket."]


def test_targets_and_expectations_stand_with_their_earlier_values() -> None:
    targets = (KpiTarget("forward", 0.7), KpiTarget("time_to_next", 30_000, "most"))
    old = replace(LIST, targets=targets, expected_next=("basket",))
    new = replace(LIST, targets=(KpiTarget("forward", 0.8), KpiTarget("reach", 0.5)))
    before, after = (with_stages(replace(LOOK, touchpoints=(one,)), BUY) for one in (old, new))
    assert words(after, before) == [
        "Target of touchpoint “List”, forward: at least 0.7 became at least 0.8.",
        "Target of touchpoint “List” removed, time_to_next: it was at most 30000.",
        "Target of touchpoint “List”, reach: at least 0.5.",
        "What is expected to follow touchpoint “List”: Basket became –.",
    ]
    (expected,) = (one for one in journey_changes(after, before) if one.code == "touchpoint_expected")
    assert expected.values["new"] == {"en": "Basket", "fr": "Panier"}
