"""The rules of a user: sign-in name, password, role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta, Struct

from rules.faults import Faults
from rules.shape import record
from store.records import Role, SignInName

SHORTEST_PASSWORD = 10  # characters; length is what counts (NIST SP 800-63B)
LONGEST_PASSWORD = 256  # characters: the client must not choose how long hashing takes
Password = Annotated[str, Meta(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD, extra={"strip": False})]


class UserRequest(Struct, frozen=True, kw_only=True):
    """The fields of a new user; only the hash of the password is stored."""

    name: SignInName
    password: Password
    role: Role = "viewer"


class PasswordRequest(Struct, frozen=True):
    password: Password


def parse(fields: Mapping[str, object]) -> UserRequest | Faults:
    """A new user. Whether the name is taken is only checked when the user is stored."""
    return record(UserRequest, fields, allowed=UserRequest.__struct_fields__)


def parse_password(password: object) -> str | Faults:
    """A new password; its faults name the field `password`."""
    made = record(PasswordRequest, {"password": password}, allowed=("password",))
    return made if isinstance(made, Faults) else made.password
