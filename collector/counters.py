"""What came in and what was refused, by site and reason: for the site's page, /metrics and the table `refusals`."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from store.masking import masked
from store.tallies import ACCEPTED, SKIPPED, Tally

NO_SITE = 0  # of requests whose key is unknown
MAX_EXAMPLE = 200  # letters kept
MAX_MESSAGE = 400  # letters looked at
_QUERY = re.compile(r"[?#][^\s'\"]*")
_PERSONAL = re.compile(
    r"[^\s@'\"]+@[^\s@'\"]+|\d{6,}|\b(?:\d{1,3}\.){3}\d{1,3}\b|\[?(?:[0-9a-f]{0,4}:){3,}[0-9a-f]*\]?", re.I
)
_PART = re.compile(r"[^\s'\"`/()]{6,}")  # of an address, or a word
_MASKED = re.compile(r"127\.0\.0\.1")


@dataclass
class SiteIntake:
    """Counts of one site since this process started."""

    accepted: int = 0  # batches, durable
    duplicates: int = 0  # answered 204 and not stored again
    bots: int = 0  # of the accepted
    clamped: int = 0  # of the accepted: their clock could not be right
    by_old_key: int = 0  # of the accepted: the page's snippet has a key of before
    of_tests: int = 0  # of the accepted: of loopback pages
    from_backend: int = 0  # of the accepted: sent by the owner's programs (collector/backend)
    last_accepted_ms: int = 0  # ms since 1970, 0 = none yet
    quarantined: int = 0  # batches that the store would not take: they wait in the journal's quarantine
    skipped: Tally = field(default_factory=Tally)  # of the accepted: they held kinds that are unknown here
    refused: dict[str, Tally] = field(default_factory=dict)  # by code of collector/refusal.py
    unsaved: dict[str, Tally] = field(default_factory=dict)  # by reason: what the table does not have yet

    def by_reason(self) -> Iterator[tuple[str, Tally]]:
        """What the table `refusals` keeps."""
        yield ACCEPTED, Tally(self.accepted, self.last_accepted_ms)
        yield SKIPPED, self.skipped
        yield from self.refused.items()


@lru_cache(maxsize=1_000)
def scrubbed(message: str) -> str:
    """A message without what could point to a person: queries, e-mails, tokens, long numbers, addresses."""
    cut = _PERSONAL.sub(lambda m: m[0] if _MASKED.fullmatch(m[0]) else "*", _QUERY.sub("", message[:MAX_MESSAGE]))
    return _PART.sub(lambda m: masked(m[0]), cut)[:MAX_EXAMPLE]


class Counters:
    """For the event loop only."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._sites: defaultdict[int, SiteIntake] = defaultdict(SiteIntake)
        self._saved: Counter[tuple[int, str]] = Counter()

    def accepted(self, site: int, received: int, *, bot: bool, clamped: bool) -> None:
        counts = self._sites[site]
        counts.accepted += 1
        counts.bots += bot
        counts.clamped += clamped
        counts.last_accepted_ms = received

    def duplicate(self, site: int) -> None:
        self._sites[site].duplicates += 1

    def by_old_key(self, site: int) -> None:
        self._sites[site].by_old_key += 1

    def of_test(self, site: int) -> None:
        self._sites[site].of_tests += 1

    def from_backend(self, site: int) -> None:
        self._sites[site].from_backend += 1

    def skipped(self, site: int, names: Iterable[str]) -> None:
        """An accepted batch held fields of these names, which are unknown here."""
        self._count(self._sites[site].skipped, ", ".join(names))

    def refused(self, site: int, code: str, message: str) -> None:
        self._count(self._sites[site].refused.setdefault(code, Tally()), message)

    def _count(self, tally: Tally, message: str) -> None:
        tally.count += 1
        tally.last_ms = int(self._clock() * 1000)
        tally.example = scrubbed(message)

    def site(self, number: int) -> SiteIntake:
        """Counts of one site; all 0 when nothing came yet."""
        counts = self._sites.get(number, SiteIntake())
        counts.unsaved = dict(self._unsaved(number, counts))
        return counts

    def sites(self) -> Mapping[int, SiteIntake]:
        return dict(self._sites)

    def unsaved(self) -> dict[tuple[int, str], Tally]:
        """What was counted and is not in the table yet, by site and reason."""
        return {
            (site, reason): tally
            for site, counts in self._sites.items()
            for reason, tally in self._unsaved(site, counts)
        }

    def saved(self, tallies: Mapping[tuple[int, str], Tally]) -> None:
        """These are in the table now."""
        for key, tally in tallies.items():
            self._saved[key] += tally.count

    def _unsaved(self, site: int, counts: SiteIntake) -> Iterator[tuple[str, Tally]]:
        for reason, tally in counts.by_reason():
            left = tally.count - self._saved[site, reason]
            if left:
                yield reason, Tally(left, tally.last_ms, tally.example)
