"""Which pages visitors see, and how early on their way."""

from __future__ import annotations

from aggregator.queries.conditions import where_site
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.journeys import SeenChannel, SeenPage


def read_page_order(store: Store, scope: SiteScope, most: int) -> list[SeenPage]:
    """The pages with the most visitors. Of each visitor, the pages count in the order of their first view, from 0 for
    the first to 1 for the last; a visitor of one page says nothing about order and counts as 0.5."""
    condition, params = where_site(scope)
    place = "if(length(pages) = 1, 0.5, (i - 1) / (length(pages) - 1))"
    rows = store.rows(
        "SELECT seen.1 AS of_page, count() AS visitors, avg(seen.2) AS place FROM ("
        "SELECT arrayDistinct(arraySort(groupArray((time, view, page))).3) AS pages "
        f"FROM touches WHERE {condition} GROUP BY visitor) "
        f"ARRAY JOIN arrayMap((p, i) -> (p, {place}), pages, arrayEnumerate(pages)) AS seen "
        f"GROUP BY of_page ORDER BY visitors DESC, of_page LIMIT {most}",
        **params,
    )
    return [SeenPage(str(row["of_page"]), int(row["visitors"]), float(row["place"])) for row in rows]


def read_channels(store: Store, scope: SiteScope) -> tuple[int, list[SeenChannel]]:
    """All visitors, and those of each channel."""
    condition, params = where_site(scope)
    rows = store.rows(
        f"SELECT toString(channel) AS name, uniqExact(visitor) AS visitors FROM touches WHERE {condition} "
        "GROUP BY GROUPING SETS ((name), ()) ORDER BY visitors DESC, name",
        **params,
    )
    # The row of all has an empty name, and no fewer visitors than any other.
    channels = [SeenChannel(row["name"], int(row["visitors"])) for row in rows if row["name"]]
    return max((int(row["visitors"]) for row in rows), default=0), channels
