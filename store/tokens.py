"""API tokens, found by their text. Only their SHA-256 is stored."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Mapping
from contextlib import suppress

from msgspec.structs import replace

from store.definitions import Definitions, Missing
from store.errors import StoreError
from store.records import Token, TokenUse
from store.zones import now_ms

MAX_AGE = 3.0  # s after which the list of tokens is read again
USE_SECONDS = 3_600.0  # between two records of the use of a token
SERVICE_ID = "service"  # of the token of this process
MIN_AGE = 1.0  # s after which it is read again because of an unknown token


def digest(text: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class TokenUses:
    """Records when tokens are used, each at most once an hour. `count` may block, but only when it is `due`."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._written: dict[str, float] = {}

    def due(self, token: Token) -> bool:
        """Whether this use has to be recorded."""
        return time.monotonic() - self._written.get(token.id, float("-inf")) > USE_SECONDS

    def count(self, token: Token) -> None:
        """Record that a token is used now. What cannot be recorded is left out: the program must not wait for it."""
        self._written[token.id] = time.monotonic()
        now = now_ms()
        try:
            before = self._definitions.get(TokenUse, token.id)
        except Missing:
            before = TokenUse(id=token.id, name=token.name, last=0)
        except StoreError:
            return
        if now - before.last > USE_SECONDS * 1000:
            with suppress(StoreError):  # also if another process was first
                self._definitions.put(replace(before, last=now), token.name)


class TokenDirectory:
    """All tokens in memory, so that guessing costs the store at most one query per second. `by_text` may block."""

    def __init__(self, definitions: Definitions, service: str = "") -> None:
        """`service`: the text of a token with an owner's rights that is valid as long as the process runs."""
        self._definitions = definitions
        self._service = digest(service) if service else ""
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._known: Mapping[str, Token] = {}
        self._uses = TokenUses(definitions)

    def by_text(self, text: str) -> Token | None:
        """The token with this text, also if it has ended, or None. StoreError when the tokens were never read."""
        found = self._by_text(text)
        if found and found.id != SERVICE_ID and not found.has_ended(now_ms()) and self._uses.due(found):
            self._uses.count(found)
        return found

    def _by_text(self, text: str) -> Token | None:
        shown = digest(text)
        if self._service and secrets.compare_digest(shown, self._service):
            return Token(id=SERVICE_ID, name="command line", digest=shown, role="owner")
        with self._lock:
            age = time.monotonic() - self._read_at
            if age > MAX_AGE or (shown not in self._known and age > MIN_AGE):
                self._read()
            return self._known.get(shown)

    def _read(self) -> None:
        try:
            self._known = {token.digest: token for token in self._definitions.find(Token)}
        except StoreError:
            if not self._known:
                raise
            # The server does not answer: tokens that were valid stay valid.
        self._read_at = time.monotonic()
