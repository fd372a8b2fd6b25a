"""The limits that forms tell the browser are those of the rules, and every fault has words in French too."""

from __future__ import annotations

import re
from string import Formatter
from typing import Any

import pytest
from msgspec import Struct, inspect

from rules.faults import FAULTS, Fault
from rules.user import UserRequest
from store.definitions import KINDS
from store.journeys import Journey, Stage, Touchpoint
from store.records import Experiment, PageState, Site, Token, User, Variant
from viewer.pages.forms.words import definition_words
from viewer.pages.frame.languages import language
from viewer.pages.frame.rendering import TEMPLATES
from viewer.pages.map.fault_words import fault_words

# template → HTML field → the field of the record that it fills
FORMS: dict[str, dict[str, tuple[type[Struct], str]]] = {
    "sites/fields.html": {"name": (Site, "name")},
    "experiments/form.html": {"name": (Experiment, "name"), "variant_name": (Variant, "name")},
    "states/form.html": {"name": (PageState, "name"), "place": (PageState, "place")},
    "journey/index.html": {"name": (Journey, "name")},
    "journey/edit.html": {
        "name": (Journey, "name"),
        "objective": (Journey, "objective"),
        "window_days": (Journey, "window_days"),
        "stage_name": (Stage, "name"),
        "stage_other": (Stage, "name"),
        "stage_goal": (Stage, "goal"),
        "tp_name": (Touchpoint, "name"),
        "tp_other": (Touchpoint, "name"),
    },
    "people/account.html": {"name": (Token, "name"), "mail": (User, "mail"), "new": (UserRequest, "password")},
    "people/first_run.html": {"password": (UserRequest, "password")},
}
ATTRIBUTES = {"maxlength": "max_length", "minlength": "min_length", "min": "ge", "max": "le"}


def limits(kind: type[Struct], name: str) -> Any:
    """The type with the limits of a field; of one in several languages, that of its words."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    (type_,) = (field.type for field in info.fields if field.name == name)
    while isinstance(type_, inspect.Metadata | inspect.DictType):
        type_ = type_.type if isinstance(type_, inspect.Metadata) else type_.value_type
    return type_


@pytest.mark.parametrize("template", FORMS)
def test_forms_carry_the_limits_of_the_rules(template: str) -> None:
    html, checked = (TEMPLATES / template).read_text(), 0
    for tag in re.findall(r"<(?:input|textarea)[^>]*>", html, re.S):
        name = re.search(r'name="(\w+)"', tag)
        if not name or name[1] not in FORMS[template]:
            assert not re.search(r'(max|min)length="\d', tag), f"{tag} has a limit that this test does not know"
            continue
        known = limits(*FORMS[template][name[1]])
        for attribute, limit in ATTRIBUTES.items():
            if stated := re.search(rf'\b{attribute}="(\d+)"', tag):
                assert int(stated[1]) == getattr(known, limit), tag
                checked += 1
    assert checked


@pytest.mark.parametrize("code", FAULTS)
def test_every_fault_has_words_in_french_too(code: str) -> None:
    values = {name: 7 for _, name, _, _ in Formatter().parse(FAULTS[code]) if name}
    for kind in KINDS:
        fault = Fault("name", code, values)  # both word a code that they do not know in English
        french = language("fr")
        worded = {definition_words(french, kind, fault), fault_words(french, fault)} - {fault.sentence}
        assert worded, code
        assert not any("%(" in words for words in worded)
