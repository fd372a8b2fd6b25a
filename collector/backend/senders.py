"""Who may send, and to which site: asked in a thread, remembered for moments."""

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


class Tokens(Protocol):
    """What is needed of store.tokens.TokenDirectory; may block."""

    def by_text(self, text: str) -> Token | None: ...


class Sites(Protocol):
    """What is needed of store.sites.SiteDirectory; may block."""

    def by_key(self, key: str) -> Site | None: ...
    def get(self, id_or_name: str) -> Site: ...
    def forget(self) -> None: ...


@dataclass(frozen=True)
class Senders:
    """The tokens and the sites of this Parcours."""

    tokens: Tokens
    sites: Sites

    async def sender(self, authorization: str) -> Token:
        """Who shows this header; `RefusalError` (401, 403) for nobody and for who may only read."""
        scheme, _, text = authorization.partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise RefusalError(BackendReason.NO_TOKEN.value)
        try:
            token = await asyncio.to_thread(self.tokens.by_text, text.strip())
        except StoreError:
            raise RefusalError(Reason.AWAY.value) from None
        if token is None:
            raise RefusalError(BackendReason.BAD_TOKEN.value)
        if token.role == "viewer":
            raise RefusalError(BackendReason.ROLE.with_message(f"{token.name!r} has the role viewer."))
        return token

    async def sites_of(self, names: set[str]) -> dict[str, KnownSite]:
        """The sites by what they are called: id, name or key; who is not there is left out."""

        try:
            return await asyncio.to_thread(lambda: {n: k for n in names if (k := self._site(n)) is not None})
        except StoreError:
            raise RefusalError(Reason.AWAY.value) from None

    def _site(self, name: str) -> KnownSite | None:
        site = self._named(name)
        if site is None:
            self.sites.forget()  # it may have been added a moment ago, by another process
            site = self._named(name)
        return None if site is None else KnownSite(int(site.id), site)

    def _named(self, name: str) -> Site | None:
        try:
            return self.sites.get(name)
        except Missing:
            return self.sites.by_key(name)
