"""Signed values that are not accepted again: sign-in links that were used.

Only the SHA-256 of their nonce is stored.
"""

from __future__ import annotations

import hashlib
import time

from store.definitions import Conflict, Definitions, Missing
from store.records import Spent


class SpentNonces:
    """Shared by all processes through the store. Every method queries it: run them in threads."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions

    def spend(self, nonce: str, seconds: int) -> bool:
        """Accept this nonce never again; False if it was spent before. `seconds`: how long its signature is valid."""
        until = int((time.time() + seconds) * 1000)
        try:
            self._definitions.put(Spent(id=_id(nonce), until=until))
        except Conflict:
            return False
        return True

    def is_spent(self, nonce: str) -> bool:
        try:
            self._definitions.get(Spent, _id(nonce))
        except Missing:
            return False
        return True


def _id(nonce: str) -> str:
    return hashlib.sha256(nonce.encode("utf-8", "surrogatepass")).hexdigest()
