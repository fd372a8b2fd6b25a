"""What was seen on a site, for a map that begins with it (rules/journey_seen.py)."""

from __future__ import annotations

from aggregator.queries.page_order import read_channels, read_page_order
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.journeys import SeenSite

PAGES_READ = 30


def seen_site(store: Store, scope: SiteScope) -> SeenSite:
    visitors, channels = read_channels(store, scope)
    return SeenSite(visitors, tuple(read_page_order(store, scope, PAGES_READ)), tuple(channels))
