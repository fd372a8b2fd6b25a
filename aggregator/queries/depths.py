"""How far down views went, and how long each part of the page was in view."""

from __future__ import annotations

import numpy as np

from aggregator.queries.conditions import where
from aggregator.queries.points import fraction
from aggregator.shapes.depths import BANDS, Bands, Depths
from aggregator.shapes.scope import Scope
from store.client import Store


def read_depths(store: Store, scope: Scope, pages: tuple[str, ...]) -> Depths:
    """The deepest edge of each view of a scope. A view that reported no depth saw its first viewport."""
    w = where(scope, pages)
    v = store.columns(f"SELECT view, viewport_w, viewport_h, page_h FROM views FINAL WHERE {w.sql}", **w.params)
    s = store.columns(f"SELECT view, key, fy, depth, page_h FROM scrolls FINAL WHERE {w.sql} ORDER BY view", **w.params)
    n = len(v["view"])
    depth = v["viewport_h"].astype(np.int32)
    page_h = v["page_h"].astype(np.int32)
    key, fy = np.zeros(n, np.uint64), np.zeros(n, np.float32)
    if n and len(s["view"]):
        at = np.minimum(np.searchsorted(s["view"], v["view"]), len(s["view"]) - 1)
        has = np.flatnonzero(s["view"][at] == v["view"])
        of = at[has]
        key[has], fy[has] = s["key"][of], fraction(s["fy"][of])
        depth[has], page_h[has] = s["depth"][of], s["page_h"][of]
    return Depths(key, fy, depth, page_h, v["viewport_w"].astype(np.int32), v["viewport_h"].astype(np.int32))


def read_bands(store: Store, scope: Scope, pages: tuple[str, ...]) -> Bands:
    """How long each twentieth of the page was in view, for the views that reported it."""
    w = where(scope, pages)
    names = [f"band{n}" for n in range(1, BANDS + 1)]
    each = ", ".join(f"bands[{n}] AS {name}" for n, name in enumerate(names, 1))  # 0 where the row has fewer
    c = store.columns(f"SELECT viewport_w, {each} FROM scrolls FINAL WHERE {w.sql} AND notEmpty(bands)", **w.params)
    ms = np.stack([c[name] for name in names], axis=1).astype(np.float32)
    return Bands(ms.reshape(-1, BANDS), c["viewport_w"].astype(np.int32))
