"""The weekly digest of a site as messages, whoever renders it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol


@dataclass(frozen=True)
class DigestAsked:
    """`language`: "" for English. `until`: the last of its seven days. `stop`: where its mails are ended, an absolute
    address; "" for a digest that was sent by hand. `to`: who asked for it, for the last line."""

    site: str
    until: date
    language: str = ""
    stop: str = ""
    to: str = ""


@dataclass(frozen=True)
class DigestMessage:
    """A digest in every form. `plain`: the sentences and figures as JSON values."""

    subject: str
    text: str
    html: str
    plain: dict[str, Any]


class DigestWriter(Protocol):
    """Writes a digest. NotFound for an unknown site."""

    def __call__(self, asked: DigestAsked) -> Awaitable[DigestMessage]: ...


@dataclass(frozen=True)
class Digests:
    """What the API and the schedule get their digests from."""

    write: DigestWriter

    def now(self, asked: DigestAsked) -> DigestMessage:
        """The digest, for a thread without an event loop."""

        async def written() -> DigestMessage:
            return await self.write(asked)

        return asyncio.run(written())
