"""Who had a view of the pages."""

from __future__ import annotations

from collections import Counter
from functools import partial

from aggregator.queries.conditions import Condition, Where, last_rows, where
from aggregator.queries.fold_memory import memory
from aggregator.queries.folded_visitors import NO_DAY, returning_sql
from aggregator.queries.folds import NO_VIEWS, FoldedViews
from aggregator.shapes.exposure import Exposed
from aggregator.shapes.scope import Scope
from store.client import Store


def read_exposed(
    store: Store, scope: Scope, pages: tuple[str, ...], width: int, folded: FoldedViews = NO_VIEWS
) -> Exposed:
    """Exposed visitors and views of a scope. `width`: of the picture; `folded`: what was read in place of rows."""
    w = where(scope, pages)
    if folded.folds.ids:
        return _with_folds(store, w.only(folded.folds.other_days), width, folded)
    row = store.rows(
        "SELECT uniqExact(visitor) AS visitors, count() AS views, sum(cut) AS dropped, "
        f"quantileExactIf(0.5)(page_h, {_NEAR}) AS median_h FROM {last_rows('views', scope)} WHERE {w.sql}",
        width=width,
        **w.params,
    )[0]
    return Exposed(row["visitors"], row["views"], int(row["median_h"] or 0), row["dropped"])


_NEAR = "abs(toInt32(viewport_w) - {width:Int32}) <= 0.02 * {width:Int32}"


def _with_folds(store: Store, rest: Where, width: int, folded: FoldedViews) -> Exposed:
    """The same of the folds, and of the rows of the other days (`rest`)."""
    folds = folded.folds
    heights = Counter[int]()
    for (w, height), n in folded.sizes.items():
        heights[height] += n if abs(w - width) <= 0.02 * width else 0
    views, cut = folded.views, folded.cut
    if not folds.complete:
        rows = store.rows(
            f"SELECT page_h, count() AS n, sum(cut) AS dropped, countIf({_NEAR}) AS near FROM views FINAL "
            f"WHERE {rest.sql} GROUP BY page_h",
            width=width,
            **rest.params,
        )
        for row in rows:
            views, cut = views + row["n"], cut + row["dropped"]
            heights[row["page_h"]] += row["near"]
    visitors, devices = _visitors(store, rest, folded)
    return Exposed(visitors, views, _median(heights), cut, devices)


def _visitors(store: Store, rest: Where, folded: FoldedViews) -> tuple[int, Counter[str]]:
    """Visitors in all, and of each device: the sums of the days, with those who may be there on several days once."""
    folds = folded.folds
    rows = "" if folds.complete else f"SELECT visitor FROM views WHERE {rest.sql}"
    several = (
        "SELECT day, id AS visitor, device FROM folded_days ARRAY JOIN ids AS id, id_devices AS device "
        f"WHERE {folds.sql} AND id GLOBAL IN ({returning_sql(folds, rows)})"
    )
    if rows:
        several += f" UNION ALL SELECT {NO_DAY}, visitor, device FROM views FINAL WHERE {rest.sql}"
    read = store.columns if rows else partial(memory.columns, store)
    found = read(
        "SELECT toString(device) AS name, grouping(device) AS of_all, uniqExact(visitor) AS once, "
        f"uniqExactIf((visitor, day), day != {NO_DAY}) AS summed FROM ({several}) "
        "GROUP BY GROUPING SETS ((), (device))",
        **(rest.params if rows else {}) | folds.params,
    )
    visitors, devices = folded.visitors, Counter(folded.devices)
    for name, of_all, once, summed in zip(*(found[of].tolist() for of in found), strict=True):
        if of_all:
            visitors += once - summed
        else:
            devices[name] += once - summed
    return visitors, devices


def _median(heights: Counter[int]) -> int:
    """As the engine's quantileExact: of an even number the upper one of the two in the middle."""
    half, seen = heights.total() // 2, 0
    for height in sorted(heights):
        seen += heights[height]
        if seen > half:
            return height
    return 0


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
