"""The people who can sign in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from msgspec.structs import replace

from rules.faults import Faults, InvalidDefinition, accepted, fault
from rules.site_roles import resolved
from rules.user import parse
from store.definitions import Conflict, Definitions, InvalidRecord, Missing
from store.records import Role, User
from viewer.access.passwords import hash_password
from viewer.access.two_factor import remove_two_factor
from viewer.mail.address import BadAddress, mail_address


def name_taken(name: str) -> InvalidDefinition:
    """The error of a new user whose name somebody else has."""
    return InvalidDefinition(Faults((fault("name", "user_taken", value=name),)))


def accepted_address(mail: str) -> str:
    """The mail address as it is stored. InvalidDefinition, of the field `mail`, if it is none."""
    try:
        return mail_address(mail)
    except BadAddress:
        raise InvalidDefinition(Faults((fault("mail", "mail_address", value=mail[:80]),))) from None


class Users:
    """Reads and writes users. Every method queries the store, and hashing is slow: run them in threads."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions

    def get(self, name: str) -> User | None:
        """The user who signs in with this name; None when there is none, or what is stored cannot be used."""
        try:
            return self.definitions.get(User, name)
        except Missing:
            return None

    def add(self, name: str, password: str, role: Role) -> User:
        """A new user. InvalidDefinition for a bad name or password, and when the name is taken."""
        return self.create({"name": name, "password": password, "role": role})

    def create(self, fields: Mapping[str, object], by: str = "") -> User:
        """A new user from plain fields. InvalidDefinition when they have faults or the name is taken."""
        asked = accepted(parse(fields))
        sites = resolved(self.definitions, asked.sites)
        user = User(id=asked.name, password=hash_password(asked.password), role=asked.overall, sites=sites)
        return self.store_new(user, by)

    def store_new(self, user: User, by: str = "") -> User:
        """Store a user who did not exist. InvalidDefinition when the name is taken."""
        try:
            stored = self.definitions.put(user, by)
        except Conflict:
            raise name_taken(user.id) from None
        self.reset_two_factor(user.id, by)  # of somebody who had this name and was deleted
        return stored

    def reset_two_factor(self, name: str, by: str = "") -> None:
        """Turn two-factor sign-in off for somebody who lost the app and the recovery codes."""
        remove_two_factor(self.definitions, name, by)

    def set_password(self, user: User, password: str) -> User:
        """The user with a new password. InvalidDefinition for a bad one."""
        return self.definitions.put(replace(user, password=hash_password(password)), user.id)

    def set_mail(self, name: str, mail: str) -> None:
        """Keep the mail address of a user; "" for none. InvalidDefinition if it is none."""
        address = accepted_address(mail) if mail else ""
        self.definitions.put(replace(self.definitions.get(User, name), mail=address), name)

    def set_language(self, name: str, code: str) -> None:
        """Keep the language that this user reads; empty for that of the browser."""
        user = self.definitions.get(User, name)
        with suppress(InvalidRecord):  # a user whom today's rules reject: the cookie of the browser keeps it
            self.definitions.put(replace(user, language=code), name)
