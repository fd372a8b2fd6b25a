"""Visitors with a dead click or a rage burst, per group of pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

from aggregator.measures.frustration import EDITABLE, UNJUDGED, dead, rage, tag_mask
from aggregator.queries.clicks import read_suspect_clicks
from aggregator.queries.records import read_record_paths
from aggregator.shapes.records import records_of
from store.client import Store


def frustrated_visitors(
    store: Store, site: int, groups: Mapping[str, int], since: date, until: date, device: str = ""
) -> dict[int, int]:
    """Group → distinct visitors with a dead click or a rage burst there; `groups`: page → number, from 1."""
    if not groups:
        return {}
    clicks = read_suspect_clicks(store, site, groups, since, until, device)
    ids, paths = read_record_paths(store, site, UNJUDGED)
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
    people, number = np.unique(clicks.visitor[bad], return_inverse=True)
    pairs = np.sort(clicks.group[bad].astype(np.int64) * len(people) + number)
    distinct = pairs[np.flatnonzero(np.diff(pairs, prepend=-1))]
    counts = np.bincount(distinct // len(people))
    return {group: n for group, n in enumerate(counts.tolist()) if n}
