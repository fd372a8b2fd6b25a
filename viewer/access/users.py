"""The people who can sign in."""

from __future__ import annotations

import re

from msgspec.structs import replace

from store.definitions import Conflict, Definitions, Missing
from store.records import Role, User
from viewer.access.passwords import hash_password
from viewer.http.errors import Problem

_NAME = re.compile(r"[\w.@+\-]{1,64}")


def check_name(name: str) -> None:
    """Problem 422 for what cannot be a sign-in name."""
    if not _NAME.fullmatch(name):
        raise Problem(422, "name", f"{name!r} cannot be a sign-in name.", "Use 1 to 64 of: letters digits . _ @ + -")


class Users:
    """Reads and writes users. Every method queries the store, and hashing is slow: run them in threads."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions

    def get(self, name: str) -> User | None:
        """The user who signs in with this name; None when there is none."""
        try:
            return self._definitions.get(User, name)
        except Missing:
            return None

    def add(self, name: str, password: str, role: Role) -> User:
        """A new user. Problem 422 for a bad name or password, 409 when the name is taken."""
        check_name(name)
        try:
            return self._definitions.put(User(id=name, password=hash_password(password), role=role))
        except Conflict:
            raise Problem(
                409, "name_taken", f"Somebody already signs in as {name!r}.", "Choose another name."
            ) from None

    def set_password(self, user: User, password: str) -> User:
        """The user with a new password. Problem 422 for a bad one."""
        return self._definitions.put(replace(user, password=hash_password(password)))

    def set_language(self, name: str, code: str) -> None:
        """Keep the language that this user reads; empty for that of the browser."""
        self._definitions.put(replace(self._definitions.get(User, name), language=code), name)
