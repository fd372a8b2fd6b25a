"""What came in and what was refused, by site and reason: for the site's page, /metrics and the table `refusals`."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

NO_SITE = 0  # of requests whose key is unknown
MAX_EXAMPLE = 200  # letters kept
MAX_MESSAGE = 400  # letters looked at
_QUERY = re.compile(r"[?#][^\s'\"]*")
_PERSONAL = re.compile(
    r"[^\s@'\"]+@[^\s@'\"]+|\d{6,}|\b(?:\d{1,3}\.){3}\d{1,3}\b|\[?(?:[0-9a-f]{0,4}:){3,}[0-9a-f]*\]?", re.I
)
_MASKED = re.compile(r"127\.0\.0\.1")


@dataclass
class Refusals:
    """Of one site for one reason."""

    count: int = 0
    last_ms: int = 0  # ms since 1970
    example: str = ""  # the last message, scrubbed


@dataclass
class SiteIntake:
    """Counts of one site since this process started."""

    accepted: int = 0  # batches, durable
    duplicates: int = 0  # answered 204 and not stored again
    bots: int = 0  # of the accepted
    clamped: int = 0  # of the accepted: their clock could not be right
    last_accepted_ms: int = 0  # ms since 1970, 0 = none yet
    quarantined: int = 0  # batches that the store would not take: they wait in the journal's quarantine
    refused: dict[str, Refusals] = field(default_factory=dict)  # by code of collector/refusal.py


def scrubbed(message: str) -> str:
    """A message without what could point to a person: queries, e-mails, long numbers, addresses."""
    masked = _PERSONAL.sub(lambda m: m[0] if _MASKED.fullmatch(m[0]) else "*", _QUERY.sub("", message[:MAX_MESSAGE]))
    return masked[:MAX_EXAMPLE]


class Counters:
    """Counted on the event loop; read from anywhere."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._sites: defaultdict[int, SiteIntake] = defaultdict(SiteIntake)
        self._unsaved: defaultdict[tuple[int, str], Refusals] = defaultdict(Refusals)

    def accepted(self, site: int, received: int, *, bot: bool, clamped: bool) -> None:
        counts = self._sites[site]
        counts.accepted += 1
        counts.bots += bot
        counts.clamped += clamped
        counts.last_accepted_ms = received

    def duplicate(self, site: int) -> None:
        self._sites[site].duplicates += 1

    def refused(self, site: int, code: str, message: str) -> None:
        now, example = int(self._clock() * 1000), scrubbed(message)
        for refusals in (self._sites[site].refused.setdefault(code, Refusals()), self._unsaved[site, code]):
            refusals.count += 1
            refusals.last_ms = now
            refusals.example = example

    def site(self, number: int) -> SiteIntake:
        """Counts of one site; all 0 when nothing came yet."""
        return self._sites.get(number, SiteIntake())

    def sites(self) -> Mapping[int, SiteIntake]:
        return dict(self._sites)

    def take_unsaved(self) -> dict[tuple[int, str], Refusals]:
        """Refusals since the last call, by site and code."""
        taken, self._unsaved = dict(self._unsaved), defaultdict(Refusals)
        return taken

    def put_back(self, taken: Mapping[tuple[int, str], Refusals]) -> None:
        """They could not be saved: keep them for the next time."""
        for key, refusals in taken.items():
            self._unsaved[key].count += refusals.count
            self._unsaved[key].last_ms = max(self._unsaved[key].last_ms, refusals.last_ms)
            self._unsaved[key].example = self._unsaved[key].example or refusals.example
