"""Whether data was lost in a period, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aggregator.queries.traffic import read_longest_gap, read_tracker_errors
from aggregator.shapes.overview import VisitorAccount
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.records import Site
from store.tallies import ACCEPTED, SKIPPED, read_tallies_of
from viewer.pages.frame.languages import Language
from viewer.pages.sites.refusals import OF_PROGRAMS

MINUTE = 60_000  # ms


@dataclass(frozen=True)
class ReceivedData:
    """Messages of some days. `refused`: of pages; `errors`: of the script on the pages, each may have lost an event;
    `gap`: the longest time without a view, in minutes."""

    accepted: int
    refused: int
    errors: int
    gap: int


def read_received(store: Store, site: Site, since: date, until: date) -> ReceivedData:
    """What a site received on its days since…until. Raises StoreError."""
    (begin, _), (_, end) = site.zone.spans(since, since)[0], site.zone.spans(until, until)[-1]
    tallies = read_tallies_of(store, int(site.id), begin, end)
    refused = sum(one.count for reason, one in tallies.items() if reason not in {ACCEPTED, SKIPPED, *OF_PROGRAMS})
    scope = SiteScope(int(site.id), since, until, zone=site.zone)
    accepted = tallies[ACCEPTED].count if ACCEPTED in tallies else 0
    return ReceivedData(accepted, refused, read_tracker_errors(store, scope), read_longest_gap(store, scope))


def received_words(lang: Language, received: ReceivedData, account: VisitorAccount) -> tuple[str, str]:
    """Whether data was lost, and the figures."""
    _ = lang.text
    if received.refused or received.errors:
        parts = [
            lang.plural("%(num)s message was refused", "%(num)s messages were refused", received.refused)
            if received.refused
            else "",
            lang.plural("the script met %(num)s error", "the script met %(num)s errors", received.errors)
            if received.errors
            else "",
        ]
        lost = _("Data may be missing: %(what)s.", what=", ".join(one for one in parts if one))
    else:
        lost = _("Nothing was lost.")
    sentences = [
        *([lang.plural("%(num)s message received.", "%(num)s messages received.", received.accepted)]
          if received.accepted else []),
        _(
            "Visitors received: %(received)s, of them robots: %(bots)s, excluded: %(excluded)s.",
            received=lang.number(account.received),
            bots=lang.number(account.bots),
            excluded=lang.number(account.excluded),
        ),
        *([_("The longest time without a view: %(span)s.", span=lang.span(received.gap * MINUTE))]
          if received.gap else []),
    ]  # fmt: skip
    return lost, " ".join(sentences)
