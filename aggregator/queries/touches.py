"""The pages of a site by their visitors, from the rows that journeys are made of."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.queries.conditions import where_site
from aggregator.shapes.scope import SiteScope
from store.client import Store


def read_page_visitors(store: Store, scope: SiteScope) -> dict[str, int]:
    """Visitors of each page in the period, the busiest first."""
    condition, params = where_site(scope)
    rows = store.rows(
        f"SELECT page, uniqExact(visitor) AS visitors FROM touches WHERE {condition} "
        "GROUP BY page ORDER BY visitors DESC, page",
        **params,
    )
    return {row["page"]: row["visitors"] for row in rows}


def read_visitors_of_pages(store: Store, scope: SiteScope, pages: Sequence[str]) -> int:
    """The visitors of any of these pages in the period."""
    condition, params = where_site(scope)
    (row,) = store.rows(
        f"SELECT uniqExact(visitor) AS visitors FROM touches WHERE {condition} AND page IN {{pages:Array(String)}}",
        **params,
        pages=list(pages),
    )
    return int(row["visitors"])
