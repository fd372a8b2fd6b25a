"""The templates of journey maps: the rules accept each, in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rules.faults import accepted
from rules.journey import parse
from rules.journey_lanes import laid_out
from rules.journey_template import (
    KINDS,
    NewMap,
    copy_fields,
    fields_from,
    future_fields,
    template,
    template_kind,
    template_kinds,
)
from rules.shape import plain
from store.journeys import Journey, Stage

KEYS = [one.key for kind in template_kinds() for one in kind.templates]
NINE = [
    "awareness", "evaluation", "interest", "intent", "purchase", "post_purchase", "retention", "advocacy", "loyalty",
]  # fmt: skip


def made(key: str, new: NewMap) -> Journey:
    found = template(key)
    assert found
    return accepted(parse(fields_from(*found, new), "1"))


def texts(value: Any) -> list[dict[str, str]]:
    """Every text in several languages in plain values."""
    if isinstance(value, dict):
        if "en" in value:
            return [value]
        return [text for one in value.values() for text in texts(one)]
    return [text for one in value for text in texts(one)] if isinstance(value, list | tuple) else []


def test_each_kind_of_map_has_its_file_and_keys_are_unique() -> None:
    assert [kind.kind for kind in template_kinds()] == list(KINDS)
    assert len(KEYS) == len(set(KEYS))
    assert {"nine-stages", "shop", "software", "content", "quote", "eight-moments"} <= set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_the_rules_accept_a_map_of_each_template(key: str) -> None:
    journey = made(key, NewMap("A map", "fr", "2027-01-01"))
    assert (journey.name, journey.review_on) == ("A map", "2027-01-01")
    assert journey.objective
    assert [persona.segment for persona in journey.personas] == [""]
    assert all(cell.evidence == "assumed" for cell in journey.cells)
    assert laid_out(journey) == journey


@pytest.mark.parametrize("kind", KINDS)
def test_every_text_is_in_both_languages(kind: Any) -> None:
    found = texts(plain(template_kind(kind)))
    assert found
    assert all(set(text) == {"en", "fr"} and all(text.values()) for text in found)
    english = [text["en"] for text in found]
    assert not [words for words in english if re.search(r"[éèêàç]", words)]


def test_the_nine_stages_are_those_of_a_whole_relationship() -> None:
    stages = made("nine-stages", NewMap("A map")).stages
    assert [stage.key for stage in stages] == NINE
    assert len(stages) == 9
    assert [stages[0].name["fr"], stages[7].name["en"], stages[8].key] == ["Sensibilisation", "Advocacy", "loyalty"]


def test_a_blueprint_has_its_three_lines_in_order() -> None:
    lanes = [(lane.key, lane.kind) for lane in made("five-evidences", NewMap("A map")).lanes]
    kinds = dict(lanes)
    order = ["actions", "line_of_interaction", "front_stage", "line_of_visibility", "back_stage",
             "line_of_internal_interaction", "support"]  # fmt: skip
    assert [key for key, _ in lanes if key in order] == order
    assert [kinds[key] for key in order if key.startswith("line")] == ["line", "line", "line"]


def test_the_only_goal_of_a_site_is_the_goal_of_the_map() -> None:
    one = made("shop", NewMap("A map", goals=("order",)))
    assert one.goals == ("order",)
    assert [stage.key for stage in one.stages if stage.completes] == ["payment"]
    assert made("shop", NewMap("A map", goals=("order", "signup"))).goals == ()


def test_a_future_state_copies_stages_touchpoints_and_personas() -> None:
    current = made("shop", NewMap("A map", goals=("order",)))
    current = accepted(parse({**copy_fields(current, "Today")}, "1"))
    future = accepted(parse(future_fields(current, NewMap("Tomorrow", "en", "2027-01-01")), "1"))
    assert (future.kind, future.based_on, future.name) == ("future", "today", "Tomorrow")
    assert future.stages == current.stages
    assert future.personas == current.personas
    assert future.cells == ()
    assert "gap" in [lane.kind for lane in future.lanes]


def test_a_copy_has_everything_but_its_id() -> None:
    current = made("shop", NewMap("A map"))
    copied = accepted(parse(copy_fields(current, "A map, copy"), "1"))
    assert copied.id == "a-map-copy"
    assert copied.cells == current.cells
    assert copied.stages == current.stages


def test_a_map_without_any_persona_gets_one_in_its_future_state() -> None:
    current = Journey(id="now", site="1", name="Now", stages=(Stage("a", {"en": "A"}, goal={"en": "x"}),))
    future = accepted(parse(future_fields(current, NewMap("Later")), "1"))
    assert [persona.name for persona in future.personas] == ["Typical customer"]
    assert future.stages[0].goal == {}
