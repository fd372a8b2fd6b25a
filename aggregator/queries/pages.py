"""The pages of a site."""

from __future__ import annotations

from aggregator.queries.conditions import OF_KIND, on_pages
from aggregator.shapes.scope import Scope
from store.client import Store
from store.pages import NOT, is_pattern, selects
from store.zones import UTC_ZONE


def resolve_pages(store: Store, site: int, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """The pages with views that the patterns select, first those that are named. An exact page stands for itself."""
    plain = [p for p in patterns if not is_pattern(p)]
    if len(plain) == len(patterns):
        return tuple(dict.fromkeys(plain))
    known = all_pages(store, site)
    left_out = tuple(p for p in patterns if p.startswith(NOT))
    exact = [p for p in patterns if (p in known or p in plain) and selects((p, *left_out), p)]
    rest = tuple(p for p in patterns if p not in exact)
    return tuple(dict.fromkeys(exact + [page for page in known if selects(rest, page)]))


def all_pages(store: Store, site: int) -> list[str]:
    """Every page of the site that ever had a view."""
    sql = (
        "SELECT DISTINCT page FROM (SELECT page FROM views WHERE site = {site:UInt32} UNION ALL "
        "SELECT page FROM folded_days WHERE site = {site:UInt32} AND least > 0) ORDER BY page"
    )
    return [str(page) for page in store.columns(sql, site=site)["page"]]


def read_page_span(store: Store, scope: Scope, pages: tuple[str, ...]) -> tuple[str, str, int]:
    """(first day, last day, rows) of the pages at any time, to tell a wrong period from a wrong page."""
    table, of_kind = ("scrolls", "") if scope.kind == "scroll" else ("points", OF_KIND)
    condition, values = on_pages(pages, scope.pages)
    column = "day" if scope.zone == UTC_ZONE else "time"
    row = store.rows(
        f"SELECT min({column}) AS first, max({column}) AS last, count() AS n "
        f"FROM {table} WHERE site = {{site:UInt32}} AND {condition}{of_kind}",
        site=scope.site,
        **values | ({"kind": scope.kind} if of_kind else {}),
    )[0]
    if not row["n"]:
        return "", "", 0
    first, last = (row[end] if column == "day" else scope.zone.day(row[end]) for end in ("first", "last"))
    return str(first), str(last), row["n"]
