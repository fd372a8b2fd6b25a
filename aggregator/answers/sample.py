"""What the store holds for one question: enough for a map on any layout."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from aggregator.queries.exposure import read_exposed
from aggregator.queries.points import read_left_out, read_points
from aggregator.queries.records import read_records
from aggregator.shapes.columns import UInt64
from aggregator.shapes.exposure import Exposed, LeftOut
from aggregator.shapes.points import Points
from aggregator.shapes.records import Records
from aggregator.shapes.scope import Scope
from store.client import Store


@dataclass(frozen=True)
class Sample:
    """The points of `scope`, whose patterns resolved to `pages`, and what the question leaves out."""

    scope: Scope
    pages: tuple[str, ...]
    points: Points
    records: Records
    left_out: LeftOut
    exposed: Exposed


def read_sample(
    store: Store, scope: Scope, pages: tuple[str, ...], width: int, without: UInt64 | None = None
) -> Sample:
    """Read a question for a picture `width` px wide.

    Points of the visitors `without` (sorted ids) are left out and count as outside the segment.
    """
    # The counts come first. Points that arrive in between are in the points, and the account still adds up.
    left_out = read_left_out(store, scope, pages)
    exposed = read_exposed(store, scope, pages, width)
    points = read_points(store, scope, pages)
    records = read_records(store, scope, pages)
    if without is not None and len(without):
        keep = ~np.isin(points.visitor, without)
        left_out = replace(left_out, outside=left_out.outside + int((~keep).sum()))
        points = points.take(keep)
    return Sample(scope, pages, points, records, left_out, exposed)
