"""The visits of `bench journeys`, made by the engine: `INSERT INTO … SELECT … FROM numbers`.

Everything about a visit follows from a hash of its number, so that its rows in `touches` and `views` agree without a
join. A visitor makes 1.6 visits in the mean, of three views each, and moves along the pages of a shop: later views of a
visit are further along.
"""

from __future__ import annotations

from datetime import date

from store.client import Store
from store.journeys import Journey, Stage, Touchpoint

SITE = 1
SINCE, UNTIL = date(2026, 1, 1), date(2026, 3, 31)
DAYS = 90
VIEWS = (1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6)  # of twelve visits: 2.8 in the mean
MAPPED, UNMAPPED = 20, 300  # pages with and without a touchpoint
STAGES = 9
AT_ONCE = 1_000_000  # visits in one insert

_VISITS = """
    SELECT *, cityHash64(visit, k) AS view, toUInt32(floor(pow((view % 10000) / 10000, 2) * 14 + k * 1.2)) AS along,
        if(along >= {mapped:UInt32}, concat('shop.example/other/', toString(view % {unmapped:UInt32})),
            concat('shop.example/page/', toString(along))) AS page,
        toDateTime64({since:Date}, 3, 'UTC') + toIntervalMillisecond(
            begin * 1000 + arraySum(arrayMap(i -> 5000 + cityHash64(visit, i, 1) % 300000, range(k)))) AS time
    FROM
    (
        SELECT number + {first:UInt64} AS visit, cityHash64(visit, 7) AS h,
            cityHash64('visitor', h % intDiv({visits:UInt64} * 62, 100)) AS visitor,
            bitShiftRight(h, 20) % ({days:UInt32} * 86400) AS begin,
            multiIf(h % 100 < 55, 'desktop', h % 100 < 96, 'phone', 'tablet') AS device,
            ['direct', 'search', 'mail', 'social'][1 + bitShiftRight(h, 12) % 4] AS channel
        FROM numbers({count:UInt64})
    )
    ARRAY JOIN range({views:Array(UInt8)}[1 + bitShiftRight(h, 8) % length({views:Array(UInt8)})]) AS k
"""
_TOUCHES = f"""
    INSERT INTO touches (site, page, day, time, view, visitor, device, channel)
    SELECT {{site:UInt32}}, page, toDate(time), time, view, visitor, device, channel FROM ({_VISITS})
"""
_VIEWS = f"""
    INSERT INTO views (site, page, day, time, view, visitor, device, channel, engaged_ms)
    SELECT {{site:UInt32}}, page, toDate(time), time, view, visitor, device, channel,
        2000 + bitShiftRight(view, 16) % 60000 FROM ({_VISITS})
"""


def fill(store: Store, visits: int) -> None:
    """Insert so many visits."""
    for first in range(0, visits, AT_ONCE):
        given: dict[str, object] = {
            "site": SITE,
            "mapped": MAPPED,
            "unmapped": UNMAPPED,
            "since": SINCE,
            "days": DAYS,
            "visits": visits,
            "views": list(VIEWS),
            "first": first,
            "count": min(AT_ONCE, visits - first),
        }
        for sql in (_TOUCHES, _VIEWS):
            store.command(sql, **given)


def shop_journey() -> Journey:
    """Twenty touchpoints in nine stages."""
    touchpoints = [Touchpoint(f"p{n}", {"en": f"Page {n}"}, (f"/page/{n}",)) for n in range(MAPPED)]
    of_stage: list[list[Touchpoint]] = [[] for _ in range(STAGES)]
    for n, touchpoint in enumerate(touchpoints):
        of_stage[n * STAGES // MAPPED].append(touchpoint)
    stages = tuple(Stage(f"s{n}", {"en": f"Stage {n}"}, tuple(one)) for n, one in enumerate(of_stage))
    return Journey(id="shop", site=str(SITE), name="Shop", stages=stages, window_days=30)
