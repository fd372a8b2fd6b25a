"""Whether a site's data is arriving: its traffic, and what became of its messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aggregator.answers.day_counts import counted_traffic
from aggregator.answers.traffic import SiteTraffic, site_traffic
from rules.period import today
from store.client import Store
from store.intake import SiteIntake
from store.records import Site
from viewer.recent import Recent, read_recent
from viewer.work import Work


@dataclass(frozen=True)
class UntrustedProxy:
    """A proxy whose visitors count as one: its address, and the setting that makes it trusted."""

    address: str
    setting: str


@dataclass(frozen=True)
class SiteHealth:
    """`intake`: counts of this process since it started; None if other processes receive the batches."""

    traffic: SiteTraffic
    recent: Recent
    intake: SiteIntake | None
    untrusted_proxies: tuple[UntrustedProxy, ...] = ()


class Health:
    """Reads the health of sites. `intake`: site number → counts of this process's collector."""

    def __init__(
        self,
        store: Store,
        work: Work,
        intake: Callable[[int], SiteIntake] | None = None,
        untrusted_proxies: Callable[[], tuple[UntrustedProxy, ...]] = tuple,
    ) -> None:
        self._store = store
        self._work = work
        self._intake = intake
        self._untrusted_proxies = untrusted_proxies

    async def of(self, site: Site) -> SiteHealth:
        """As of today, in the site's zone."""
        number = int(site.id)
        intake = self._intake(number) if self._intake else None
        proxies = self._untrusted_proxies()

        def read() -> SiteHealth:
            recent = read_recent(self._store, number, intake.unsaved if intake else {})
            day = today(site.zone)
            if site.counts_only:
                traffic = counted_traffic(self._store, number, day)
            else:
                traffic = site_traffic(self._store, number, day, site.zone)
            return SiteHealth(traffic, recent, intake, proxies)

        return await self._work.run(read)
