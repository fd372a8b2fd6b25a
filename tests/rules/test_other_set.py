"""What a question is compared with."""

from __future__ import annotations

from datetime import date

import pytest

from rules.faults import Faults
from rules.filters import Filter
from rules.other_set import SET_KINDS, TwoSets, two_sets
from rules.period import Period
from rules.question import Question
from store.segments import Group, Rule

TODAY = date(2026, 11, 30)
MAIL = Question(site=1, page="shop.example/", filters=(Filter("channel", ("mail",)),))


def made(text: str, question: Question = MAIL) -> TwoSets:
    sets = two_sets(question, text, TODAY)
    assert isinstance(sets, TwoSets), sets
    return sets


def test_the_period_before_is_as_long():
    sets = made("before")
    assert sets.a.period == Period(since=date(2026, 10, 6), until=date(2026, 11, 2))
    assert sets.b == MAIL
    assert made("period:2026-01-01..2026-01-02").a.period == Period(since=date(2026, 1, 1), until=date(2026, 1, 2))


def test_the_rest_is_everybody_else():
    rest = made("rest").a
    assert rest.group == Group(match="none", groups=(Group(rules=(Rule(what="channel", values=("mail",)),)),))


def test_another_segment_takes_the_place_of_filters():
    sets = made('segment:{"rules":[{"what":"country","values":["FR"]}]}')
    assert sets.a.group == Group(rules=(Rule(what="country", values=("FR",)),))
    assert made("segment:buyers").a.segment == "buyers"


def test_those_who_left_and_those_who_went_on():
    sets = made("left:order")
    reached = Rule(what="goal", scope="visitor", name="order")
    mail = Rule(what="channel", values=("mail",))
    assert sets.b.group == Group(rules=(mail,), groups=(Group(rules=(reached,)),))
    assert sets.a.group == Group(rules=(mail,), groups=(Group(match="none", rules=(reached,)),))


def test_devices_and_variants():
    assert made("device:phone").a.device == "phone"
    assert made("variant:button:b").a.variant == ("button", "b")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("yesterday", "choice"),
        ("device:watch", "choice"),
        ("variant:b", "variant_form"),
        ("period:2026-02-30..2026-03-01", "day"),
        ("period:2026-03-02..2026-03-01", "swapped"),
        ("segment:", "missing"),
        ("segment:{", "not_json"),
        ("left:", "missing"),
    ],
)
def test_a_bad_set_is_a_fault(text: str, code: str):
    sets = two_sets(MAIL, text, TODAY)
    assert isinstance(sets, Faults)
    assert [one.code for one in sets] == [code]
    assert text.partition(":")[0] not in SET_KINDS or sets.sentence


def test_everybody_has_no_rest():
    sets = two_sets(Question(site=1, page="shop.example/"), "rest", TODAY)
    assert isinstance(sets, Faults)
    assert [one.code for one in sets] == ["rest_of_all"]
