from __future__ import annotations

from typing import Any

import pytest

from rules.faults import Faults, InvalidDefinition
from rules.recipe import SIGN_IN_VERBS, BadRecipe, read_recipe
from rules.sign_in import check_secret, is_private_page_of, parse, secrets_of, steps_of
from store.records import SignInRecipe, Site

SHOP = Site(id="3", name="Shop", key="abcdefghijkl", domains=("shop.example", "127.0.0.1:8001"), allow_private=True)
URL = "https://shop.example/login"
STEPS = ("fill #user with user", "fill  #password  with  password", "submit #password", "wait .account")


def codes(**fields: Any) -> list[tuple[str, str]]:
    made = parse({"url": URL, "steps": list(STEPS)} | fields, SHOP)
    return [(one.field, one.code) for one in made] if isinstance(made, Faults) else []


def test_a_recipe_that_signs_in() -> None:
    made = parse({"url": URL, "steps": [*STEPS[:2], "", *STEPS[2:]], "pages": ["/account/**"]}, SHOP)
    assert isinstance(made, SignInRecipe)
    assert made.steps == ("fill #user with user", "fill #password with password", "submit #password", "wait .account")
    assert (made.id, made.site, made.pages) == ("3", "3", ("/account/**",))
    assert secrets_of(made) == ("user", "password")
    assert [step.verb for step in steps_of(made)] == ["fill", "fill", "submit", "wait"]


def test_without_steps_cookies_have_to_do() -> None:
    made = parse({"pages": ["/account/**"]}, SHOP)
    assert isinstance(made, SignInRecipe)
    assert (made.steps, steps_of(made)) == ((), ())


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"steps": ["fill #user with user"]}, [("steps", "step_unverified")]),
        ({"steps": ["fill #user with user", "wait 500"]}, [("steps", "step_unverified")]),
        ({"steps": ["fill #user", "wait .a"]}, [("steps.0", "step_fill")]),
        ({"steps": ["fill #user with My Name", "wait .a"]}, [("steps.0", "step_fill")]),
        ({"steps": ["wait .a", "type #x hello"]}, [("steps.1", "step_verb")]),
        ({"steps": ["fill [a=' with user", "wait .a"]}, [("steps.0", "step_selector")]),
        ({"steps": []}, [("steps", "step_none")]),
        ({"url": ""}, [("url", "steps_without_address")]),
        ({"url": "/login"}, [("url", "sign_in_address")]),
        ({"url": "http://shop.example/login"}, [("url", "sign_in_address")]),
        ({"url": "https://evil.example/login"}, [("url", "sign_in_address")]),
        ({"url": "https://shop.example.evil.example/login"}, [("url", "sign_in_address")]),
        ({"url": "http://127.0.0.1:8001/login"}, []),
        ({"url": "http://127.0.0.1:8002/login"}, [("url", "sign_in_address")]),
        ({"pages": []}, [("pages", "few")]),
    ],
)
def test_faults(changed: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert codes(**changed) == expected


@pytest.mark.parametrize("verb", ["fill #a with b", "submit #a"])
def test_other_recipes_never_type(verb: str) -> None:
    with pytest.raises(BadRecipe) as raised:
        read_recipe([verb])
    assert raised.value.code == "types"
    assert read_recipe([verb], SIGN_IN_VERBS)[0].verb == verb.split()[0]


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://shop.example", True),
        ("https://www.shop.example", True),
        ("https://my.shop.example", False),
        ("http://shop.example", False),
        ("http://127.0.0.1:8001", True),
        ("null", False),
        ("file:///x", False),
        ("https://shop.example@evil.example", False),
    ],
)
def test_where_a_secret_may_be_typed(origin: str, allowed: bool) -> None:
    assert is_private_page_of(origin, SHOP) is allowed


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("Bad name", "hidden-value", "secret_name"),
        ("x') --", "hidden-value", "secret_name"),
        ("password", "", "missing"),
        ("password", None, "type"),
        ("password", ["hidden-value"], "type"),
        ("password", "hidden-value" * 100, "long"),
        ("password", "hidden-value\n2", "characters"),
    ],
)
def test_a_secret_that_cannot_be_stored_is_not_quoted(name: str, value: object, code: str) -> None:
    with pytest.raises(InvalidDefinition) as raised:
        check_secret(name, value)
    assert [one.code for one in raised.value.faults] == [code]
    assert "hidden-value" not in f"{raised.value!r} {raised.value.faults}"


def test_a_site_has_a_limited_number_of_secrets() -> None:
    assert check_secret("password", "päss wörd", 19) == "päss wörd"
    with pytest.raises(InvalidDefinition, match="at most 20"):
        check_secret("password", "x", 20)
