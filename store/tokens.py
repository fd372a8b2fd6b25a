"""API tokens by what a bearer shows. Only their SHA-256 is kept."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Mapping

from store.definitions import Definitions
from store.errors import StoreError
from store.records import Token

FRESH = 3.0  # s that the list of tokens is believed
ANEW = 1.0  # s between readings of the list because of a token that is not on it


def digest(text: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class TokenDirectory:
    """All tokens at hand, so that guessing costs the store one question a second. `by_text` may block."""

    def __init__(self, definitions: Definitions, service: str = "") -> None:
        """`service`: a token with an owner's rights that lives as long as the process."""
        self._definitions = definitions
        self._service = digest(service) if service else ""
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._known: Mapping[str, Token] = {}

    def by_text(self, text: str) -> Token | None:
        """The token, or None when there is none like it. StoreError when the tokens were never read."""
        shown = digest(text)
        if self._service and secrets.compare_digest(shown, self._service):
            return Token(id="service", name="command line", digest=shown, role="owner")
        with self._lock:
            age = time.monotonic() - self._read_at
            if age > FRESH or (shown not in self._known and age > ANEW):
                self._read()
            return self._known.get(shown)

    def _read(self) -> None:
        try:
            self._known = {token.digest: token for token in self._definitions.find(Token)}
        except StoreError:
            if not self._known:
                raise
            # The server is away: who could send goes on sending.
        self._read_at = time.monotonic()
