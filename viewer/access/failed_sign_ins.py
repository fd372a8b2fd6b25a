"""Counts wrong passwords by account and hour, for the activity.

Names that nobody has are not kept: they may be passwords that were typed into the wrong field.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable

from msgspec.structs import replace

from store.access_events import AccessEvent
from store.definitions import Conflict, Definitions, Missing
from store.errors import StoreError

log = logging.getLogger("parcours.viewer")
WRITE_SECONDS = 10.0  # failures of one account are written once in this time
HOUR = 3_600


class FailedSignIns:
    """Counts of the last seconds are in memory. Every method may query the store: run them in threads."""

    def __init__(self, definitions: Definitions, clock: Callable[[], float] = time.time) -> None:
        self._definitions = definitions
        self._clock = clock
        self._waiting: dict[str, int] = {}  # by account; "" for names that nobody has
        self._written: dict[str, float] = {}
        self._lock = threading.Lock()

    def count(self, name: str) -> None:
        """Count a wrong password of an account; "": of a name that nobody has."""
        with self._lock:
            self._waiting[name] = self._waiting.get(name, 0) + 1
            due = self._clock() - self._written.get(name, float("-inf")) >= WRITE_SECONDS
        if due:
            self._write(name)

    def write_all(self) -> None:
        """Write what was counted."""
        for name in list(self._waiting):
            self._write(name)

    def _write(self, name: str) -> None:
        with self._lock:
            more = self._waiting.pop(name, 0)
            self._written[name] = self._clock()
        try:
            while more and not self._added(name, more):
                pass
        except StoreError as error:  # whoever signs in must not wait for it
            log.warning("failed sign-ins could not be recorded: %s", error)

    def _added(self, name: str, more: int) -> bool:
        """Whether the failures were added to those of this hour; False if another process was first."""
        now = self._clock()
        id = hashlib.sha256(f"{name}\n{int(now // HOUR)}".encode()).hexdigest()[:32]
        try:
            stored = self._definitions.get(AccessEvent, id)
            changed = replace(stored, times=stored.times + more, at=int(now * 1000))
        except Missing:
            changed = AccessEvent(id=id, what="failed_sign_in", at=int(now * 1000), about=name, times=more)
        try:
            self._definitions.put(changed)
        except Conflict:
            return False
        return True
