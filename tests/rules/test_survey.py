"""The rules of surveys: branches, texts, what the browser can know, and what the site has."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from rules import survey
from rules.faults import Faults, InvalidDefinition
from rules.site import add_site
from store.asking import read_surveys
from store.client import Store
from store.definitions import Conflict, Definitions, Stored
from store.journeys import Journey, Matcher, Stage, Touchpoint
from store.page_groups import PageGroup
from store.records import Site
from store.segments import Group, Rule
from store.surveys import SurveyQuestion, same_wording

NPS = {"id": "nps", "kind": "nps", "text": {"en": "How likely?"}}
FIELDS: dict[str, Any] = {"name": "After", "questions": [NPS], "thanks": {"en": "Thanks"}}


@pytest.fixture
def definitions(store: Store) -> Definitions:
    return Definitions(store)


@pytest.fixture
def site(definitions: Definitions) -> Site:
    return add_site(definitions, "Shop", ["shop.example"])


def codes(fields: dict[str, Any]) -> set[tuple[str, str]]:
    found = survey.parse(fields, "1")
    return {(one.field, one.code) for one in found.all} if isinstance(found, Faults) else set()


def refused(definitions: Definitions, site: Site, **fields: Any) -> set[tuple[str, str]]:
    with pytest.raises(InvalidDefinition) as caught:
        survey.add(definitions, site.id, FIELDS | fields)
    return {(one.field, one.code) for one in caught.value.faults.all}


def test_a_branch_leads_on_and_never_back() -> None:
    questions = [
        NPS | {"id": "a", "branches": [{"to": "c", "least": 9}, {"to": "thanks"}]},
        NPS | {"id": "b", "branches": [{"to": "a"}]},
        NPS | {"id": "c", "branches": [{"to": "c"}]},
    ]
    assert codes(FIELDS | {"questions": questions}) == {
        ("questions.1.branches.0.to", "survey_branch"), ("questions.2.branches.0.to", "survey_branch"),
    }  # fmt: skip


def test_no_question_is_called_thanks_and_there_are_five_at_most() -> None:
    assert codes(FIELDS | {"questions": [NPS | {"id": "thanks"}]}) == {("questions.0.id", "twice")}
    many = [NPS | {"id": f"q{n}"} for n in range(6)]
    assert codes(FIELDS | {"questions": many}) == {("questions", "many")}


@pytest.mark.parametrize(
    ("branch", "wrong"),
    [
        ({"least": 8}, {("questions.0.branches.0.least", "whole_number")}),
        ({"least": 6, "most": 3}, {("questions.0.branches.0.least", "amounts_swapped")}),
        ({"options": ["x"]}, {("questions.0.branches.0.options", "choice")}),
        ({"least": 1, "most": 7}, set()),
        ({}, set()),
    ],
)
def test_a_branch_fits_the_scale_of_its_question(branch: dict[str, Any], wrong: set[tuple[str, str]]) -> None:
    question = {"id": "a", "kind": "ces", "text": {"en": "?"}, "branches": [{"to": "thanks", **branch}]}
    assert codes(FIELDS | {"questions": [question]}) == wrong


def test_every_text_is_there_in_the_language_of_the_others() -> None:
    options = [{"id": "a", "text": {"fr": "A"}}, {"id": "b", "text": {"fr": "B", "en": "B"}}]
    questions = [NPS | {"low": {"fr": "Non"}}, {"id": "w", "kind": "one", "text": {"en": "?"}, "options": options}]
    assert codes(FIELDS | {"questions": questions}) == {
        ("questions.0.low", "survey_language"), ("questions.1.options.0.text", "survey_language"),
    }  # fmt: skip


def test_rules_that_no_browser_knows_are_named() -> None:
    tree = Group(
        rules=(Rule(what="device", values=("phone",)),),
        groups=(Group(rules=(Rule(what="saw", page="/a"), Rule(what="channel", values=("mail",)))),),
    )
    assert [rule.what for rule in survey.unknown_rules(tree)] == ["saw", "channel"]
    assert survey.unknown_rules(Group()) == ()


def test_a_touchpoint_is_resolved_to_what_the_browser_can_see(definitions: Definitions, site: Site) -> None:
    basket = Touchpoint(key="basket", name={"en": "Basket"}, pages=("/basket",),
                        matchers=(Matcher(on="event", name="code_refused", page="/basket"),))  # fmt: skip
    mail = Touchpoint(key="mail", name={"en": "Mail"}, pages=(), matchers=(Matcher(on="channel", channel="mail"),))
    stage = Stage(key="buy", name={"en": "Buy"}, touchpoints=(basket, mail))
    definitions.put(Journey(id="visit", site=site.id, name="Visit", stages=(stage,)))
    made = survey.add(definitions, site.id, FIELDS | {"state": "asking", "journey": "visit", "touchpoint": "basket"})
    (asking,) = read_surveys(definitions.store)[int(site.id)].asking
    assert asking.survey.id == made.id
    assert [(place.event, place.pages) for place in asking.public.where] == [
        ("", [("[^/]*/basket", 0)]), ("code_refused", [("[^/]*/basket", 0)]),
    ]  # fmt: skip
    wrong = refused(definitions, site, name="B", journey="visit", touchpoint="mail")
    assert wrong == {("touchpoint", "survey_touchpoint")}
    assert refused(definitions, site, name="B", journey="visit", touchpoint="x") == {("touchpoint", "no_touchpoint")}
    assert refused(definitions, site, name="B", journey="x", touchpoint="x") == {("journey", "no_journey")}


def test_what_a_survey_names_and_is_gone_asks_nobody(definitions: Definitions, site: Site) -> None:
    group = PageGroup(id=f"{site.id}.lamps", site=site.id, key="lamps", name="Lamps", pages=("/lamps/*",))
    stored = definitions.put(group)
    survey.add(definitions, site.id, FIELDS | {"state": "asking", "group": "lamps"})
    assert read_surveys(definitions.store)[int(site.id)].asking
    definitions.delete(stored)
    assert read_surveys(definitions.store)[int(site.id)].asking == []


def test_two_surveys_of_a_site_have_two_names_and_a_late_change_is_rejected(
    definitions: Definitions, site: Site
) -> None:
    made = survey.add(definitions, site.id, FIELDS)
    assert refused(definitions, site) == {("name", "survey_taken")}
    stored = Stored(made.id, 1, {})
    assert survey.change(definitions, stored, site.id, FIELDS | {"state": "asking"}, "anna").version == 2
    with pytest.raises(Conflict, match="anna"):
        survey.change(definitions, stored, site.id, FIELDS | {"version": 1}, "bob")


def test_a_site_that_keeps_counts_only_asks_nobody(definitions: Definitions, site: Site) -> None:
    survey.add(definitions, site.id, FIELDS | {"state": "asking"})
    definitions.put(replace(site, mode="counts"))
    assert read_surveys(definitions.store) == {}
    assert refused(definitions, site, name="B", state="asking") == {("state", "survey_counts")}


def test_a_draft_and_a_deleted_survey_take_no_answers_and_a_closed_one_does(
    definitions: Definitions, site: Site
) -> None:
    made = survey.add(definitions, site.id, FIELDS | {"state": "asking"})
    closed = definitions.put(replace(made, state="closed"))
    found = read_surveys(definitions.store)[int(site.id)]
    assert (found.asking, list(found.versions[made.id])) == ([], [1])
    definitions.delete(closed)
    assert read_surveys(definitions.store)[int(site.id)].versions == {}


def test_other_words_are_another_question_and_another_look_is_not() -> None:
    one = SurveyQuestion(id="a", kind="csat", text={"en": "How good?"})
    assert same_wording(one, replace(one, look="stars", optional=True))
    assert not same_wording(one, replace(one, text={"en": "How good?", "fr": "Alors ?"}))
    assert not same_wording(one, replace(one, kind="ces"))
