"""How tall the windows and the page were for visitors: pictures are taken in such windows, and held against that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from aggregator.queries.conditions import PEOPLE
from aggregator.shapes.heights import Heights
from store.client import Store

NEAR = 0.1  # views this much wider or narrower than a picture speak for it
LEAST = 20  # views


def recorded_heights(
    store: Store, site: int, page: str, widths: Sequence[int], since: date, until: date, least: int = LEAST
) -> Heights:
    """Of the people who saw this page in the period (both days included)."""
    rows = store.rows(
        "SELECT width, quantileExact(0.5)(viewport_h) AS window_height, quantileExact(0.5)(page_h) AS page_height "
        "FROM (SELECT viewport_w, viewport_h, page_h FROM views FINAL WHERE site = {site:UInt32} "
        f"AND page = {{page:String}} AND day BETWEEN {{since:Date}} AND {{until:Date}} AND {PEOPLE}) "
        "ARRAY JOIN {widths:Array(Int32)} AS width "
        "WHERE abs(toInt32(viewport_w) - width) <= {near:Float64} * width "
        "GROUP BY width HAVING count() >= {least:UInt32}",
        site=site,
        page=page,
        since=since,
        until=until,
        widths=list(widths),
        near=NEAR,
        least=least,
    )
    return Heights(
        window={int(row["width"]): int(row["window_height"]) for row in rows},
        page={int(row["width"]): int(row["page_height"]) for row in rows},
    )
