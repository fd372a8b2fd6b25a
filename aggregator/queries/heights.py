"""How tall windows and pages were for visitors: pictures are taken in such windows, and compared with such pages."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.queries.conditions import where_site
from aggregator.shapes.heights import Heights
from aggregator.shapes.scope import SiteScope
from store.client import Store

NEAR = 0.1  # views up to this much wider or narrower than a picture count for it
LEAST = 20  # views


def recorded_heights(store: Store, scope: SiteScope, page: str, widths: Sequence[int], least: int = LEAST) -> Heights:
    """Median heights among the people who saw this page, for each of `widths` (CSS px) with `least` views or more."""
    condition, params = where_site(scope)
    rows = store.rows(
        "SELECT width, quantileExact(0.5)(viewport_h) AS window_height, quantileExact(0.5)(page_h) AS page_height "
        f"FROM (SELECT viewport_w, viewport_h, page_h FROM views FINAL WHERE {condition} AND page = {{page:String}}) "
        "ARRAY JOIN {widths:Array(Int32)} AS width "
        "WHERE abs(toInt32(viewport_w) - width) <= {near:Float64} * width "
        "GROUP BY width HAVING count() >= {least:UInt32}",
        page=page,
        widths=list(widths),
        near=NEAR,
        least=least,
        **params,
    )
    return Heights(
        window={int(row["width"]): int(row["window_height"]) for row in rows},
        page={int(row["width"]): int(row["page_height"]) for row in rows},
    )
