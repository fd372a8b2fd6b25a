"""The visitors of one day of a page as SQL, as they are folded (aggregator/queries/folding.py)."""

from __future__ import annotations

from aggregator.measures.in_view import IN_VIEW_MS
from aggregator.queries.conditions import PEOPLE
from aggregator.shapes.depths import BANDS

_PAGE = "site = {site:UInt32} AND page = {page:String}"
_KIND = "kind = {kind:String}"
_HERE, _ELSEWHERE = "day = {day:Date}", "day != {day:Date}"
OF_DAY = f"{_PAGE} AND {_HERE}"
POINTS_OF_DAY = f"{_PAGE} AND {_KIND} AND {_HERE}"
_CONSENTED = f"SELECT visitor FROM views WHERE {_PAGE} AND day BETWEEN {{day:Date}} - 1 AND {{day:Date}} AND consent"
MEASURED = 1 << 31  # the bit of a code that says that what was in view was measured
WIDTH_SHIFT = 32
# Bits of the twentieths of a page that were in view for long enough, of a row of `scrolls`.
SEEN_BITS = (
    f"toUInt32(arraySum(arrayMap((ms, n) -> if(ms >= {IN_VIEW_MS}, bitShiftLeft(toUInt32(1), n), 0), bands, "
    "range(length(bands)))))"
)
HAS_BANDS = f"notEmpty(bands) AND length(bands) <= {BANDS}"


def visitors_of_points(click: bool) -> str:
    """Visitors of points of the kind, and of clicks also those who measured what was in view: `visitor`, `codes`,
    `least` code, whether `kept` by the id and seen `again`, and the `number` among those kept, or among the others with
    points (`used`)."""
    tables = [f"points WHERE {_KIND} AND ", *(["scrolls WHERE "] if click else [])]
    rows = (
        "SELECT DISTINCT visitor, toUInt8(1) AS has_points, toUInt64(0) AS code FROM points "
        f"WHERE {POINTS_OF_DAY} AND {PEOPLE}"
    )
    if click:
        rows += (
            f" UNION ALL SELECT visitor, 0, bitShiftLeft(toUInt64(viewport_w), {WIDTH_SHIFT}) + {MEASURED} "
            f"+ groupBitOr({SEEN_BITS}) FROM scrolls FINAL WHERE {OF_DAY} AND {PEOPLE} AND {HAS_BANDS} "
            "GROUP BY visitor, viewport_w"
        )
    here = " UNION ALL ".join(f"SELECT visitor FROM {table}{OF_DAY}" for table in tables)
    elsewhere = " UNION ALL ".join(
        f"SELECT visitor FROM {table}{_PAGE} AND {_ELSEWHERE} AND {PEOPLE} AND visitor GLOBAL IN ({here})"
        for table in tables
    )
    everyone = (
        "SELECT visitor, max(has_points) AS used, arraySort(groupArrayIf(code, code > 0)) AS codes "
        f"FROM ({rows}) GROUP BY visitor"
    )
    marked = (
        "SELECT visitor, used, codes, codes[1] AS least, "
        f"toUInt8(visitor GLOBAL IN ({elsewhere}) OR length(codes) > 1) AS again, "
        f"toUInt8(again OR visitor GLOBAL IN ({_CONSENTED})) AS kept FROM ({everyone})"
    )
    return (
        "SELECT *, toUInt32(row_number() OVER (PARTITION BY kept, kept OR used ORDER BY if(kept, 0, least), visitor)) "
        f"AS number FROM ({marked})"
    )


def visitors_of_views() -> str:
    """Visitors of the views of the day: `visitor`, `devices`, and whether `kept` by the id and seen `again`."""
    here = f"SELECT visitor FROM views WHERE {OF_DAY}"
    elsewhere = f"SELECT visitor FROM views WHERE {_PAGE} AND {_ELSEWHERE} AND {PEOPLE} AND visitor GLOBAL IN ({here})"
    return (
        "SELECT visitor, groupUniqArray(toString(device)) AS devices, "
        f"toUInt8(visitor GLOBAL IN ({elsewhere})) AS again, "
        f"toUInt8(again OR visitor GLOBAL IN ({_CONSENTED})) AS kept "
        f"FROM views FINAL WHERE {OF_DAY} AND {PEOPLE} GROUP BY visitor"
    )
