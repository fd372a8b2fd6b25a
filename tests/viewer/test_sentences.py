"""Rules in words, in English and French."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rules.question import MAP, parse
from rules.segment import parse_tree
from store.segments import ACTIONS, MEASURES, TRAITS, Action, Group, Rule, Segment, What
from viewer.pages.frame.languages import CODES, language
from viewer.pages.sentences.names import SiteNames, trait_name
from viewer.pages.sentences.tree import rule_sentence, tree_sentence
from viewer.pages.who.narrowed import narrowed_of

DAY = date(2026, 11, 20)
KEY = "00000000000000ab"
NAMES = SiteNames(
    pages={"shop.example/basket": "Basket"},
    elements={KEY: "Apply code"},
    goals={"order": "Order"},
    zones={"z": "Top"},
    answers={"after/reason/price": "After: Why? The price", "after/nps": "After: Would you?"},
)
CLICKED = {"what": "clicked", "element": KEY, "page": "shop.example/basket", "times": 2}
MAIL = {"what": "channel", "values": ["mail"]}
LOYAL = {"what": "visits", "scope": "visitor", "least": 4}
NO_ORDER = {"match": "none", "rules": [{"what": "goal", "name": "order", "scope": "visitor", "days": 90}]}


def sentence(tree: dict[str, Any], code: str = "en") -> str:
    made = parse_tree(tree)
    assert isinstance(made, Group), made
    return tree_sentence(language(code), made, NAMES).text


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({}, "Everybody"),
        (
            {"rules": [MAIL, {"what": "clicked", "element": KEY, "times": 2}]},
            "Visits that came from email and clicked “Apply code” at least twice",
        ),
        (
            {"rules": [MAIL], "groups": [{"match": "any", "rules": [CLICKED, {"what": "rage"}]}, NO_ORDER]},
            "Visits that came from email and either clicked “Apply code” on Basket at least twice or clicked something "
            "in rage, by visitors who did not reach the goal “Order” in the last 90 days",
        ),
        (
            {"match": "any", "rules": [MAIL, LOYAL]},
            "Visits that either came from email or belong to visitors who made at least 4 visits",
        ),
        ({"match": "none", "rules": [MAIL | {"how": "is_not"}]}, "Visits that came from email"),
        (
            {"rules": [{"what": "answered", "scope": "visitor", "name": "after/reason/price"}]},
            "Visitors who answered “After: Why? The price”",
        ),
        (
            {"match": "none", "rules": [{"what": "answered", "name": "after/nps", "most": 6}]},
            "Visits that did not answer “After: Would you?” with a score of at most 6",
        ),
        (
            {"match": "none", "groups": [{"rules": [MAIL, CLICKED]}]},
            "Visits that either did not come from email or did not click “Apply code” on Basket at least twice",
        ),
        (
            {"rules": [{"what": "device", "scope": "view", "values": ["phone", "tablet"]}, MAIL]},
            "Views that used a phone or a tablet, in visits that came from email",
        ),
        (
            {"rules": [{"what": "sent", "name": "order", "least": 50, "order": "after", "within": 600.0,
                        "other": {"what": "saw", "page": "shop.example/basket"}}]},
            "Visits that sent the event “order” with a value of at least 50 at most 10 min after seeing Basket",
        ),
    ],
)  # fmt: skip
def test_a_tree_is_one_sentence_that_begins_with_its_scope(tree: dict[str, Any], expected: str) -> None:
    assert sentence(tree) == expected


def test_the_sentence_is_written_in_french() -> None:
    assert sentence({"rules": [MAIL, CLICKED]}, "fr") == (
        "Visites qui ont commencé par un e-mail et ont cliqué «\u202fApply code\u202f» sur Basket au moins deux fois"
    )


def test_words_that_name_a_scope_are_bold() -> None:
    made = parse_tree({"rules": [MAIL], "groups": [NO_ORDER]})
    assert isinstance(made, Group)
    bold = [part.words for part in tree_sentence(language("en"), made, NAMES).parts if part.bold]
    assert bold == ["Visits", "visitors"]


@pytest.mark.parametrize("what", [*TRAITS, *ACTIONS, *MEASURES])
@pytest.mark.parametrize("code", CODES)
def test_every_rule_has_words_and_an_opposite(code: str, what: What) -> None:
    lang = language(code)
    rule = Rule(
        what=what, scope="visitor", values=("new",), name="x", least=0.5, other=Action(what="saw"), order="after"
    )
    words = rule_sentence(lang, rule, NAMES)
    opposite = tree_sentence(lang, Group(match="none", rules=(rule,)), NAMES).text
    assert words
    assert "%(" not in words + opposite
    assert opposite != tree_sentence(lang, Group(rules=(rule,)), NAMES).text
    assert trait_name(lang, what) != what


def test_english_and_french_differ_for_every_rule() -> None:
    for what in (*TRAITS, *ACTIONS, *MEASURES):
        assert trait_name(language("en"), what) != trait_name(language("fr"), what) or what in ("source", "rage")


@pytest.mark.parametrize(
    ("query", "parts", "outside"),
    [
        ({}, (), "Outside what is chosen"),
        ({"segment": "mail"}, ("Segment: Came by email",), "Outside the segment “Came by email”"),
        ({"device": "phone"}, ("Phone",), "Outside: Phone"),
        (
            {"device": "phone", "channel": "mail,search", "segment": "mail"},
            ("Phone", "Channel: Email or Search engines", "Segment: Came by email"),
            "Outside: Phone, Channel: Email or Search engines, Segment: Came by email",
        ),
        (
            {"segment": '{"rules": [{"what": "clicked", "element": "00000000000000ab"}]}'},
            ("Visits that clicked “Apply code”",),
            "Outside: Visits that clicked “Apply code”",
        ),
        ({"variant": "button:b"}, ("Buy button: Green",), "Outside: Buy button: Green"),
    ],
)
def test_who_is_counted_is_said_by_name(query: dict[str, str], parts: tuple[str, ...], outside: str) -> None:
    saved = Segment(
        id="mail", site="1", name="Came by email", tree=Group(rules=(Rule(what="channel", values=("mail",)),))
    )
    names = replace(NAMES, variants={"button:b": "Buy button: Green"})
    reading = parse(1, {"page": "shop.example/", **query}, MAP, DAY)
    assert reading.faults == ()
    found = narrowed_of(language("en"), reading.question, (saved,), names)
    assert (found.parts, found.outside) == (parts, outside)
