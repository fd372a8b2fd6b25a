"""Reads what is stored of imported views, and erases rows that an earlier beginning of a view replaced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import xxhash

from collector import wire
from collector.backend.merging import Click, Opening, StoredView, ViewRow, fuller
from collector.enrich.enrichment import Enrichment
from store.client import Store
from store.erasure import erase_rows

ViewKey = tuple[int, str, str]  # site, view, page

_VIEWS = """
SELECT * FROM views FINAL
WHERE site = {site:UInt32} AND page IN {pages:Array(String)} AND view IN {views:Array(UInt64)} ORDER BY view, time
"""
_CLICKS = """
SELECT page, view, time, page_x, page_y, viewport_w, visitor, count() AS clicks FROM points
WHERE site = {site:UInt32} AND page IN {pages:Array(String)} AND kind = 'click' AND view IN {views:Array(UInt64)}
GROUP BY page, view, time, page_x, page_y, viewport_w, visitor
"""
_TOUCHES = """
SELECT page, view, time, visitor, device, channel FROM touches
WHERE site = {site:UInt32} AND visitor IN {visitors:Array(UInt64)} AND view IN {views:Array(UInt64)}
"""
# Pages and visitors by their hash, because the engine keeps the text of a mutation (store/erasure.py).
_STALE_TOUCHES = """
WHERE site = {site:UInt32} AND view IN {views:Array(UInt64)} AND xxHash64(page) IN {pages:Array(UInt64)}
AND NOT arrayExists(
    (v, t, w, d, c) -> v = view AND t = toUnixTimestamp64Milli(time) AND w = xxHash64(toString(visitor))
        AND d = device AND c = channel,
    {views:Array(UInt64)}, {times:Array(Int64)}, {visitors:Array(UInt64)}, {devices:Array(String)},
    {channels:Array(String)})
"""
_STALE_VIEWS = """
WHERE site = {site:UInt32} AND view IN {views:Array(UInt64)} AND xxHash64(page) IN {pages:Array(UInt64)}
AND NOT arrayExists(
    (v, d) -> v = view AND d = toString(day), {views:Array(UInt64)}, {days:Array(String)})
"""


def hash_of(text: str) -> int:
    """A view id as the store keeps it; a page or a visitor as a mutation names it."""
    return xxhash.xxh64_intdigest(text.encode())


def stored_views(store: Store, rows: Iterable[ViewRow]) -> dict[ViewKey, StoredView]:
    """What is stored of the views of these rows. Raises StoreError."""
    by_site: dict[int, list[ViewRow]] = {}
    for row in rows:
        by_site.setdefault(row.x.site, []).append(row)
    found: dict[ViewKey, StoredView] = {}
    for site, some in by_site.items():
        ids = {(row.x.page, hash_of(row.batch.view)): row.key for row in some}
        which = {"site": site, "pages": sorted({page for page, _ in ids}), "views": sorted({view for _, view in ids})}
        of_site: dict[ViewKey, StoredView] = {}
        for view in store.rows(_VIEWS, **which):
            if (key := ids.get((view["page"], view["view"]))) is not None:
                _add_view(of_site, key, view)
        if of_site:
            _add_clicks(of_site, store.rows(_CLICKS, **which), ids)
            visitors = sorted({int(known.opening.x.visitor) for known in of_site.values()})
            _add_touches(of_site, store.rows(_TOUCHES, visitors=visitors, **which), ids)
        found |= of_site
    return found


def erase_stale(store: Store, openings: Sequence[tuple[ViewKey, Opening]]) -> None:
    """Erase the rows of these views that are not of these openings. Raises StoreError."""
    for site in {key[0] for key, _ in openings}:
        some = [(key, opening) for key, opening in openings if key[0] == site]
        which = {
            "site": site, "views": [hash_of(key[1]) for key, _ in some], "pages": [hash_of(key[2]) for key, _ in some],
        }  # fmt: skip
        erase_rows(
            store,
            "touches",
            _STALE_TOUCHES,
            times=[opening.begins for _, opening in some],
            visitors=[hash_of(opening.x.visitor) for _, opening in some],
            devices=[opening.x.device for _, opening in some],
            channels=[opening.x.channel for _, opening in some],
            **which,
        )
        erase_rows(store, "views", _STALE_VIEWS, days=[str(opening.day) for _, opening in some], **which)


def _add_view(found: dict[ViewKey, StoredView], key: ViewKey, row: dict[str, Any]) -> None:
    """Add a row of `views`; the rows of a view come in the order of their beginnings."""
    totals = wire.ViewTotals(ms=row["engaged_ms"], cut=row["cut"], fake=row["fake"], err=row["err"])
    if (earlier := found.get(key)) is not None:
        earlier.days.append(row["day"])
        earlier.last = max(earlier.last, row["seq"])
        earlier.totals = fuller(earlier.totals, totals)
        return
    names = set(Enrichment.__struct_fields__) - {"visitor", "shift"}
    x = Enrichment(visitor=str(row["visitor"]), shift=0, **{name: row[name] for name in names})
    context = wire.ViewContext(
        url=f"https://{x.page}",
        vw=row["viewport_w"],
        vh=row["viewport_h"],
        pw=row["page_w"],
        ph=row["page_h"],
        dpr=row["dpr"],
        touch=bool(row["touch"]),
        lang=row["language"],
        tz=row["timezone"],
        variants=row["variants"],
        consent=bool(row["consent"]),
    )
    found[key] = StoredView(Opening(row["time"], x, context), row["seq"], totals, days=[row["day"]])


def _add_clicks(
    found: dict[ViewKey, StoredView], rows: list[dict[str, Any]], ids: dict[tuple[str, int], ViewKey]
) -> None:
    for row in rows:
        if (view := found.get(ids.get((row["page"], row["view"]), (0, "", "")))) is not None:
            click = Click(row["time"], row["page_x"], row["page_y"], row["viewport_w"], row["visitor"])
            view.clicks[click] = row["clicks"]


def _add_touches(
    found: dict[ViewKey, StoredView], rows: list[dict[str, Any]], ids: dict[tuple[str, int], ViewKey]
) -> None:
    for row in rows:
        if (view := found.get(ids.get((row["page"], row["view"]), (0, "", "")))) is not None:
            view.touches.append((row["time"], row["visitor"], row["device"], row["channel"]))
