"""Visitors with a dead click or a rage burst, per group of pages."""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.measures.frustration import EDITABLE, UNJUDGED
from aggregator.queries.frustrated import read_frustrated
from aggregator.queries.records import read_pressing
from aggregator.shapes.scope import SiteScope
from store.client import Store


def frustrated_visitors(store: Store, scope: SiteScope, groups: Mapping[str, int]) -> dict[int, int]:
    """Group → distinct visitors with a dead click or a rage burst in it; `groups`: page → number, from 1."""
    if not groups:
        return {}
    unjudged, editable = read_pressing(store, scope.site, groups, UNJUDGED, EDITABLE)
    return read_frustrated(store, scope, groups, unjudged, editable)
