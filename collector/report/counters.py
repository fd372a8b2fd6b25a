"""Counts of accepted and refused batches by site and reason: for the site's page, /metrics and the table `refusals`."""

from __future__ import annotations

import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from collector.text_cache import text_cache
from store.intake import SiteIntake
from store.masking import masked
from store.tallies import Tally

MAX_EXAMPLE = 200  # letters stored
MAX_MESSAGE = 400  # letters searched
_QUERY = re.compile(r"[?#][^\s'\"]*")
_PERSONAL = re.compile(
    r"[^\s@'\"]+@[^\s@'\"]+|\d{6,}|\b(?:\d{1,3}\.){3}\d{1,3}\b|\[?(?:[0-9a-f]{0,4}:){3,}[0-9a-f]*\]?", re.I
)
_PART = re.compile(r"[^\s'\"`/()]{6,}")  # a part of a URL, or a word
_MASKED = re.compile(r"127\.0\.0\.1")


@text_cache()
def scrubbed(message: str) -> str:
    """The message without anything that may identify a person: queries, e-mails, tokens, long numbers, addresses."""
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
        """An accepted batch had fields with these names, which this collector does not know."""
        self._count(self._sites[site].skipped, ", ".join(names))

    def refused(self, site: int, code: str, message: str) -> None:
        self._count(self._sites[site].refused.setdefault(code, Tally()), message)

    def left_out(self, site: int, code: str, message: str) -> None:
        """An answer of an accepted batch is not stored: it fits no survey."""
        self._count(self._sites[site].left_out.setdefault(code, Tally()), message)

    def _count(self, tally: Tally, message: str) -> None:
        tally.count += 1
        tally.last_ms = int(self._clock() * 1000)
        tally.example = scrubbed(message)

    def site(self, number: int) -> SiteIntake:
        """A copy of the counts of one site; all 0 when nothing was received yet."""
        counts = self._sites.get(number, SiteIntake())
        return replace(counts, unsaved=dict(self._unsaved(number, counts)))

    def sites(self) -> Mapping[int, SiteIntake]:
        return dict(self._sites)

    def unsaved(self) -> dict[tuple[int, str], Tally]:
        """Counts that are not in the table yet, by site and reason."""
        return {
            (site, reason): tally
            for site, counts in self._sites.items()
            for reason, tally in self._unsaved(site, counts)
        }

    def saved(self, tallies: Mapping[tuple[int, str], Tally]) -> None:
        """These counts are in the table now."""
        for key, tally in tallies.items():
            self._saved[key] += tally.count

    def _unsaved(self, site: int, counts: SiteIntake) -> Iterator[tuple[str, Tally]]:
        for reason, tally in counts.by_reason():
            left = tally.count - self._saved[site, reason]
            if left:
                yield reason, Tally(left, tally.last_ms, tally.example)
