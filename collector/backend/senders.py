"""Who may send, and to which site. The directories are asked in a thread and cache for seconds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Protocol

from collector.backend.refusal import BackendReason
from collector.door.refusal import Reason, RefusalError
from collector.known_sites import KnownSite
from store.definitions import Missing
from store.errors import StoreError
from store.records import Site, Token
from store.zones import UTC_ZONE, now_ms


class Tokens(Protocol):
    """What is needed of store.tokens.TokenDirectory. It may block."""

    def by_text(self, text: str) -> Token | None: ...


class Sites(Protocol):
    """What is needed of store.sites.SiteDirectory. It may block."""

    def by_key(self, key: str) -> Site | None: ...
    def get(self, id_or_name: str) -> Site: ...
    def forget(self) -> None: ...


@dataclass(frozen=True)
class Senders:
    """The tokens and the sites of this installation."""

    tokens: Tokens
    sites: Sites

    async def sender(self, authorization: str) -> Token:
        """The token in this header. Raises `RefusalError` (401, 403) when it is missing, unknown, read-only or has
        ended."""
        scheme, _, text = authorization.partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise RefusalError(BackendReason.NO_TOKEN.value)
        try:
            token = await asyncio.to_thread(self.tokens.by_text, text.strip())
        except StoreError:
            raise RefusalError(Reason.AWAY.value) from None
        if token is None:
            raise RefusalError(BackendReason.BAD_TOKEN.value)
        if token.has_ended(now_ms()):
            day = UTC_ZONE.day(token.until).isoformat()
            raise RefusalError(BackendReason.ENDED_TOKEN.with_message(f"The token {token.name!r} ended on {day}."))
        if token.role == "viewer":
            raise RefusalError(BackendReason.ROLE.with_message(f"{token.name!r} has the role viewer."))
        return token

    def accepts(self, text: str) -> bool:
        """Whether this is the text of a token that works, whatever its role. May block."""
        token = self.tokens.by_text(text)
        return token is not None and not token.has_ended(now_ms())

    async def sites_of(self, names: set[str]) -> dict[str, KnownSite]:
        """The sites by id, name or key; unknown ones are left out."""
        try:
            return await asyncio.to_thread(lambda: {n: k for n in names if (k := self._site(n)) is not None})
        except StoreError:
            raise RefusalError(Reason.AWAY.value) from None

    def _site(self, name: str) -> KnownSite | None:
        site = self._named(name)
        if site is None:
            self.sites.forget()  # another process may just have added it
            site = self._named(name)
        return None if site is None else KnownSite(int(site.id), site)

    def _named(self, name: str) -> Site | None:
        try:
            return self.sites.get(name)
        except Missing:
            return self.sites.by_key(name)
