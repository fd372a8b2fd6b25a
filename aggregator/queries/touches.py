"""Views of a site's visitors, for journeys."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from aggregator.queries.conditions import where_site
from aggregator.queries.page_numbers import page_numbers
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.touches import Touches
from store.client import Store


def read_touches(store: Store, scope: SiteScope, claims: Mapping[str, int]) -> Touches:
    """The views of a site's visitors; `claims`: page → number of its touchpoint, from 1."""
    condition, params = where_site(scope)
    c = store.columns(
        f"SELECT visitor, time, view, xxHash64(page) AS hash FROM touches WHERE {condition} "
        "ORDER BY visitor, time, view",
        **params,
    )
    visitor, time, view = c["visitor"], c["time"], c["view"]
    first = np.ones(len(view), bool)
    first[1:] = (view[1:] != view[:-1]) | (visitor[1:] != visitor[:-1])  # a view counts once
    return Touches(visitor[first], time[first], page_numbers(c["hash"][first], claims))


def read_page_visitors(store: Store, scope: SiteScope) -> dict[str, int]:
    """Visitors of each page in the period, the busiest first."""
    condition, params = where_site(scope)
    rows = store.rows(
        f"SELECT page, uniqExact(visitor) AS visitors FROM touches WHERE {condition} "
        "GROUP BY page ORDER BY visitors DESC, page",
        **params,
    )
    return {row["page"]: row["visitors"] for row in rows}
