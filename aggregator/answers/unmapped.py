"""Traffic that no touchpoint of a journey claims: pages, other sites that visitors came from, and events."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.journey import claimed_pages, course_of
from aggregator.queries.touches import read_page_visitors
from aggregator.queries.unmapped import read_unmapped_events, read_unmapped_referrers
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.journeys import Journey

MOST_OF_A_KIND = 200


@dataclass(frozen=True)
class UnmappedTraffic:
    """(name, visitors) of each kind, those with the most visitors first; without what the journey leaves out."""

    pages: tuple[tuple[str, int], ...] = ()
    referrers: tuple[tuple[str, int], ...] = ()
    events: tuple[tuple[str, int], ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.pages or self.referrers or self.events)


def unmapped_traffic(store: Store, journey: Journey, scope: SiteScope) -> UnmappedTraffic:
    """What the visitors of a scope did that is on no touchpoint of a journey."""
    course = course_of(journey)
    visitors = read_page_visitors(store, scope)
    claims = claimed_pages(journey, visitors)
    pages = [(page, n) for page, n in visitors.items() if page not in claims]

    def shown(kind: str, found: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
        return tuple(one for one in found if f"{kind}:{one[0]}" not in journey.left_out)[:MOST_OF_A_KIND]

    most = MOST_OF_A_KIND + len(journey.left_out)
    return UnmappedTraffic(
        pages=shown("page", pages),
        referrers=shown("channel", read_unmapped_referrers(store, scope, course, most)),
        events=shown("event", read_unmapped_events(store, scope, course, most)),
    )
