"""Visitors with a dead click or a rage burst, per group of pages."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from aggregator.measures.frustration import EDITABLE, UNJUDGED, dead, rage, tag_mask
from aggregator.queries.clicks import read_suspect_clicks
from aggregator.queries.records import read_record_paths
from aggregator.shapes.records import records_of
from aggregator.shapes.scope import SiteScope
from store.client import Store


def frustrated_visitors(store: Store, scope: SiteScope, groups: Mapping[str, int]) -> dict[int, int]:
    """Group → distinct visitors with a dead click or a rage burst in it; `groups`: page → number, from 1."""
    if not groups:
        return {}
    clicks = read_suspect_clicks(store, scope, groups)
    ids, paths = read_record_paths(store, scope.site, groups, UNJUDGED)
    records = records_of(ids, ids, paths, [""] * len(paths))
    frustrated = dead(clicks, tag_mask(records, clicks.record, UNJUDGED))
    frustrated |= rage(clicks, tag_mask(records, clicks.record, EDITABLE))
    if not frustrated.any():
        return {}
    people, number = np.unique(clicks.visitor[frustrated], return_inverse=True)
    pairs = np.sort(clicks.group[frustrated].astype(np.int64) * len(people) + number)
    distinct = pairs[np.flatnonzero(np.diff(pairs, prepend=-1))]
    counts = np.bincount(distinct // len(people))
    return {group: n for group, n in enumerate(counts.tolist()) if n}
