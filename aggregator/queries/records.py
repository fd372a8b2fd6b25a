"""Records of the elements that points were made on."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from aggregator.measures.frustration import pressed_tag
from aggregator.queries.conditions import MOST_NAMED, on_pages, where
from aggregator.queries.id_lists import among
from aggregator.shapes.columns import Int64, UInt64
from aggregator.shapes.records import Records, RecordTimes, records_of
from aggregator.shapes.scope import Scope
from store.client import Store

MOST_RECORDS = 10_000  # of a page, the last seen


def read_named_records(store: Store, scope: Scope, pages: tuple[str, ...], record: UInt64) -> Records:
    """The records with these ids, as far as the store knows them."""
    return _read_records(store, scope, pages, "record", record)


def read_records_of_keys(store: Store, scope: Scope, pages: tuple[str, ...], key: UInt64) -> Records:
    """The records of the elements with these keys."""
    return _read_records(store, scope, pages, "key", key)


def _read_records(store: Store, scope: Scope, pages: tuple[str, ...], column: str, numbers: UInt64) -> Records:
    condition, values = on_pages(pages, scope.pages)
    these, of_these = among(column, "named", numbers)
    c = store.columns(
        "SELECT record, any(key) AS its_key, any(path) AS its_path, any(fp) AS its_fp FROM elements "
        f"WHERE site = {{site:UInt32}} AND {condition} AND {these} GROUP BY record",
        site=scope.site,
        **values,
        **of_these,
    )
    return records_of(c["record"], c["its_key"], c["its_path"].tolist(), c["its_fp"].tolist())


def read_records(store: Store, scope: Scope, pages: tuple[str, ...]) -> Records:
    """The records of the elements that the points (or scroll depths) of a scope refer to."""
    scroll = scope.kind == "scroll"
    w, (condition, _) = where(scope, pages, kind=not scroll), on_pages(pages, scope.pages)
    column, table = ("key", "scrolls") if scroll else ("record", w.points)
    c = store.columns(
        "SELECT record, any(key) AS its_key, any(path) AS its_path, any(fp) AS its_fp FROM elements "
        f"WHERE site = {{site:UInt32}} AND {condition} "
        f"AND {column} GLOBAL IN (SELECT {column} FROM {table} WHERE {w.sql}) GROUP BY record",
        **w.params,
    )
    return records_of(c["record"], c["its_key"], c["its_path"].tolist(), c["its_fp"].tolist())


def read_page_records(store: Store, site: int, page: str) -> tuple[Records, Int64]:
    """The records of a page, those seen last where there are too many, and when each was last seen, ms since 1970."""
    c = store.columns(
        "SELECT record, any(key) AS its_key, any(path) AS its_path, any(fp) AS its_fp, max(seen) AS last FROM elements "
        "WHERE site = {site:UInt32} AND page = {page:String} GROUP BY record ORDER BY last DESC, record "
        f"LIMIT {MOST_RECORDS}",
        site=site,
        page=page,
    )
    records = records_of(c["record"], c["its_key"], c["its_path"].tolist(), c["its_fp"].tolist())
    return records, c["last"][np.argsort(c["record"])].astype(np.int64)


def read_record_times(
    store: Store, site: int, page: str, records: Records, last_seen: Int64, standing: UInt64
) -> RecordTimes:
    """When each record was seen in views that also touched a record outside `standing`."""
    c = store.columns(
        "SELECT record, min(time) AS first, max(time) AS last, count() AS times FROM points "
        "WHERE site = {site:UInt32} AND page = {page:String} AND view GLOBAL IN ("
        "SELECT view FROM points WHERE site = {site:UInt32} AND page = {page:String} "
        "AND record NOT IN {standing:Array(UInt64)}) GROUP BY record",
        site=site,
        page=page,
        standing=standing.tolist(),
    )
    at = records.locate(c["record"].astype(np.uint64))
    known = at >= 0
    first, last, times = (np.zeros(len(records), np.int64) for _ in range(3))
    first[at[known]], last[at[known]] = c["first"][known], c["last"][known]
    times[at[known]] = c["times"][known]
    # A record without points (the edge of a screen) is known by itself alone.
    alone = (times == 0) & ~np.isin(records.record, standing)
    times[alone] = 1
    first[alone] = last[alone] = last_seen[alone]
    return RecordTimes(first, last, times)


def read_record_paths(
    store: Store, site: int, pages: Collection[str], tags: frozenset[str]
) -> tuple[UInt64, list[str]]:
    """(record ids, paths) of the pages' elements that have one of these tags or, by their path, lie in one.

    Of many pages, those of the whole site.
    """
    few = len(pages) <= MOST_NAMED
    c = store.columns(
        f"SELECT record, any(path) AS its_path FROM elements WHERE site = {{site:UInt32}} "
        f"{'AND page IN {pages:Array(String)} ' if few else ''}"
        "AND hasAny(extractAll(path, '(?:^|>|…)([a-zA-Z0-9-]+)'), {tags:Array(String)}) "
        "GROUP BY record ORDER BY record",
        site=site,
        tags=sorted(tags),
        **({"pages": list(pages)} if few else {}),
    )
    return c["record"], c["its_path"].tolist()


def read_pressing(store: Store, site: int, pages: Collection[str], *tags: frozenset[str]) -> list[UInt64]:
    """For each set of tags, the records of the pages' elements whose click presses one of them."""
    ids, paths = read_record_paths(store, site, pages, frozenset().union(*tags))
    pressed = [pressed_tag(path) for path in paths]
    return [np.asarray(ids, np.uint64)[np.array([tag in one for tag in pressed], bool)] for one in tags]
