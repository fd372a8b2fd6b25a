"""Visitors with a dead click or a rage burst, per group of pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from aggregator import site_queries
from aggregator.frustration import EDITABLE, UNJUDGED, dead, rage, tag_mask
from aggregator.records import records_of
from store.client import Store


def frustrated_visitors(
    store: Store, site: int, groups: Mapping[str, int], since: date, until: date, device: str = ""
) -> dict[int, int]:
    """Group → distinct visitors with a dead click or a rage burst on one of its pages; `groups`: page → group."""
    if not groups:
        return {}
    clicks = site_queries.read_suspect_clicks(store, site, list(groups), since, until, device)
    ids, paths = site_queries.read_record_paths(store, site, UNJUDGED)
    records = records_of(ids, ids, paths, [""] * len(paths))
    bad = dead(
        clicks.effect, clicks.effect_ms, clicks.button, clicks.flags, tag_mask(records, clicks.record, UNJUDGED)
    ) | rage(
        clicks.view,
        clicks.time,
        clicks.x,
        clicks.y,
        clicks.effect,
        clicks.effect_ms,
        clicks.flags,
        tag_mask(records, clicks.record, EDITABLE),
    )
    if not bad.any():
        return {}
    of_page = np.array([groups[page] for page in clicks.page], np.int64)
    group = of_page[clicks.page_at[bad]]
    people, number = np.unique(clicks.visitor[bad], return_inverse=True)
    pairs = np.unique(group * len(people) + number)
    found, counts = np.unique(pairs // len(people), return_counts=True)
    return dict(zip(found.tolist(), counts.tolist(), strict=True))
