"""All SQL of the aggregator: typed questions in, numpy columns out. Values are bound, never pasted.

Of `views` and `scrolls` only the newest version of a row counts, hence FINAL.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aggregator.account import LeftOut
from aggregator.attention import BANDS, Bands
from aggregator.columns import Float32, Int32, UInt64
from aggregator.points import Points, no_points
from aggregator.records import Records, records_of
from aggregator.scope import Scope
from store.client import Store
from store.pages import matches

PLACE = "site = {site:UInt32} AND page IN {pages:Array(String)} AND day BETWEEN {since:Date} AND {until:Date}"
OF_KIND = " AND kind = {kind:String}"
PEOPLE = "bot = '' AND excluded = 0"


@dataclass(frozen=True)
class Where:
    """A condition with its bound values: `place` picks pages and period, `segment` who counts within."""

    place: str
    segment: str
    params: dict[str, Any]

    @property
    def sql(self) -> str:
        return f"{self.place} AND {self.segment}"


def where(scope: Scope, pages: tuple[str, ...], *, kind: bool = False) -> Where:
    """The condition of a scope, for a table with (`kind`) or without a column `kind`."""
    params: dict[str, Any] = {"site": scope.site, "pages": list(pages), "since": scope.since, "until": scope.until}
    if kind:
        params["kind"] = scope.kind
    segment = [_people(scope)]
    if scope.device:
        segment.append("device = {device:String}")
        params["device"] = scope.device
    if scope.variant:
        segment.append("variants[{experiment:String}] = {variant:String}")
        params["experiment"], params["variant"] = scope.variant
    return Where(PLACE + (OF_KIND if kind else ""), " AND ".join(segment), params)


def _people(scope: Scope) -> str:
    return "excluded = 0" if scope.bots else PEOPLE


# -- pages


def resolve_pages(store: Store, site: int, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """The pages that have views and that any of the patterns names. An exact page names itself."""
    plain = [p for p in patterns if not p.startswith("/") and not any(mark in p for mark in "*{")]
    if len(plain) == len(patterns):
        return tuple(dict.fromkeys(plain))
    known = all_pages(store, site)
    # A page's name may hold a `*` of its own, where a number was masked.
    exact = [p for p in patterns if p in known or p in plain]
    rest = [p for p in patterns if p not in exact]
    return tuple(dict.fromkeys(exact + [page for page in known if any(matches(p, page) for p in rest)]))


def all_pages(store: Store, site: int) -> list[str]:
    """Every page of the site that ever had a view."""
    sql = "SELECT DISTINCT page FROM views WHERE site = {site:UInt32} ORDER BY page"
    return [str(page) for page in store.columns(sql, site=site)["page"]]


# -- points


def read_points(store: Store, scope: Scope, pages: tuple[str, ...]) -> Points:
    """The points of a scope, in no order that can be relied on."""
    w = where(scope, pages, kind=True)
    c = store.columns(
        "SELECT time, view, visitor, key, record, fx, fy, page_x, page_y, page_w, page_h, viewport_w, weight, "
        f"button, flags, effect, effect_ms FROM points WHERE {w.sql}",
        **w.params,
    )
    if not len(c["view"]):
        return no_points(scope.kind)
    return Points(
        kind=scope.kind,
        view=c["view"],
        visitor=c["visitor"],
        key=c["key"],
        record=c["record"],
        time=c["time"],
        fx=_fraction(c["fx"]),
        fy=_fraction(c["fy"]),
        page_x=c["page_x"],
        page_y=c["page_y"],
        page_w=c["page_w"].astype(np.int32),
        page_h=c["page_h"].astype(np.int32),
        viewport_w=c["viewport_w"].astype(np.int32),
        weight=c["weight"],
        button=c["button"],
        flags=c["flags"],
        effect=c["effect"],
        effect_ms=c["effect_ms"].astype(np.int32),
    )


def _fraction(steps: Any) -> Float32:
    fraction: Float32 = steps.astype(np.float32) / np.float32(10_000)
    return fraction


def read_left_out(store: Store, scope: Scope, pages: tuple[str, ...], table: str = "points") -> LeftOut:
    """How many rows of `points` or `scrolls` or `views` the scope leaves out, and why."""
    w = where(scope, pages, kind=table == "points")
    final = "" if table == "points" else "FINAL"
    rows = store.rows(
        f"SELECT bot AS reason, count() AS n, countIf({w.segment}) AS within, countIf(excluded) AS of_excluded "
        f"FROM {table} {final} WHERE {w.place} GROUP BY reason ORDER BY n DESC, reason",
        **w.params,
    )
    counted = [row for row in rows if scope.bots or not row["reason"]]
    return LeftOut(
        excluded=sum(row["of_excluded"] for row in counted),
        outside=sum(row["n"] - row["of_excluded"] - row["within"] for row in counted),
        bots_by_reason={row["reason"]: row["n"] for row in rows if row not in counted},
        bots_taken_in={row["reason"]: row["within"] for row in counted if row["reason"] and row["within"]},
    )


def read_records(store: Store, scope: Scope, pages: tuple[str, ...]) -> Records:
    """The records of the elements that the points (or scroll depths) of a scope name."""
    scroll = scope.kind == "scroll"
    w = where(scope, pages, kind=not scroll)
    column, table = ("key", "scrolls") if scroll else ("record", "points")
    c = store.columns(
        "SELECT record, any(key) AS its_key, any(path) AS its_path, any(fp) AS its_fp FROM elements "
        "WHERE site = {site:UInt32} AND page IN {pages:Array(String)} "
        f"AND {column} GLOBAL IN (SELECT {column} FROM {table} WHERE {w.sql}) GROUP BY record",
        **w.params,
    )
    return records_of(c["record"], c["its_key"], c["its_path"].tolist(), c["its_fp"].tolist())


# -- who was exposed


@dataclass(frozen=True)
class Exposed:
    """Who had a view of the pages: the denominator of every rate."""

    visitors: int
    views: int
    page_h: int  # median height of the page among views about as wide as the picture; 0 without any
    cut: int  # events that trackers had to drop


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


def read_arms(store: Store, scope: Scope, pages: tuple[str, ...], experiment: str) -> tuple[UInt64, list[list[str]]]:
    """(visitor ids, variants that each of them saw in these pages and this period)."""
    w = where(scope, pages)
    c = store.columns(
        f"SELECT visitor, arraySort(groupUniqArray(variants[{{of:String}}])) AS seen FROM views FINAL WHERE {w.sql} "
        "AND variants[{of:String}] != '' GROUP BY visitor",
        of=experiment,
        **w.params,
    )
    return c["visitor"], [list(seen) for seen in c["seen"]]


# -- why a map is empty


def read_page_span(store: Store, site: int, pages: tuple[str, ...], kind: str) -> tuple[str, str, int]:
    """(first day, last day, rows) of the pages at any time: tells a wrong period from a wrong page."""
    table, of_kind = ("scrolls", "") if kind == "scroll" else ("points", OF_KIND)
    params: dict[str, Any] = {"site": site, "pages": list(pages)} | ({"kind": kind} if of_kind else {})
    row = store.rows(
        "SELECT min(day) AS first, max(day) AS last, count() AS n "
        f"FROM {table} WHERE site = {{site:UInt32}} AND page IN {{pages:Array(String)}}{of_kind}",
        **params,
    )[0]
    return (str(row["first"]), str(row["last"]), row["n"]) if row["n"] else ("", "", 0)


# -- depth


@dataclass(frozen=True)
class Depths:
    """One row a view: the deepest edge it saw. `key` 0 and depth = viewport where it never scrolled."""

    key: UInt64
    fy: Float32
    depth: Int32
    page_h: Int32
    viewport_w: Int32
    viewport_h: Int32

    def __len__(self) -> int:
        return len(self.key)


def read_depths(store: Store, scope: Scope, pages: tuple[str, ...]) -> Depths:
    """The deepest edge of each view of a scope. A view that sent no depth saw its first viewport."""
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
        key[has], fy[has] = s["key"][of], _fraction(s["fy"][of])
        depth[has], page_h[has] = s["depth"][of], s["page_h"][of]
    return Depths(key, fy, depth, page_h, v["viewport_w"].astype(np.int32), v["viewport_h"].astype(np.int32))


def read_bands(store: Store, scope: Scope, pages: tuple[str, ...]) -> Bands:
    """How long each twentieth of the page was in view, of the views that sent it."""
    w = where(scope, pages)
    names = [f"band{n}" for n in range(1, BANDS + 1)]
    each = ", ".join(f"bands[{n}] AS {name}" for n, name in enumerate(names, 1))  # 0 where the row has fewer
    c = store.columns(f"SELECT viewport_w, {each} FROM scrolls FINAL WHERE {w.sql} AND notEmpty(bands)", **w.params)
    ms = np.stack([c[name] for name in names], axis=1).astype(np.float32)
    return Bands(ms.reshape(-1, BANDS), c["viewport_w"].astype(np.int32))
