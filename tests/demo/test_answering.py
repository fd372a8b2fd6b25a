"""The surveys of the demo shop, and what its simulated visitors answer."""

from __future__ import annotations

from random import Random
from statistics import mean

import pytest

from parcours.demo.answering import BASKET, DONE, MISSED, RECENT, SHOWN, THANKS, answers_on, read_surveys, surveys
from rules.survey import parse
from store.surveys import Survey


def test_the_surveys_are_valid_and_have_all_texts_in_both_languages() -> None:
    for fields in surveys():
        made = parse(fields, "1")
        assert isinstance(made, Survey), made
        for texts in (made.thanks, *(one.text for one in made.questions)):
            assert set(texts) == {"en", "fr"}


def scores(page: str, *, trouble: bool) -> list[int]:
    found = (answers_on(page, "fr-FR", trouble=trouble, recent=False, random=Random(n)) for n in range(3_000))
    return [score for one in found if one for score in one.g if score is not None]


@pytest.mark.parametrize(("page", "worse"), [(BASKET, 1), (THANKS, -1)])
def test_those_whose_code_did_nothing_answer_worse(page: str, worse: int) -> None:
    with_trouble, without = scores(page, trouble=True), scores(page, trouble=False)
    assert min(len(with_trouble), len(without)) > 500
    assert (mean(with_trouble) - mean(without)) * worse > 2


def test_every_answer_is_one_of_the_survey_in_the_language_of_the_visitor() -> None:
    french = {text for texts in read_surveys()["texts"].values() for text in texts["fr"]}
    states, words = set(), set()
    for n in range(500):
        asked = answers_on(BASKET, "fr", trouble=n % 2 == 0, recent=n % 7 == 0, random=Random(n))
        assert asked is not None
        assert {len(getattr(asked, name)) for name in asked.__struct_fields__} == {len(asked.t)}
        assert asked.n == list(range(len(asked.t)))
        assert set(asked.q) <= {"", "effort", "what", "mend"}
        states.update(asked.k)
        words.update(asked.m)
    assert {MISSED, RECENT, SHOWN, DONE} <= states
    assert words - {""} <= french
    assert answers_on("/", "fr", trouble=False, recent=False, random=Random(1)) is None
