"""API tokens, found by their text. Only their SHA-256 is stored."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Mapping

from store.definitions import Definitions
from store.errors import StoreError
from store.records import Token

MAX_AGE = 3.0  # s after which the list of tokens is read again
MIN_AGE = 1.0  # s after which it is read again because of an unknown token


def digest(text: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class TokenDirectory:
    """All tokens in memory, so that guessing costs the store at most one query per second. `by_text` may block."""

    def __init__(self, definitions: Definitions, service: str = "") -> None:
        """`service`: the text of a token with an owner's rights that is valid as long as the process runs."""
        self._definitions = definitions
        self._service = digest(service) if service else ""
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._known: Mapping[str, Token] = {}

    def by_text(self, text: str) -> Token | None:
        """The token with this text, or None. StoreError when the tokens were never read."""
        shown = digest(text)
        if self._service and secrets.compare_digest(shown, self._service):
            return Token(id="service", name="command line", digest=shown, role="owner")
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
