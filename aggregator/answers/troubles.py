"""The elements of a site that frustrate most visitors."""

from __future__ import annotations

import numpy as np

from aggregator.measures.frustration import EDITABLE, UNJUDGED, pressed_tag
from aggregator.queries.records import read_record_paths
from aggregator.queries.traffic import read_visited
from aggregator.queries.troubles import read_click_errors, read_clickers, read_dead, read_raging, with_clickers
from aggregator.shapes.columns import UInt64
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.troubles import ElementTrouble
from store.client import Store

LEAST = 10  # visitors hurt; below, an element is not mentioned
MOST = 50  # elements of each kind of trouble
DEAD_LEAST, RAGE_LEAST, ERROR_LEAST = 0.30, 0.05, 0.05  # shares of an element's clickers


def troubles(store: Store, scope: SiteScope) -> tuple[ElementTrouble, ...]:
    """The elements with dead clicks, bursts or errors for enough visitors, those that hurt most of them first. A figure
    below its share of the clickers is 0."""
    pages = read_visited(store, scope)
    if not pages:
        return ()
    ids, paths = read_record_paths(store, scope.site, pages, UNJUDGED)
    dead = read_dead(store, scope, _on(ids, paths, UNJUDGED), LEAST, MOST)
    rage = read_raging(store, scope, _on(ids, paths, EDITABLE), LEAST, MOST)
    failed = read_click_errors(store, scope, LEAST, MOST)
    places = list(dict.fromkeys((*dead, *rage, *failed)))
    clickers = read_clickers(store, scope, places) if places else {}
    found = (_above(one) for one in with_clickers(clickers, dead, rage, failed))
    return tuple(sorted((one for one in found if one.worst), key=lambda one: (-one.worst, one.page, one.key)))


def _on(ids: UInt64, paths: list[str], tags: frozenset[str]) -> UInt64:
    """The records whose click presses one of the tags."""
    return np.asarray(ids, np.uint64)[[pressed_tag(path) in tags for path in paths]] if len(paths) else ids


def _above(one: ElementTrouble) -> ElementTrouble:
    failed = one.failed if one.failed >= ERROR_LEAST * one.clickers else 0
    return ElementTrouble(
        page=one.page,
        key=one.key,
        clickers=one.clickers,
        dead=one.dead if one.dead >= DEAD_LEAST * one.clickers else 0,
        rage=one.rage if one.rage >= RAGE_LEAST * one.clickers else 0,
        failed=failed,
        errors=one.errors if failed else (),
    )
