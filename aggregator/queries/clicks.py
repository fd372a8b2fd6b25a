"""Clicks that may be dead, or part of a rage burst."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from aggregator.measures.frustration import DEAD_AFTER, RAGE_CLICKS
from aggregator.queries.conditions import MOST_NAMED, where_site
from aggregator.queries.page_numbers import page_numbers
from aggregator.shapes.clicks import SuspectClicks
from aggregator.shapes.scope import SiteScope
from store.client import Store


def read_suspect_clicks(store: Store, scope: SiteScope, groups: Mapping[str, int]) -> SuspectClicks:
    """Clicks of people without a quick effect, or in a view with enough of them for a burst.

    `groups`: page → number of its group, from 1.
    """
    condition, params = where_site(scope)
    condition += " AND kind = 'click'"
    if len(groups) <= MOST_NAMED:  # otherwise it reads all pages, and rows of the others are dropped here
        condition += " AND page IN {pages:Array(String)}"
        params["pages"] = list(groups)
    c = store.columns(
        "SELECT xxHash64(page) AS hash, view, visitor, record, time, page_x, page_y, effect, effect_ms, "
        f"button, flags FROM points WHERE {condition} AND (effect = 0 OR effect_ms > {DEAD_AFTER} OR view GLOBAL IN "
        f"(SELECT view FROM points WHERE {condition} GROUP BY view HAVING count() >= {RAGE_CLICKS}))",
        **params,
    )
    group = page_numbers(c["hash"], groups)
    asked = group > 0
    return SuspectClicks(
        group=group[asked],
        view=c["view"][asked],
        visitor=c["visitor"][asked],
        record=c["record"][asked],
        time=c["time"][asked],
        page_x=c["page_x"][asked],
        page_y=c["page_y"][asked],
        effect=c["effect"][asked],
        effect_ms=c["effect_ms"][asked].astype(np.int32),
        button=c["button"][asked],
        flags=c["flags"][asked],
    )
