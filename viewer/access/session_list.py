"""The sessions that are open: begun, used, listed and ended.

A cookie is believed only while its session is here. The last use is written once in a while, so that a request costs
the store no write.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from msgspec.structs import replace

from store.definitions import Conflict, Definitions, Missing
from store.erasure import erase_rows
from store.sessions import SessionRecord

UNUSED_MS = 30 * 86_400_000  # after which a session has ended
WRITE_MS = 15 * 60_000  # between two writes of the last use
MIDDLE_MS = 86_400_000  # after which versions that say no more than a last use are erased
_MIDDLE = (
    "WHERE kind = 'session' AND version > 1 AND NOT deleted AND toUnixTimestamp64Milli(time) < {before:Int64} "
    "AND concat(id, '/', toString(version)) NOT IN {newest:Array(String)}"
)


def session_id(nonce: str) -> str:
    """How the session of a nonce is stored."""
    return hashlib.sha256(nonce.encode("utf-8", "surrogatepass")).hexdigest()


class SessionList:
    """Shared by all processes through the store. Every method queries it: run them in threads."""

    def __init__(self, definitions: Definitions, clock: Callable[[], float] = time.time) -> None:
        self._definitions = definitions
        self._clock = clock

    def begin(self, nonce: str, user: str, agent: tuple[str, str] = ("", "")) -> SessionRecord:
        """Store a new session. `agent`: browser and system."""
        now, (browser, system) = self._ms, agent
        made = SessionRecord(id=session_id(nonce), user=user, started=now, last=now, browser=browser, system=system)
        return self._definitions.put(made, user)

    def use(self, nonce: str, user: str) -> SessionRecord | None:
        """The session of a nonce, which is used now; None if it has ended or is somebody else's."""
        try:
            found = self._definitions.get(SessionRecord, session_id(nonce))
        except Missing:
            return None
        if found.user != user or not self._is_open(found):
            return None
        if self._ms - found.last < WRITE_MS:
            return found
        try:
            return self._definitions.put(replace(found, last=self._ms), user)
        except Conflict:  # another process has written it, or ended it
            return self.use(nonce, user)

    def of(self, user: str) -> list[SessionRecord]:
        """The open sessions of a user, the one that was used last first."""
        return self.open().get(user, [])

    def open(self) -> dict[str, list[SessionRecord]]:
        """The open sessions by user, those that were used last first."""
        found: dict[str, list[SessionRecord]] = {}
        for one in sorted(self._definitions.find(SessionRecord), key=lambda one: (-one.last, one.id)):
            if self._is_open(one):
                found.setdefault(one.user, []).append(one)
        return found

    def end(self, user: str, id: str, by: str) -> bool:
        """End a session of a user; False if there is no such one."""
        return any(self._end(one, by) for one in self.of(user) if one.id == id)

    def end_all(self, user: str, by: str, keep: str = "") -> int:
        """End the sessions of a user, but for the one with the id `keep`; returns how many."""
        return sum(self._end(one, by) for one in self.of(user) if one.id != keep)

    def clean(self) -> None:
        """End what was not used for long, and erase versions that say no more than a last use."""
        found = self._definitions.find(SessionRecord)
        for one in found:
            if not self._is_open(one):
                self._end(one, "")
        newest = [f"{one.id}/{one.version}" for one in found]
        store, asked = self._definitions.store, {"before": self._ms - MIDDLE_MS, "newest": newest}
        if store.rows(f"SELECT 1 FROM definitions {_MIDDLE} LIMIT 1", **asked):  # erasing rewrites files
            erase_rows(store, "definitions", _MIDDLE, **asked)

    @property
    def _ms(self) -> int:
        return int(self._clock() * 1000)

    def _is_open(self, session: SessionRecord) -> bool:
        return self._ms - session.last < UNUSED_MS

    def _end(self, session: SessionRecord, by: str) -> bool:
        """End a session, also while a request writes its last use; False if it has ended meanwhile."""
        while True:
            try:
                self._definitions.delete(session, by)
            except Conflict:
                try:
                    session = self._definitions.get(SessionRecord, session.id)
                except Missing:
                    return False
                continue
            return True
