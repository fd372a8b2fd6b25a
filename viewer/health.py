"""Whether a site's data is arriving: its traffic, and what became of its messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aggregator.answers.day_counts import counted_traffic
from aggregator.answers.traffic import SiteTraffic, site_traffic
from rules.period import today
from store.client import Store
from store.intake import SiteIntake
from store.records import Site
from store.tallies import NO_SITE, Tally
from viewer.recent import Recent, read_recent
from viewer.work import Work


@dataclass(frozen=True)
class UntrustedProxy:
    """A proxy whose visitors count as one: its address, and the setting that makes it trusted."""

    address: str
    setting: str


@dataclass(frozen=True)
class SiteHealth:
    """`intake`: counts of this process since it started; None if other processes receive the batches.

    `script_asked`: when a page of the site last asked for the script, s since 1970, 0 = never; None likewise.
    `unknown_keys`: messages with a key that no site has, in the last 24 hours.
    """

    traffic: SiteTraffic
    recent: Recent
    intake: SiteIntake | None
    untrusted_proxies: tuple[UntrustedProxy, ...] = ()
    script_asked: float | None = None
    unknown_keys: int = 0


class Health:
    """Reads the health of sites. `intake`: site number → counts of this process's collector."""

    def __init__(
        self,
        store: Store,
        work: Work,
        intake: Callable[[int], SiteIntake] | None = None,
        untrusted_proxies: Callable[[], tuple[UntrustedProxy, ...]] = tuple,
        script_asked: Callable[[Sequence[str]], float] | None = None,
    ) -> None:
        self._store = store
        self._work = work
        self._intake = intake
        self._untrusted_proxies = untrusted_proxies
        self._script_asked = script_asked

    async def of(self, site: Site) -> SiteHealth:
        """As of today, in the site's zone."""
        number = int(site.id)
        intake = self._intake(number) if self._intake else None
        proxies = self._untrusted_proxies()
        asked = self._script_asked(site.domains) if self._script_asked else None
        of_no_site = self._intake(NO_SITE).unsaved if self._intake else {}

        def read() -> SiteHealth:
            recent = read_recent(self._store, number, intake.unsaved if intake else {})
            unknown = read_recent(self._store, NO_SITE, of_no_site).refused.get("unknown_site", Tally())
            day = today(site.zone)
            if site.counts_only:
                traffic = counted_traffic(self._store, number, day)
            else:
                traffic = site_traffic(self._store, number, day, site.zone)
            return SiteHealth(traffic, recent, intake, proxies, asked, unknown.count)

        return await self._work.run(read)
