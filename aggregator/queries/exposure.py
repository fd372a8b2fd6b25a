"""Who had a view of the pages."""

from __future__ import annotations

from aggregator.queries.conditions import where
from aggregator.shapes.columns import UInt64
from aggregator.shapes.exposure import Exposed
from aggregator.shapes.scope import Scope
from store.client import Store


def read_exposed(store: Store, scope: Scope, pages: tuple[str, ...], width: int) -> Exposed:
    """Exposed visitors and views of a scope; `width` is that of the picture."""
    w = where(scope, pages)
    row = store.rows(
        "SELECT uniqExact(visitor) AS visitors, count() AS views, sum(cut) AS dropped, "
        "quantileExactIf(0.5)(page_h, abs(toInt32(viewport_w) - {width:Int32}) <= 0.02 * {width:Int32}) AS median_h "
        f"FROM views FINAL WHERE {w.sql}",
        width=width,
        **w.params,
    )[0]
    return Exposed(row["visitors"], row["views"], int(row["median_h"] or 0), row["dropped"])


def read_seen_variants(
    store: Store, scope: Scope, pages: tuple[str, ...], experiment: str
) -> tuple[UInt64, list[list[str]]]:
    """(visitor ids, variants that each of them saw in these pages and this period)."""
    w = where(scope, pages)
    c = store.columns(
        f"SELECT visitor, arraySort(groupUniqArray(variants[{{of:String}}])) AS seen FROM views FINAL WHERE {w.sql} "
        "AND variants[{of:String}] != '' GROUP BY visitor",
        of=experiment,
        **w.params,
    )
    return c["visitor"], [list(seen) for seen in c["seen"]]
