"""Users and tokens: what may be one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from rules import token, user
from rules.faults import Faults

USER = {"name": "ann", "password": "a long enough sentence"}


def faults(parse: Callable[[Mapping[str, object]], Any], fields: Mapping[str, object]) -> list[tuple[str, str]]:
    found = parse(fields)
    return [(one.field, one.code) for one in found] if isinstance(found, Faults) else []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (USER, []),
        (USER | {"role": "editor"}, []),
        (USER | {"name": ""}, [("name", "missing")]),
        (USER | {"name": "a b"}, [("name", "sign_in_name")]),
        (USER | {"name": "x" * 65}, [("name", "sign_in_name")]),
        (USER | {"name": "<script>", "password": "short"}, [("name", "sign_in_name"), ("password", "short")]),
        (USER | {"password": "x" * 257}, [("password", "long")]),
        (USER | {"password": ""}, [("password", "missing")]),
        (USER | {"role": "admin"}, [("role", "choice")]),
        ({}, [("name", "missing"), ("password", "missing")]),
        (USER | {"language": "fr"}, [("language", "unknown")]),
    ],
)
def test_the_faults_of_a_user(fields: Mapping[str, object], expected: list[tuple[str, str]]) -> None:
    assert faults(user.parse, fields) == expected


def test_a_password_is_taken_as_typed_and_never_quoted() -> None:
    made = user.parse(USER | {"password": "  spaces count  "})
    assert isinstance(made, user.UserRequest)
    assert made.password == "  spaces count  "
    found = user.parse_password("secret")
    assert isinstance(found, Faults)
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": "report"}, []),
        ({"name": " "}, [("name", "missing")]),
        ({"name": "x" * 81}, [("name", "long")]),
        ({"name": "report", "role": "admin"}, [("role", "choice")]),
        ({"name": "report", "digest": "x"}, [("digest", "unknown")]),
    ],
)
def test_the_faults_of_a_token(fields: Mapping[str, object], expected: list[tuple[str, str]]) -> None:
    assert faults(token.parse, fields) == expected
