"""The alerts of a site as sentences, whoever writes them; and the levels of each site."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from store.alerts import AlertLevels
from store.definitions import Definitions, Missing


@dataclass(frozen=True)
class AlertText:
    """What is over its level, in a sentence, and the absolute address of the evidence. `subject`: of the mail."""

    subject: str
    words: str
    href: str


Found = Mapping[str, AlertText]  # by key: what is over its level


@dataclass(frozen=True)
class Alerts:
    """`read(levels, language)`: what is over the levels of their site now."""

    read: Callable[[AlertLevels, str], Awaitable[Found]]

    def now(self, levels: AlertLevels, language: str) -> Found:
        """The same, for a thread without an event loop."""

        async def found() -> Found:
            return await self.read(levels, language)

        return asyncio.run(found())


def levels_of(definitions: Definitions, site: str) -> AlertLevels:
    """The levels of a site; by default those of `AlertLevels`. Queries the store."""
    try:
        return definitions.get(AlertLevels, site)
    except Missing:
        return AlertLevels(id=site, site=site)
