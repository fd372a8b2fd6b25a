"""The rows of one visitor in ten on busy pages, kept in memory for the next questions about them.

The stored rows are not sorted by visitor, so that selecting a tenth of them reads them all. With these tables, a change
of filter reads only the tenth.
"""

from __future__ import annotations

import uuid
import weakref
from contextlib import suppress
from dataclasses import replace

from aggregator.queries.chosen_rows import PREFIX, drop_lost, fill_table
from aggregator.queries.conditions import where
from aggregator.shapes.scope import ChosenRows, KeptRows, Scope
from store.client import Store
from store.errors import StoreError

_FILTERED = "site, page, device, variants, bot, excluded, day, time, view, visitor"  # that conditions are about
_POINTS = (
    "kind, key, record, fx, fy, box_w, box_h, page_x, page_y, page_w, page_h, viewport_w, weight, button, flags, "
    "effect, effect_ms"
)
_SCROLLS = "key, fy, depth, page_h, viewport_w, viewport_h, bands"
_VIEWS = "viewport_w, page_h, cut, touch"


def keep_rows(store: Store, scope: Scope, pages: tuple[str, ...]) -> KeptRows | None:
    """The rows of one visitor in ten, whatever the scope is narrowed by; None on a cluster, where the next query may be
    answered by a server that has no such tables."""
    if store.cluster:
        return None
    drop_lost(store)
    name = f"{PREFIX}{uuid.uuid4().hex}"
    kept = KeptRows(f"{name}_points", f"{name}_scrolls", f"{name}_views")
    weakref.finalize(kept, _drop, store, (kept.points, kept.scrolls, kept.views)).atexit = False
    everybody = replace(
        scope, segment=None, device="", variant=None, bots=False, tenth=True, chosen=ChosenRows(), kept=None
    )
    of_points, of_views = where(everybody, pages, kind=True), where(everybody, pages)
    for table, source, columns, w in (
        (kept.points, "points", _POINTS, of_points),
        (kept.scrolls, "scrolls FINAL", _SCROLLS, of_views),
        (kept.views, "views FINAL", _VIEWS, of_views),
    ):
        selected = f"SELECT {_FILTERED}, {columns} FROM {source}"
        fill_table(store, table, f"AS {selected}", f"{selected} WHERE {w.place}", w.params)
    return kept


def _drop(store: Store, tables: tuple[str, ...]) -> None:
    with suppress(StoreError):  # the store is closed
        for table in tables:
            store.drop(table)
