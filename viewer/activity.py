"""Who changed what on the sites that somebody sees: the entries of store/activity.py, each with what was done."""

from __future__ import annotations

import calendar
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from store.access_events import AccessEvent, AccessEventKind
from store.activity import (
    KEPT_MONTHS,
    ActivityCount,
    ActivityEntry,
    ActivityFilter,
    ActivityScope,
    count_activity,
    erase_old_activity,
    read_activity,
)
from store.definitions import Definitions
from store.records import Site
from store.worker import Worker
from viewer.access.failed_sign_ins import FailedSignIns
from viewer.access.person import Person
from viewer.access.session_list import SessionList

PAGE = 50  # entries
MOST_ROWS = 50_000  # in a file
CLEAN_SECONDS = 86_400.0
STOP_SECONDS = 3.0

ActivityAction = Literal[
    "made", "changed", "renamed", "deleted", "used", "withdrawn", "revoked", "restored", "exported", "failed"
]


@dataclass(frozen=True)
class ActivityPage:
    """Some entries, newest first; `total`: of all that the filter finds. `counts`: of all that the person may know."""

    entries: Sequence[ActivityEntry]
    total: int
    counts: Sequence[ActivityCount]


def action_of(entry: ActivityEntry) -> ActivityAction:
    """What was done to the thing of an entry."""
    if entry.gone:
        return "deleted"
    special = _SPECIAL.get(entry.kind)
    if special and (action := special(entry)):
        return action
    if entry.first:
        return "made"
    if entry.changed == ("name",):
        return "renamed"
    return "changed"


def name_of(entry: ActivityEntry) -> str:
    """What the thing of an entry is called; for a name that changed, the new one."""
    fields = entry.fields
    if entry.kind == "note":
        return _short(str(fields.get("text", "")))
    if entry.kind in ("user", "two_factor"):
        return entry.id
    if entry.kind == "access_event":
        return str(fields.get("about", ""))
    return str(fields.get("name", ""))


def months_before(now: float, months: int) -> int:
    """The time so many calendar months before a time (s since 1970), in ms since 1970."""
    day = datetime.fromtimestamp(now, UTC)
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return int(day.replace(year=year, month=month + 1, day=min(day.day, last)).timestamp() * 1000)


class Activity:
    """Reads entries, and records what leaves no other trace. Every method queries the store: run them in threads."""

    def __init__(self, definitions: Definitions, failed: FailedSignIns, clock: Callable[[], float] = time.time) -> None:
        self._definitions = definitions
        self._failed = failed
        self._clock = clock
        self._worker: Worker[bool] = Worker("activity", self._clean, lambda: CLEAN_SECONDS)

    def start(self) -> None:
        """Once a day, erase what is older than KEPT_MONTHS and is kept for this list only."""
        self._worker.start()
        self._worker.put(True)

    def stop(self) -> None:
        self._failed.write_all()
        self._worker.stop(STOP_SECONDS)

    def page(
        self, who: Person, wanted: ActivityFilter, number: int = 1, most: int = PAGE, site: str = ""
    ) -> ActivityPage:
        """The page with this number, from 1, of the entries that somebody may know, of one site or of all."""
        self._failed.write_all()
        store, scope = self._definitions.store, self._scope(who, site)
        counts = count_activity(store, scope)
        entries = read_activity(store, scope, wanted, (number - 1) * most, most)
        total = sum(one.entries for one in counts if _fits(one, wanted))
        return ActivityPage(entries, total, counts)

    def record(self, what: AccessEventKind, by: str, site: str = "", about: str = "") -> None:
        """Record something that somebody did."""
        now = int(self._clock() * 1000)
        event = AccessEvent(id=uuid.uuid4().hex, what=what, at=now, site=site, about=about[:120])
        self._definitions.put(event, by)

    def _clean(self, _: bool | None) -> None:
        erase_old_activity(self._definitions.store, self._since())
        SessionList(self._definitions).clean()

    def _since(self) -> int:
        return months_before(self._clock(), KEPT_MONTHS)

    def _scope(self, who: Person, site: str) -> ActivityScope:
        if who.role == "owner":
            return ActivityScope(self._since(), everything=True, site=site)
        every = self._definitions.ids(Site) if who.role else [one.site for one in who.sites]
        seen = [one for one in every if who.sees(one)]
        owned = [one for one in seen if who.role_on(one) == "owner"]
        return ActivityScope(self._since(), seen=seen, owned=owned, site=site)


def _fits(counted: ActivityCount, wanted: ActivityFilter) -> bool:
    by = wanted.author is None or counted.author == wanted.author
    return by and (not wanted.kinds or counted.kind in wanted.kinds)


def _short(text: str, most: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _invitation(entry: ActivityEntry) -> ActivityAction | None:
    states: dict[str, ActivityAction] = {"used": "used", "withdrawn": "withdrawn"}
    return states.get(str(entry.fields.get("state")))


def _share(entry: ActivityEntry) -> ActivityAction | None:
    if "revoked" not in entry.changed:
        return None
    return "revoked" if entry.fields.get("revoked") else "restored"


def _access_event(entry: ActivityEntry) -> ActivityAction:
    return "exported" if entry.fields.get("what") == "export" else "failed"


def _token_use(entry: ActivityEntry) -> ActivityAction:
    return "used"


_SPECIAL: dict[str, Callable[[ActivityEntry], ActivityAction | None]] = {
    "invitation": _invitation,
    "share": _share,
    "access_event": _access_event,
    "token_use": _token_use,
}
