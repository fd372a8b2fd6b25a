"""Bearer tokens: what programs and the command line sign in with. Only their SHA-256 is kept."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from rules.faults import accepted
from rules.site_roles import resolved
from rules.token import parse
from store.definitions import Definitions
from store.records import OverallRole, SiteRoles, Token, TokenUse
from store.tokens import digest
from store.zones import DAY_MS, now_ms

__all__ = ["PREFIX", "create", "digest", "issue", "last_uses", "new_text"]

PREFIX = "parcours_"  # lets secret scanners find one that leaked


def new_text() -> str:
    """A fresh token: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def create(definitions: Definitions, fields: Mapping[str, object], by: str) -> tuple[Token, str]:
    """Store a new token from plain fields; its text is given this once. InvalidDefinition when they have faults."""
    asked = accepted(parse(fields))
    until = now_ms() + asked.days * DAY_MS if asked.days else 0
    return issue(definitions, asked.name, asked.overall, resolved(definitions, asked.sites), by=by, until=until)


def issue(
    definitions: Definitions,
    name: str,
    role: OverallRole = "editor",
    sites: SiteRoles = (),
    *,
    by: str = "",
    until: int = 0,
) -> tuple[Token, str]:
    """Store a new token; its text is given this once and cannot be read again. `until`: as in `Token`."""
    text = new_text()
    record = Token(
        id=secrets.token_hex(6),
        name=name,
        digest=digest(text),
        role=role,
        sites=sites,
        by=by,
        made=now_ms(),
        until=until,
    )
    return definitions.put(record, by), text


def last_uses(definitions: Definitions) -> dict[str, int]:
    """When each token was used last, ms since 1970, by its id; without those that were never used."""
    return {one.id: one.last for one in definitions.find(TokenUse)}
