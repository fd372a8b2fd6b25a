"""Who had a view of the pages."""

from __future__ import annotations

from aggregator.queries.conditions import Condition, where
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
) -> dict[tuple[str, ...], int]:
    """Variants that a visitor saw in these pages and this period → how many visitors saw exactly these."""
    w = where(scope, pages)
    rows = store.rows(
        f"SELECT seen, count() AS n FROM ({_SEEN.format(where=w.sql)}) GROUP BY seen",
        of=experiment,
        **w.params,
    )
    return {tuple(row["seen"]): int(row["n"]) for row in rows}


def saw_one_variant(scope: Scope, pages: tuple[str, ...], experiment: str) -> Condition:
    """The condition that a visitor did not see more than one variant; `scope` is of all variants."""
    w = where(scope, pages)
    several = f"SELECT visitor FROM ({_SEEN.format(where=w.sql)}) WHERE length(seen) > 1"
    return Condition(f"visitor GLOBAL NOT IN ({several})", w.params | {"of": experiment})


_SEEN = (
    "SELECT visitor, arraySort(groupUniqArray(variants[{{of:String}}])) AS seen FROM views FINAL WHERE {where} "
    "AND variants[{{of:String}}] != '' GROUP BY visitor"
)
