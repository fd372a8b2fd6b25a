"""The elements of a site that frustrate most visitors."""

from __future__ import annotations

from dataclasses import replace

from aggregator.measures.frustration import EDITABLE, UNJUDGED
from aggregator.queries.records import read_pressing
from aggregator.queries.traffic import read_visited
from aggregator.queries.troubles import read_click_errors, read_clickers, read_dead, read_raging, with_clickers
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.troubles import ElementTrouble
from store.client import Store

LEAST = 10  # visitors hurt; below, an element is not mentioned
MOST = 50  # elements of each kind of trouble
DEAD_LEAST, RAGE_LEAST, ERROR_LEAST = 0.30, 0.05, 0.05  # shares of an element's clickers


def troubles(store: Store, scope: SiteScope) -> tuple[ElementTrouble, ...]:
    """The elements with dead clicks, bursts or errors for enough visitors, those that hurt most of them first. A figure
    below its share of the clickers is 0. Of a tenth of the visitors, estimates."""
    pages = read_visited(store, scope)
    if not pages:
        return ()
    unjudged, editable = read_pressing(store, scope.site, pages, UNJUDGED, EDITABLE)
    dead = read_dead(store, scope, unjudged, LEAST, MOST)
    rage = read_raging(store, scope, editable, LEAST, MOST)
    failed = read_click_errors(store, scope, LEAST, MOST)
    places = list(dict.fromkeys((*dead, *rage, *failed)))
    clickers = read_clickers(store, scope, places) if places else {}
    found = (_of_all(_above(one), 10 if scope.tenth else 1) for one in with_clickers(clickers, dead, rage, failed))
    return tuple(sorted((one for one in found if one.worst), key=lambda one: (-one.worst, one.page, one.key)))


def _of_all(one: ElementTrouble, one_in: int) -> ElementTrouble:
    """Numbers of visitors estimated from one visitor in so many."""
    errors = tuple(replace(e, visitors=e.visitors * one_in, times=e.times * one_in) for e in one.errors)
    numbers = {name: getattr(one, name) * one_in for name in ("clickers", "dead", "rage", "failed")}
    return replace(one, **numbers, errors=errors)


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
