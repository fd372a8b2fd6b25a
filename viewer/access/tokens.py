"""Bearer tokens: what programs and the command line sign in with. Only their SHA-256 is kept."""

from __future__ import annotations

import secrets

from store.definitions import Definitions
from store.records import Role, Token
from store.tokens import digest

__all__ = ["PREFIX", "by_text", "digest", "issue", "new_text"]

PREFIX = "parcours_"  # lets secret scanners find one that leaked


def new_text() -> str:
    """A fresh token: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def issue(definitions: Definitions, name: str, role: Role = "editor") -> tuple[Token, str]:
    """Store a new token; its text is given this once and cannot be read again."""
    text = new_text()
    record = Token(id=secrets.token_hex(6), name=name, digest=digest(text), role=role)
    return definitions.put(record), text


def by_text(definitions: Definitions, text: str) -> Token | None:
    """The stored token that a bearer shows."""
    return next(iter(definitions.find(Token, digest=digest(text))), None)
