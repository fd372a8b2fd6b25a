"""Every change of a journey has a sentence in both languages, and every map a picture."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from rules.journey_change import CHANGES, JourneyChange, Value
from rules.journey_template import template_kinds
from store.journeys import Journey, LaneCell, Stage
from viewer.pages.frame.languages import CODES, language
from viewer.pages.journey.change_words import TARGETS, change_words
from viewer.pages.journey.chooser import blank_card, template_groups
from viewer.pages.journey.picture import HEIGHT, WIDTH, MapPicture, map_picture

VALUES: dict[str, Value] = {
    "name": {"en": "Look", "fr": "Regarder"}, "stage": {"en": "Look"}, "lane": "emotion", "place": {"fr": "Panier"},
    "old": 0.5, "new": -1.0, "n": 2, "day": "2020-11-21", "metric": "forward",
}  # fmt: skip
NAMED = {"kind": ("current", "future"), "evidence": ("assumed", "research"), "opportunity_state": ("idea", "shipped")}
NAMED |= dict.fromkeys(TARGETS, ("at least 0.7", "at most 0.8"))


def example(code: str) -> JourneyChange:
    fields = [name for _, name, _, _ in Formatter().parse(CHANGES[code]) if name]
    old, new = NAMED.get(code, (VALUES["old"], VALUES["new"]))
    return JourneyChange(code, {name: {"old": old, "new": new}.get(name, VALUES[name]) for name in fields})


@pytest.mark.parametrize("code", CHANGES)
def test_a_change_has_a_sentence_in_both_languages(code: str) -> None:
    sentences = [change_words(language(one), example(code)) for one in CODES]
    assert len(set(sentences)) == len(CODES)
    for sentence in sentences:
        assert sentence.endswith(".")
        assert "%(" not in sentence
        assert "{" not in sentence


def test_values_are_written_as_the_reader_does() -> None:
    french = language("fr")
    assert change_words(french, example("mood_changed")).endswith("+0,5 est devenu −1,0.")
    assert "21 novembre 2020" in change_words(french, example("review"))
    assert "supposé est devenu étudié" in change_words(french, example("evidence"))
    assert "Regarder" in change_words(french, example("lane_added"))
    assert "avec 2 points de contact" in change_words(french, example("stage_removed"))


def test_a_target_is_written_as_the_map_does() -> None:
    assert change_words(language("en"), example("touchpoint_target")).endswith("at least 70.0% became at most 80.0%.")
    wait = JourneyChange("touchpoint_target_set", {"name": "Basket", "metric": "time_to_next", "new": "at most 30000"})
    assert re.search(r"au plus 30\ss\.$", change_words(language("fr"), wait))


def fits(picture: MapPicture) -> bool:
    boxes = all(box.x >= 0 and box.x + box.width <= WIDTH and box.y + box.height <= HEIGHT for box in picture.boxes)
    return boxes and all(0 <= line.y1 <= HEIGHT and 0 <= line.x1 <= WIDTH for line in picture.lines)


@pytest.mark.parametrize("code", CODES)
def test_every_template_has_a_picture_that_fits(code: str) -> None:
    current = Journey(id="now", site="1", name="Now", stages=(Stage("a", {"en": "A"}), Stage("b", {"en": "B"})))
    groups = template_groups(language(code), [current])
    cards = [card for group in groups for card in group.cards]
    templates = [one.key for kind in template_kinds() for one in kind.templates]
    assert {card.value for card in cards} == {*templates, "future:now"} - {"blank"}
    assert all(fits(card.picture) for card in (*cards, blank_card(language(code), "")))
    assert len({repr(card.picture) for card in cards}) == len(cards)


def test_a_picture_shows_stages_touchpoints_the_curve_and_the_goal() -> None:
    stages = tuple(Stage(f"s{i}", {"en": "S"}) for i in range(12))
    bare = map_picture(Journey(id="a", site="1", name="A", stages=stages))
    assert sum(box.css == "x" for box in bare.boxes) == 12
    assert (bare.curve, bare.goals) == ("", [])
    cells = tuple(LaneCell(lane="emotion", stage=f"s{i}", mood=mood) for i, mood in enumerate((-2.0, 2.0, 0.0)))
    goal = (Stage("s0", {"en": "S"}, completes="order"), *stages[1:])
    full = map_picture(Journey(id="a", site="1", name="A", stages=goal, cells=cells))
    assert full.curve.count("C") == 2
    assert len(full.goals) == 1
    assert fits(full)
