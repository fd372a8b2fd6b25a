"""PostHog's heatmap on the same points: its public table and the query of its API, in the engine of the same run.

The table is `sharded_heatmaps` of PostHog/posthog, posthog/heatmaps/sql.py, the query that of
posthog/heatmaps/heatmaps_api.py with its largest result (posthog/hogql/constants.py). It has the points of the two
pages that are measured and of no other, which favours it: there is nothing to skip.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from numpy.typing import NDArray

from store.client import Store

MOST_ROWS = 1_000_000  # of a result
RESOLUTION = 16  # px: its library sends places and widths in this unit

_TABLE = """
    CREATE TABLE posthog_heatmaps (session_id String, team_id Int64, distinct_id String, timestamp DateTime64(6, 'UTC'),
        x Int16, y Int16, scale_factor Int16, viewport_width Int16, viewport_height Int16, pointer_target_fixed Bool,
        current_url String, type LowCardinality(String), _timestamp DateTime, _offset UInt64, _partition UInt64)
    ENGINE = MergeTree PARTITION BY toYYYYMM(timestamp)
    ORDER BY (type, team_id, toDate(timestamp), current_url, viewport_width)
"""
_ROWS = """
    INSERT INTO posthog_heatmaps SELECT toString(reinterpretAsUUID(view)), site, toString(reinterpretAsUUID(visitor)),
        time, round(page_x / {r:UInt8}), round(page_y / {r:UInt8}), {r:UInt8}, round(viewport_w / {r:UInt8}),
        round(768 / {r:UInt8}), 0, 'https://' || page, kind, time, rowNumberInAllBlocks(), 0
    FROM points WHERE site = 1 AND page IN {pages:Array(String)} AND kind = 'click'
"""
_QUERY = """
    SELECT pointer_target_fixed, pointer_relative_x, client_y, count(*) AS cnt
    FROM
    (
        SELECT distinct_id, pointer_target_fixed, round(x / viewport_width, 2) AS pointer_relative_x,
            y * scale_factor AS client_y
        FROM posthog_heatmaps
        WHERE team_id = 1 AND timestamp >= {since:Date} AND type = 'click'
            AND timestamp <= {until:Date} + INTERVAL 1 DAY AND current_url = {url:String}
    )
    GROUP BY pointer_target_fixed, pointer_relative_x, client_y
    LIMIT {most:UInt32}
"""


def fill_posthog(store: Store, pages: list[str]) -> None:
    """Copy the clicks of these pages, a page at a time, and merge them as they would be after a day."""
    store.command(_TABLE)
    for page in pages:
        store.command(_ROWS, r=RESOLUTION, pages=[page])
    store.command("OPTIMIZE TABLE posthog_heatmaps FINAL")


def posthog_map(store: Store, page: str, since: date, until: date) -> dict[str, NDArray[Any]]:
    """The result of its query: places and counts. It has no visitors, no elements and no account."""
    return store.columns(_QUERY, since=since, until=until, url=f"https://{page}", most=MOST_ROWS)
