"""The visits of `bench scale`, made by the engine: `INSERT INTO … SELECT … FROM numbers`, a group of pages at a time.

Everything about a view follows from a hash of its page and its number, so that its points, its row in `views` and its
scroll agree without a join. Of a hundred views, 15 are of visitors who consented and return on other days; the others
are of visitors of one day, who see several pages. A visitor has one browser; of twenty views on desktops, one is in a
window of another width. Clicks cluster: most are on few elements, and near their middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bench.scale_pages import HOT, LONG, LONG_NUMBER, NUMBERED, OTHER, SITE
from store.client import Store
from store.layouts import Layout

SINCE, DAYS = date(2026, 3, 1), 28
UNTIL = date(2026, 3, 28)
CLICKS = (0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 8, 10)  # of twelve views: three in the mean
PER_VIEW = sum(CLICKS) / len(CLICKS)
AT_ONCE = 5_000_000  # points in one insert


@dataclass(frozen=True)
class Traffic:
    """`hot` points on the hottest page, a tenth of it on another, a hundredth on each of the others, `total` on all."""

    total: int

    @property
    def hot(self) -> int:
        return self.total // 20

    @property
    def others(self) -> int:
        """How many pages there are beside the hottest."""
        return 1 + (self.total - self.hot - self.per_page(1)) // self.per_page(2)

    def per_page(self, number: int) -> int:
        return self.hot // (1, 10, 100)[min(number, 2)]

    def views(self, number: int) -> int:
        """Of page `number`, a multiple of twelve."""
        return int(self.per_page(number) / PER_VIEW) // len(CLICKS) * len(CLICKS)


# h: the view, k: more bits of its own. The names are those of the columns.
_VIEW = """
    SELECT *, cityHash64(h, 1) AS k,
        if(p = 0, {hot:String}, concat({others:String}, toString(p))) AS page,
        cityHash64(visitor, 2) AS agent,
        multiIf(agent % 100 < 55, 'desktop', agent % 100 < 96, 'phone', 'tablet') AS device,
        toDate({since:Date}) + bitShiftRight(k, 8) % {days:UInt32} AS day,
        toUInt8(bitShiftRight(k, 16) % 100 < 15) AS consent,
        if(consent, cityHash64('consented', bitShiftRight(h, 24) % intDiv({people:UInt64}, 4)),
            cityHash64(day, bitShiftRight(h, 24) % intDiv({people:UInt64}, {days:UInt32}))) AS visitor,
        multiIf(bitShiftRight(k, 24) % 100 < 35, 'direct', bitShiftRight(k, 24) % 100 < 65, 'search',
            bitShiftRight(k, 24) % 100 < 75, 'mail', bitShiftRight(k, 24) % 100 < 85, 'social',
            bitShiftRight(k, 24) % 100 < 95, 'referral', 'ai') AS channel,
        if(bitShiftRight(k, 32) % 100 < 3, 'crawler', '') AS bot,
        toUInt8(bitShiftRight(k, 40) % 200 = 0) AS excluded,
        if(device = 'desktop' AND bitShiftRight(k, 48) % 20 = 0, k, bitShiftRight(agent, 48)) AS size,
        multiIf(device = 'desktop', [1366, 1440, 1536, 1920][1 + size % 4],
            device = 'phone', [360, 390, 393, 412][1 + size % 4], 820) AS viewport_w,
        if(device = 'phone', {tall:UInt32}, {high:UInt32}) AS page_h,
        map('buy-button', if(bitTest(k, 60), 'a', 'b')) AS variants,
        toDateTime64(day, 3, 'UTC') + toIntervalSecond(21600 + bitShiftRight(k, 32) % 57600) AS begun
    FROM
    (
        SELECT {first:UInt32} + intDiv(number, {views:UInt64}) AS p, number % {views:UInt64} AS v,
            cityHash64(p, v) AS h
        FROM numbers({pages:UInt64} * {views:UInt64})
    )
"""
_CLICKS = f"[{', '.join(map(str, CLICKS))}][1 + v % {len(CLICKS)}]"

_VIEWS = f"""
    INSERT INTO views (site, page, day, time, view, visitor, host, channel, source, device, browser, os, country,
        language, viewport_w, viewport_h, page_w, page_h, dpr, touch, variants, consent, bot, excluded, engaged_ms,
        clicks)
    SELECT {{site:UInt32}}, page, day, begun, h, visitor, 'shop.example', channel,
        if(channel = 'mail', 'newsletter', ''), device, if(device = 'phone' AND k % 3 > 0, 'Safari', 'Chrome'),
        if(device = 'desktop', 'Windows', if(k % 3 > 0, 'iOS', 'Android')),
        ['FR', 'DE', 'US', 'GB', 'ES', 'IT', 'BE', 'CH'][1 + bitShiftRight(h, 8) % 8],
        ['fr', 'de', 'en', 'en', 'es', 'it', 'fr', 'de'][1 + bitShiftRight(h, 8) % 8], viewport_w,
        if(device = 'phone', 844, 768), viewport_w, page_h, if(device = 'phone', 3, 1), device != 'desktop', variants,
        consent, bot, excluded, 2000 + bitShiftRight(h, 16) % 90000, {_CLICKS}
    FROM ({_VIEW})
"""

_TOUCHES = f"""
    INSERT INTO touches (site, page, day, time, view, visitor, device, channel, variants, bot, excluded)
    SELECT {{site:UInt32}}, page, day, begun, h, visitor, device, channel, variants, bot, excluded FROM ({_VIEW})
"""

# A place in a box, in ten-thousandths of its side: four random bytes added up, nearly normal, deviation 1,400.
_NEAR_MIDDLE = (
    "toUInt16(5000 + 9.5 * ("
    + " + ".join(f"bitAnd(bitShiftRight({{0}}, {bits}), 255)" for bits in (16, 24, 32, 40))
    + " - 510))"
)

# e: the element, of which a few at the top have most clicks. One long view in fifty is a rage: all on one place.
_POINTS = f"""
    INSERT INTO points (site, page, kind, day, time, view, visitor, key, record, fx, fy, box_w, box_h, page_x, page_y,
        page_w, page_h, viewport_w, weight, button, flags, effect, effect_ms, device, variants, bot, excluded)
    SELECT {{site:UInt32}}, page, 'click', day, begun + toIntervalMillisecond(nth * if(enraged, 300, 7000)), h,
        visitor, touched.key, touched.record, fx, fy, toUInt32(box.3 * scale), toUInt32(box.4),
        toInt32((box.1 + box.3 * fx / 10000) * scale), toInt32(box.2 + box.4 * fy / 10000), viewport_w, page_h,
        viewport_w, 1, 0, if(device = 'desktop', 0, 2), if(lost, 0, if(r % 10 < 7, 1, 1 + r % 7)),
        if(lost, 0, toUInt16(20 + pow(bitShiftRight(r, 48) % 1000 / 1000, 3) * 60) * 10), device, variants, bot,
        excluded
    FROM
    (
        SELECT *, nth, enraged OR r % 20 = 0 AS lost, (bitShiftRight(k, 16) % 50 = 0) AND clicks >= 8 AS enraged,
            cityHash64(h, if(enraged, 0, nth)) AS r,
            toUInt32(pow(r % 65536 / 65536, 3) * {{touched:UInt32}}) AS e,
            {_NEAR_MIDDLE.format("r")} AS fx, {_NEAR_MIDDLE.format("cityHash64(r)")} AS fy
        FROM (SELECT *, {_CLICKS} AS clicks FROM ({_VIEW})) ARRAY JOIN range(clicks) AS nth
    ) AS clicked
    INNER JOIN bench_touched AS touched ON touched.e = clicked.e
    ARRAY JOIN [if(device = 'phone', touched.phone, touched.desktop)] AS box,
        [viewport_w / if(device = 'phone', 390, 1366)] AS scale
"""

_SCROLLS = f"""
    INSERT INTO scrolls (site, page, day, time, view, visitor, key, fy, depth, page_h, viewport_w, viewport_h, bands,
        device, variants, bot, excluded)
    SELECT {{site:UInt32}}, page, day, begun, h, visitor, 0, 0, toUInt32(page_h * share), page_h, viewport_w,
        if(device = 'phone', 844, 768), arrayMap(b -> if(b < share * 20, toUInt32(500 + h % (b + 3) * 400), 0),
        range(20)), device, variants, bot, excluded
    FROM (SELECT *, pow(bitShiftRight(h, 20) % 1000 / 1000, 2) * 0.9 + 0.1 AS share FROM ({_VIEW}))
"""


def fill(store: Store, traffic: Traffic, layouts: dict[int, Layout]) -> None:
    """Insert the traffic of a site whose pages all have these layouts (by width); a few minutes for 100 M points."""
    touched = _touched(store, layouts, (HOT, OTHER))
    step, end = max(1, AT_ONCE // traffic.per_page(2)), traffic.others + 1
    for first, pages in [(0, 1), (1, 1), *((first, min(step, end - first)) for first in range(2, end, step))]:
        given = _given(traffic, layouts) | {"first": first, "pages": pages, "views": traffic.views(first)}
        store.command(_VIEWS, **given)
        store.command(_TOUCHES, **given)
        store.command(_POINTS, touched=touched, **given)
        if first < 2:  # the pages that are measured
            store.command(_SCROLLS, **given)


def fill_long_page(store: Store, traffic: Traffic, layouts: dict[int, Layout], points: int) -> None:
    """Insert the traffic of one page with layouts of its own."""
    touched = _touched(store, layouts, (LONG,))
    given = _given(traffic, layouts) | {"first": LONG_NUMBER, "pages": 1, "views": int(points / PER_VIEW)}
    for sql in (_VIEWS, _TOUCHES, _SCROLLS):
        store.command(sql, **given)
    store.command(_POINTS, touched=touched, **given)


def _given(traffic: Traffic, layouts: dict[int, Layout]) -> dict[str, object]:
    return {
        "site": SITE,
        "hot": HOT,
        "others": NUMBERED,
        "since": SINCE,
        "days": DAYS,
        "people": max(400, traffic.total // 12),
        "high": layouts[1366].height,
        "tall": layouts[390].height,
    }


def _touched(store: Store, layouts: dict[int, Layout], pages: tuple[str, ...]) -> int:
    """Write down which elements are touched: every link and picture, half of the texts; returns how many."""
    wide, narrow = layouts[1366], layouts[390]
    used = [i for i, tag in enumerate(wide.tags) if tag in ("header", "img", "a") or (tag in ("h3", "p") and i % 2)]
    named: dict[str, object] = {"paths": [wide.paths[i] for i in used], "fps": [wide.fps[i] for i in used]}
    store.command("DROP TABLE IF EXISTS bench_touched")
    store.command(
        "CREATE TABLE bench_touched (e UInt32, key UInt64, record UInt64, desktop Tuple(Float32, Float32, Float32, "
        "Float32), phone Tuple(Float32, Float32, Float32, Float32)) ENGINE = Memory"
    )
    store.command(
        "INSERT INTO bench_touched SELECT n - 1, xxHash64(path), xxHash64(concat(path, ' ', fp)), desktop, phone FROM "
        "(SELECT {paths:Array(String)} AS paths, {fps:Array(String)} AS fps, {wide:Array(Array(Float32))} AS wide, "
        "{narrow:Array(Array(Float32))} AS narrow) ARRAY JOIN arrayEnumerate(paths) AS n, paths AS path, fps AS fp, "
        "arrayMap(b -> (b[1], b[2], b[3], b[4]), wide) AS desktop, "
        "arrayMap(b -> (b[1], b[2], b[3], b[4]), narrow) AS phone",
        wide=[_box(wide, i) for i in used],
        narrow=[_box(narrow, i) for i in used],
        **named,
    )
    for page in pages:
        store.command(
            "INSERT INTO elements (site, page, record, key, path, fp, seen) SELECT {site:UInt32}, {page:String}, "
            "xxHash64(concat(p, ' ', f)), xxHash64(p), p, f, now64(3) "
            "FROM (SELECT arrayJoin(arrayZip({paths:Array(String)}, {fps:Array(String)})) AS e, e.1 AS p, e.2 AS f)",
            site=SITE,
            page=page,
            **named,
        )
    return len(used)


def _box(layout: Layout, i: int) -> list[float]:
    return [float(layout.x[i]), float(layout.y[i]), float(layout.w[i]), float(layout.h[i])]
