"""Experiments that pages report, defined or not."""

from __future__ import annotations

from aggregator.queries.exposure import read_seen_variants
from aggregator.queries.pages import resolve_pages
from aggregator.shapes.scope import Scope
from store.client import Store
from store.definitions import Definitions
from store.records import Experiment, Site, Variant
from viewer.http.errors import Problem
from viewer.lookup import find_experiment


def measured_experiment(definitions: Definitions, store: Store, site: Site, scope: Scope, name: str) -> Experiment:
    """The experiment of this name; where none is defined, one of the variants that visitors were seen in.

    Problem 404 when pages report no such experiment either. Queries: run it in a thread.
    """
    try:
        return find_experiment(definitions, site, name)
    except Problem as unknown:
        pages = resolve_pages(store, scope.site, scope.pages)
        _, seen = read_seen_variants(store, scope, pages, name)
        keys = sorted({key for variants in seen for key in variants})
        if len(keys) < 2:
            raise unknown from None
        variants = tuple(Variant(key=key, name=key, share=1 / len(keys)) for key in keys)
        return Experiment(id=name, site=site.id, name=name, pages=scope.pages, variants=variants)
