"""A trait of the visits that some points were made in, and which of their views are in a segment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal, get_args

import numpy as np

from aggregator.queries.conditions import where
from aggregator.queries.id_lists import among
from aggregator.queries.visits import FIRST_COLUMN, VIEW, visit_arrays
from aggregator.shapes.columns import UInt64
from aggregator.shapes.scope import ChosenRows, Scope
from store.client import Store
from store.segments import Group, is_empty
from store.zoned_sql import in_days

PointTrait = Literal["source", "channel", "device", "visitor", "variant"]
POINT_TRAITS: tuple[PointTrait, ...] = get_args(PointTrait)


def read_view_traits(store: Store, scope: Scope, visitors: UInt64, trait: PointTrait) -> tuple[UInt64, list[str]]:
    """(views of these visitors, the trait of the visit of each). What a visit has is what its first view has.

    `visitor`: `new` in a visitor's first visit in the stored history, else `returning`. `variant`: of the view itself.
    """
    named, values = among("visitor", "visitor", visitors)
    condition = f"site = {{site:UInt32}} AND {named}"
    if trait != "visitor":
        # A day earlier too: a visit of the first day may have begun then.
        days, bounds = in_days(scope.zone, scope.since - timedelta(days=1), scope.until)
        condition, values = f"{condition} AND {days}", values | bounds
    own, value = {
        "visitor": ("''", "if(number = 1, 'new', 'returning')"),
        "variant": ("arrayStringConcat(arraySort(mapValues(variants)), ', ')", f"v.{FIRST_COLUMN}"),
    }.get(trait, (f"toString({trait})", f"visit[1].{FIRST_COLUMN}"))
    rows = f"SELECT view, visitor, toUnixTimestamp64Milli(time) AS ms, {own} AS own FROM views FINAL WHERE {condition}"
    of_visit = f"arrayMap(v -> (v.{VIEW}, {value}), visit)"
    c = store.columns(
        f"SELECT found.1 AS view, found.2 AS value FROM ({visit_arrays(rows, ('own',))}) "
        f"ARRAY JOIN arrayFlatten(arrayMap((visit, number) -> {of_visit}, visits, arrayEnumerate(visits))) AS found",
        site=scope.site,
        **values,
    )
    return c["view"].astype(np.uint64), c["value"].tolist()


def read_views_in(
    store: Store, scope: Scope, pages: tuple[str, ...], visitors: UInt64, segment: Group
) -> frozenset[int] | None:
    """The views of these visitors on the pages that a segment counts; None for one without rules, which counts all."""
    if is_empty(segment):
        return None
    # Who the map counts is known already: only the segment is asked about.
    asked = replace(scope, segment=segment, chosen=ChosenRows(), device="", variant=None, tenth=False)
    condition = where(asked, pages)
    named, values = among("visitor", "visitor", visitors)
    c = store.columns(
        f"SELECT DISTINCT view FROM views WHERE {condition.sql} AND {named}", **condition.params, **values
    )
    return frozenset(c["view"].astype(np.uint64).tolist())
