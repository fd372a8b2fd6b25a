"""Who had a view of the pages."""

from __future__ import annotations

import numpy as np

from aggregator.queries.conditions import Condition, Where, where
from aggregator.queries.folds import NO_FOLDS, Folds
from aggregator.shapes.exposure import Exposed
from aggregator.shapes.scope import Scope
from store.client import Store


def read_exposed(store: Store, scope: Scope, pages: tuple[str, ...], width: int, folds: Folds = NO_FOLDS) -> Exposed:
    """Exposed visitors and views of a scope; `width` is that of the picture, `folds` what is read in place of rows."""
    w = where(scope, pages)
    if folds.ids:
        return _with_folds(store, w.only(folds.other_days), width, folds)
    row = store.rows(
        "SELECT uniqExact(visitor) AS visitors, count() AS views, sum(cut) AS dropped, "
        f"quantileExactIf(0.5)(page_h, {_NEAR}) AS median_h FROM views FINAL WHERE {w.sql}",
        width=width,
        **w.params,
    )[0]
    return Exposed(row["visitors"], row["views"], int(row["median_h"] or 0), row["dropped"])


_NEAR = "abs(toInt32(viewport_w) - {width:Int32}) <= 0.02 * {width:Int32}"


def _with_folds(store: Store, rest: Where, width: int, folds: Folds) -> Exposed:
    """The same of the folds, and of the rows of the other days (`rest`)."""
    counted = store.rows(
        f"SELECT sum(n) AS views, sum(dropped) AS dropped, sum(alone) AS alone FROM ("
        f"SELECT count() AS n, sum(cut) AS dropped, 0 AS alone FROM views FINAL WHERE {rest.sql} UNION ALL "
        f"SELECT sum(views), sum(cut), sum(visitors) FROM folded_days WHERE {folds.sql})",
        **rest.params | folds.params,
    )[0]
    several = store.rows(
        f"SELECT uniqExact(visitor) AS n FROM (SELECT visitor FROM views FINAL WHERE {rest.sql} UNION ALL "
        f"SELECT id AS visitor FROM folded_days ARRAY JOIN ids AS id WHERE {folds.sql})",
        **rest.params | folds.params,
    )[0]
    heights = store.columns(
        f"SELECT toUInt32(height) AS height, sum(n) AS of_height FROM ("
        f"SELECT page_h AS height, count() AS n FROM views FINAL WHERE {rest.sql} AND {_NEAR} GROUP BY height "
        "UNION ALL SELECT bitAnd(size, 4294967295) AS height, sum(n) FROM folded_days "
        f"ARRAY JOIN sizes AS size, of_size AS n WHERE {folds.sql} AND {_NEAR.replace('viewport_w', 'bitShiftRight(size, 32)')} GROUP BY height) "
        "GROUP BY height ORDER BY height",
        width=width,
        **rest.params | folds.params,
    )
    up_to = np.cumsum(heights["of_height"].astype(np.int64))
    # As quantileExact: of an even number the upper one of the two in the middle.
    median = int(heights["height"][np.searchsorted(up_to, up_to[-1] // 2, "right")]) if len(up_to) else 0
    visitors = int(counted["alone"]) + int(several["n"])
    return Exposed(visitors, int(counted["views"]), median, int(counted["dropped"]))


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
