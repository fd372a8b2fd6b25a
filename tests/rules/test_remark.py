"""Notes: answers of two people are merged, and mentions are read from the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rules.remark import mentions, merged
from store.remarks import Answer, Remark

NOTE = Remark(id="a", site="1", text="x", author="odile", time=1, page="shop.example/")
ANSWERS = st.dictionaries(st.integers(0, 40), st.integers(0, 5)).map(
    lambda found: tuple(Answer(f"a{n}", f"text {n}", "odile", n % 7) for n in found)
)


@given(ANSWERS, ANSWERS, ANSWERS)
def test_a_merge_keeps_every_answer_once_in_whatever_order_changes_arrive(
    one: tuple[Answer, ...], two: tuple[Answer, ...], three: tuple[Answer, ...]
) -> None:
    a, b, c = (replace(NOTE, answers=answers) for answers in (one, two, three))
    every = merged(merged(a, b), c)
    assert every == merged(a, merged(b, c)) == merged(merged(c, b), a)
    assert {answer.id for answer in every.answers} == {answer.id for answer in (*one, *two, *three)}
    assert len(every.answers) == len({answer.id for answer in every.answers})
    assert merged(every, every) == every
    assert [answer.time for answer in every.answers] == sorted(answer.time for answer in every.answers)


def test_a_merge_keeps_what_is_stored_of_everything_else() -> None:
    stored = replace(NOTE, version=5, resolved=True, text="newer")
    assert merged(stored, replace(NOTE, version=4)) == stored


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@shop look", ("shop",)),
        ("(@shop, @shop!)", ("shop",)),
        ("@data.team.", ("data.team",)),
        ("me@shop", ()),
        ("@nobody", ()),
        ("@shops", ()),
        ("@" * 2_000, ()),
    ],
)
def test_mentions_name_people_who_exist(text: str, found: tuple[str, ...]) -> None:
    assert mentions(text, {"shop", "data.team"}) == found
