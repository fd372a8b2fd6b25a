"""Visitors with a dead click or a burst of clicks, counted in the engine by groups of pages."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xxhash

from aggregator.queries.bursts import FIRST, bursts_sql
from aggregator.queries.conditions import MOST_NAMED, where_site
from aggregator.queries.id_lists import among, bound
from aggregator.queries.point_sql import BY_HAND, IS_DISABLED, MAY_BE_DEAD
from aggregator.shapes.columns import UInt64
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.zoned_sql import Sql


def read_frustrated(
    store: Store, scope: SiteScope, groups: Mapping[str, int], unjudged: UInt64, editable: UInt64
) -> dict[int, int]:
    """Group → its distinct frustrated visitors, for groups with any. `groups`: page → number of its group, from 1.

    `unjudged`: records whose clicks may be answered where a page cannot see it; `editable`: those without bursts.
    """
    condition, params = where_site(scope)
    clicks = f"{condition} AND kind = 'click'"
    if len(groups) <= MOST_NAMED:  # otherwise clicks on all pages are read, and those on other pages dropped
        clicks += " AND page IN {pages:Array(String)}"
        params["pages"] = list(groups)
    on_unjudged, of_unjudged = among("record", "unjudged", unjudged)
    on_editable, of_editable = among("record", "editable", editable)
    dead = (
        f"SELECT xxHash64(page) AS hash, visitor FROM points WHERE {clicks} AND {MAY_BE_DEAD} "
        f"AND ({IS_DISABLED} OR NOT {on_unjudged})"
    )
    bursts = bursts_sql(f"{clicks} AND {BY_HAND} AND NOT {on_editable}", ("xxHash64(page)", "visitor"))
    group, of_groups = _group_sql(groups)
    rows = store.rows(
        f"SELECT {group} AS number, uniqExact(visitor) AS people FROM "
        f"({dead} UNION ALL SELECT one.{FIRST} AS hash, one.{FIRST + 1} AS visitor FROM ({bursts})) "
        "WHERE number > 0 GROUP BY number",
        **params,
        **of_unjudged,
        **of_editable,
        **of_groups,
    )
    return {int(row["number"]): int(row["people"]) for row in rows}


def _group_sql(groups: Mapping[str, int]) -> Sql:
    """The number of the group of the page with a `hash`, 0 for other pages. Names of all pages may be too long."""
    hashes, of_hashes = bound("hash", np.array([xxhash.xxh64_intdigest(page.encode()) for page in groups], np.uint64))
    numbers, of_numbers = bound("group", np.array(list(groups.values()), np.uint32), "UInt32")
    return f"transform(hash, {hashes}, {numbers}, toUInt32(0))", of_hashes | of_numbers
