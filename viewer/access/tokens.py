"""Bearer tokens: what programs and the command line sign in with. Only their SHA-256 is kept."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from rules.faults import accepted
from rules.site_roles import resolved
from rules.token import parse
from store.definitions import Definitions
from store.records import OverallRole, SiteRoles, Token
from store.tokens import digest

__all__ = ["PREFIX", "create", "digest", "issue", "new_text"]

PREFIX = "parcours_"  # lets secret scanners find one that leaked


def new_text() -> str:
    """A fresh token: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def create(definitions: Definitions, fields: Mapping[str, object]) -> tuple[Token, str]:
    """Store a new token from plain fields; its text is given this once. InvalidDefinition when they have faults."""
    asked = accepted(parse(fields))
    return issue(definitions, asked.name, asked.overall, resolved(definitions, asked.sites))


def issue(
    definitions: Definitions, name: str, role: OverallRole = "editor", sites: SiteRoles = ()
) -> tuple[Token, str]:
    """Store a new token; its text is given this once and cannot be read again."""
    text = new_text()
    record = Token(id=secrets.token_hex(6), name=name, digest=digest(text), role=role, sites=sites)
    return definitions.put(record), text
