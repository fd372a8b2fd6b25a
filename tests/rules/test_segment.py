"""The rules of a segment: what is refused, and how names are looked up."""

from __future__ import annotations

import pytest

from rules.faults import Faults
from rules.presets import presets
from rules.resolved_rules import KnownNames, answers_of
from rules.segment import parse_text, parse_tree, rule_faults, text_of_tree
from store.page_groups import PageGroup
from store.resolved_rules import ResolvedAction, ResolvedRule
from store.segments import Action, Goal, Group, Rule, every_rule
from store.surveys import Survey, SurveyOption, SurveyQuestion

ORDER = Goal(id="order", version=1, site="1", name="Order", action=Action(what="sent", name="paid"), within_days=7)
LAMPS = PageGroup(
    id="1.lamps", version=1, site="1", key="lamps", name="Lamps", pages=("/lamps/*",), without=("/lamps/old",)
)
NAMES = KnownNames(goals=(ORDER,), groups=(LAMPS,))


def codes(rule: Rule) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in rule_faults(rule)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule(what="clicked", days=7), [("days", "days_of_visitors")]),
        (Rule(what="clicked", scope="visitor", days=7), []),
        (Rule(what="hour", how="contains", values=("x",)), [("how", "choice")]),
        (Rule(what="viewport", how="contains_not", values=("300",)), [("how", "choice")]),
        (Rule(what="saw", element="00000000000000a1"), [("page", "page_of_element")]),
        (Rule(what="saw", values=("a*" * 11,)), [("values.0", "wildcards_many")]),
        (Rule(what="sent", name="*" * 11), [("name", "wildcards_many")]),
        (Rule(what="saw", order="before", other=Action(what="sent")), [("other.name", "name_missing")]),
        (Rule(what="answered"), [("name", "name_missing")]),
        (Rule(what="answered", name="after/reason", least=9, most=3), [("least", "amounts_swapped")]),
    ],
)
def test_faults_between_the_fields_of_a_rule(rule: Rule, expected: list[tuple[str, str]]) -> None:
    assert codes(rule) == expected


@pytest.mark.parametrize("text", ["[" * 100_000, "{", '{"rules": 3}', '{"rules": [{"what": "nothing"}]}', "null"])
def test_what_is_no_tree_is_a_fault(text: str) -> None:
    assert isinstance(parse_text(text), Faults)


def test_deep_and_long_trees_are_faults() -> None:
    deep: dict[str, object] = {}
    for _ in range(50):
        deep = {"groups": [deep]}
    long = {"rules": [{"what": "channel", "values": ["mail"]}] * 10_000}
    for raw, code in ((deep, "tree_deep"), (long, "tree_long")):
        found = parse_tree(raw)
        assert isinstance(found, Faults)
        assert [one.code for one in found] == [code]


def test_an_answer_is_named_by_survey_question_and_option() -> None:
    reason = SurveyQuestion(id="reason", kind="one", text={"en": "Why?", "fr": "Pourquoi ?"},
                            options=(SurveyOption(id="price", text={"en": "The price"}),))  # fmt: skip
    answers = answers_of([Survey(id="after", version=1, site="1", name="After", questions=(reason,))])
    names = KnownNames(answers=frozenset(answers))
    for name, known in (("after", True), ("after/reason", True), ("after/reason/price", True), ("After", False),
                        ("after/reason/size", False), ("after/price", False), ("other/reason", False)):  # fmt: skip
        tree = Group(rules=(Rule(what="answered", name=name),))
        faults = [(one.field, one.code) for one in names.unknown(tree)]
        assert faults == ([] if known else [("rules.0.name", "no_answer")]), name
    assert answers["after/reason/price"] == "After: Why? The price"


def test_a_goal_is_its_action_within_its_window() -> None:
    tree = Group(rules=(Rule(what="goal", name="Order", scope="visitor", times=2, days=30),))
    (rule,) = NAMES.resolved(tree).rules
    assert isinstance(rule, ResolvedRule)
    assert (rule.what, rule.name, rule.times, rule.days, rule.within_days) == ("sent", "paid", 2, 30, 7)


def test_a_goal_may_be_what_comes_before_or_after() -> None:
    tree = Group(groups=(Group(rules=(Rule(what="saw", order="before", other=Action(what="goal", name="order")),)),))
    other = every_rule(NAMES.resolved(tree))[0].other
    assert isinstance(other, ResolvedAction)
    assert (other.what, other.name, other.within_days) == ("sent", "paid", 7)


def test_the_values_of_a_goal_are_those_of_its_event() -> None:
    tree = Group(rules=(Rule(what="value", scope="visitor", name="order", least=1),))
    assert NAMES.resolved(tree).rules[0].name == "paid"


def test_a_page_group_is_its_patterns() -> None:
    tree = Group(rules=(Rule(what="saw", values=("lamps", "/")), Rule(what="exit", values=("Lamps",))))
    saw, left = NAMES.resolved(tree).rules
    assert isinstance(saw, ResolvedRule)
    assert isinstance(left, ResolvedRule)
    assert saw.pages == (("/lamps/*", "!/lamps/old"), ("/",))
    assert left.pages == (("/lamps/*", "!/lamps/old"),)


def test_a_goal_that_was_deleted_is_a_fault() -> None:
    tree = Group(rules=(Rule(what="goal", name="gone"),), groups=(Group(rules=(Rule(what="goal", name="order"),)),))
    found = list(NAMES.unknown(tree))
    assert [(one.field, one.code) for one in found] == [("rules.0.name", "no_goal")]


def test_presets_are_valid_trees() -> None:
    assert set(presets()) < set(presets("order"))
    for key, tree in presets("order").items():
        assert parse_text(text_of_tree(tree)) == tree, key
        assert not list(NAMES.unknown(tree))
