"""The visitors of each choice of the filters, and of all of them together."""

from __future__ import annotations

from aggregator.queries.filter_counts import read_filter_counts
from aggregator.queries.pages import resolve_pages
from aggregator.shapes.filter_counts import FilterCounts, Narrowing
from aggregator.shapes.scope import Scope, SiteScope
from store.client import Store


def filter_counts(store: Store, scope: Scope | SiteScope, narrowing: Narrowing) -> FilterCounts:
    """Counts over the pages and days of a scope; its device and segment are those of `narrowing`."""
    pages = resolve_pages(store, scope.site, scope.pages) if isinstance(scope, Scope) else ()
    if isinstance(scope, Scope) and not pages:
        return FilterCounts()
    return read_filter_counts(store, scope, narrowing, pages)
