"""Views of a site's visitors, for journeys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from aggregator.queries.conditions import PERIOD, device_condition
from aggregator.queries.page_numbers import page_numbers
from aggregator.shapes.touches import Touches
from store.client import Store


def read_touches(
    store: Store, site: int, claims: Mapping[str, int], since: date, until: date, device: str = ""
) -> Touches:
    """The views of a site's visitors; `claims`: page → number of its touchpoint, from 1."""
    segment, params = device_condition(device)
    c = store.columns(
        f"SELECT visitor, time, view, xxHash64(page) AS hash FROM touches WHERE {PERIOD}{segment} "
        "ORDER BY visitor, time, view",
        site=site,
        since=since,
        until=until,
        **params,
    )
    visitor, time, view = c["visitor"], c["time"], c["view"]
    first = np.ones(len(view), bool)
    first[1:] = (view[1:] != view[:-1]) | (visitor[1:] != visitor[:-1])  # a view counts once
    return Touches(visitor[first], time[first], page_numbers(c["hash"][first], claims))


def read_page_visitors(store: Store, site: int, since: date, until: date, device: str = "") -> dict[str, int]:
    """Visitors of each page in the period, the busiest first."""
    segment, params = device_condition(device)
    rows = store.rows(
        f"SELECT page, uniqExact(visitor) AS visitors FROM touches WHERE {PERIOD}{segment} "
        "GROUP BY page ORDER BY visitors DESC, page",
        site=site,
        since=since,
        until=until,
        **params,
    )
    return {row["page"]: row["visitors"] for row in rows}
