"""Clicks that may be dead, or part of a rage burst."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from aggregator.queries.conditions import PERIOD, device_condition
from aggregator.queries.page_numbers import page_numbers
from aggregator.shapes.clicks import Clicks
from store.client import Store

MOST_NAMED = 500  # pages that a query names; of more it reads all pages, and drops what was not asked


def read_suspect_clicks(
    store: Store, site: int, groups: Mapping[str, int], since: date, until: date, device: str = ""
) -> Clicks:
    """Clicks of people without a quick effect, or in a view with three or more. `groups`: page → number, from 1."""
    segment, params = device_condition(device)
    place = f"kind = 'click' AND {PERIOD}{segment}"
    values: dict[str, Any] = {"site": site, "since": since, "until": until, **params}
    if len(groups) <= MOST_NAMED:
        place += " AND page IN {pages:Array(String)}"
        values["pages"] = list(groups)
    c = store.columns(
        "SELECT xxHash64(page) AS hash, view, visitor, record, time, page_x, page_y, effect, effect_ms, "
        f"button, flags FROM points WHERE {place} AND (effect = 0 OR effect_ms > 1000 OR view GLOBAL IN "
        f"(SELECT view FROM points WHERE {place} GROUP BY view HAVING count() >= 3))",
        **values,
    )
    group = page_numbers(c["hash"], groups)
    asked = group > 0
    return Clicks(
        group=group[asked],
        view=c["view"][asked],
        visitor=c["visitor"][asked],
        record=c["record"][asked],
        time=c["time"][asked],
        x=c["page_x"][asked],
        y=c["page_y"][asked],
        effect=c["effect"][asked],
        effect_ms=c["effect_ms"][asked].astype(np.int32),
        button=c["button"][asked],
        flags=c["flags"][asked],
    )
