-- What one line of a segment holds: receive time (ms), enrichment, body of the batch (collector/wire.py).
-- Nothing is kept here: the materialized views of 0002 shape the rows. Absent kinds read as empty arrays,
-- an absent scroll as e = NULL. Unknown fields are skipped by the insert.
CREATE TABLE IF NOT EXISTS landing {on_cluster}
(
    r Int64,
    x Tuple(
        site UInt32, page String, host String, visitor UInt64, device String, browser String, os String,
        channel String, referrer String, source String, medium String, campaign String,
        bot String, excluded UInt8, shift Int64),
    b Tuple(
        view String, seq UInt32, sent Int64, t0 Int64,
        ctx Tuple(
            url String, vw UInt16, vh UInt16, pw UInt32, ph UInt32, ref String, dpr Float32, touch Bool,
            lang String, tz Int16, variants Map(String, String), consent Bool),
        sum Tuple(ms UInt32, clicks UInt32, cut UInt32),
        el Tuple(p Array(String), f Array(String)),
        click Tuple(
            t Array(UInt32), e Array(UInt16), x Array(UInt16), y Array(UInt16), w Array(UInt32), h Array(UInt32),
            px Array(Int32), py Array(Int32), b Array(UInt8), k Array(UInt8), r Array(UInt8), d Array(UInt16)),
        hover Tuple(
            e Array(UInt16), c Array(UInt8), d Array(UInt32), w Array(UInt32), h Array(UInt32),
            px Array(Int32), py Array(Int32)),
        scroll Tuple(e Nullable(UInt16), y UInt16, depth UInt32, ph UInt32, bands Array(UInt32)),
        resize Tuple(t Array(UInt32), w Array(UInt16), h Array(UInt16)),
        custom Tuple(t Array(UInt32), n Array(String), v Array(Nullable(Float64))))
)
ENGINE = Null;

-- One showing of a page: its context and outcomes. A later batch of the view replaces the row.
CREATE TABLE IF NOT EXISTS {table:views} {on_cluster}
(
    site UInt32,
    page LowCardinality(String),
    day Date,
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    view UInt64,
    visitor UInt64,
    seq UInt32,
    host LowCardinality(String),
    referrer LowCardinality(String),
    channel LowCardinality(String),
    source LowCardinality(String),
    medium LowCardinality(String),
    campaign LowCardinality(String),
    device LowCardinality(String),
    browser LowCardinality(String),
    os LowCardinality(String),
    language LowCardinality(String),
    timezone Int16,
    viewport_w UInt16,
    viewport_h UInt16,
    page_w UInt32,
    page_h UInt32,
    dpr Float32,
    touch UInt8,
    variants Map(LowCardinality(String), String),
    consent UInt8,
    bot LowCardinality(String),
    excluded UInt8,
    engaged_ms UInt32,
    clicks UInt32,
    cut UInt32
)
{engine:ReplacingMergeTree(seq)}
PARTITION BY toYYYYMM(day)
ORDER BY (site, page, day, view)
{once};
{distributed:views:view}

-- A click or a dwell on an element.
CREATE TABLE IF NOT EXISTS {table:points} {on_cluster}
(
    site UInt32,
    page LowCardinality(String),
    kind LowCardinality(String),
    day Date,
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    view UInt64,
    visitor UInt64,
    key UInt64,
    record UInt64,
    fx UInt16,
    fy UInt16,
    box_w UInt32,
    box_h UInt32,
    page_x Int32,
    page_y Int32,
    page_w UInt32,
    page_h UInt32,
    viewport_w UInt16,
    weight Float32,
    button UInt8,
    flags UInt8,
    effect UInt8,
    effect_ms UInt16,
    device LowCardinality(String),
    variants Map(LowCardinality(String), String),
    bot LowCardinality(String),
    excluded UInt8
)
{engine:MergeTree}
PARTITION BY toYYYYMM(day)
ORDER BY (site, page, kind, day, view)
{once};
{distributed:points:view}

-- How deep a view was scrolled. A later batch of the view replaces the row.
CREATE TABLE IF NOT EXISTS {table:scrolls} {on_cluster}
(
    site UInt32,
    page LowCardinality(String),
    day Date,
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    view UInt64,
    visitor UInt64,
    seq UInt32,
    key UInt64,
    fy UInt16,
    depth UInt32,
    page_h UInt32,
    viewport_w UInt16,
    viewport_h UInt16,
    bands Array(UInt32),
    device LowCardinality(String),
    variants Map(LowCardinality(String), String),
    bot LowCardinality(String),
    excluded UInt8
)
{engine:ReplacingMergeTree(seq)}
PARTITION BY toYYYYMM(day)
ORDER BY (site, page, day, view)
{once};
{distributed:scrolls:view}

-- Custom events and changes of the viewport's size.
CREATE TABLE IF NOT EXISTS {table:events} {on_cluster}
(
    site UInt32,
    page LowCardinality(String),
    kind LowCardinality(String),
    day Date,
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    view UInt64,
    visitor UInt64,
    name LowCardinality(String),
    value Nullable(Float64),
    device LowCardinality(String),
    variants Map(LowCardinality(String), String),
    bot LowCardinality(String),
    excluded UInt8
)
{engine:MergeTree}
PARTITION BY toYYYYMM(day)
ORDER BY (site, page, kind, day, view)
{once};
{distributed:events:view}

-- Who was where and when: one row a view, ordered by visitor, for journeys.
CREATE TABLE IF NOT EXISTS {table:touches} {on_cluster}
(
    site UInt32,
    page LowCardinality(String),
    day Date,
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    view UInt64,
    visitor UInt64,
    device LowCardinality(String),
    channel LowCardinality(String),
    variants Map(LowCardinality(String), String),
    bot LowCardinality(String),
    excluded UInt8
)
{engine:MergeTree}
PARTITION BY toYYYYMM(day)
ORDER BY (site, visitor, time, view)
{once};
{distributed:touches:visitor}

-- What is known of an element that was touched. The row seen last stays.
CREATE TABLE IF NOT EXISTS {table:elements} {on_cluster}
(
    site UInt32,
    page LowCardinality(String),
    record UInt64,
    key UInt64,
    path String,
    fp String,
    seen DateTime64(3, 'UTC')
)
{engine:ReplacingMergeTree(seen)}
ORDER BY (site, page, record)
{once};
{distributed:elements:record}

-- Pictures of pages with the boxes of their elements; the strips of the picture stand apart.
CREATE TABLE IF NOT EXISTS {table:snapshots} {on_cluster}
(
    id UInt64,
    site UInt32,
    page String,
    width UInt32,
    variant String,
    state String,
    url String,
    taken DateTime64(3, 'UTC'),
    height UInt32,
    viewport_h UInt32,
    title String,
    warnings Array(String),
    paths Array(String) CODEC(ZSTD(3)),
    fps Array(String) CODEC(ZSTD(3)),
    names Array(String) CODEC(ZSTD(3)),
    tags Array(LowCardinality(String)),
    parents Array(Int32),
    x Array(Float32),
    y Array(Float32),
    w Array(Float32),
    h Array(Float32),
    visible Array(UInt8),
    fixed Array(UInt8),
    scroller Array(Int32)
)
{engine:MergeTree}
ORDER BY (site, page, width, variant, state, taken, id)
{once};
{distributed:snapshots:id}

CREATE TABLE IF NOT EXISTS {table:strips} {on_cluster}
(
    snapshot UInt64,
    n UInt16,
    height UInt32,
    picture String CODEC(NONE)
)
{engine:MergeTree}
ORDER BY (snapshot, n)
{once};
{distributed:strips:snapshot}

-- What people define, as versioned JSON. Every version stays: that is the history.
CREATE TABLE IF NOT EXISTS {table:definitions} {on_cluster}
(
    kind LowCardinality(String),
    id String,
    version UInt32,
    time DateTime64(3, 'UTC'),
    author String,
    deleted UInt8,
    json String,
    nonce String
)
{engine:MergeTree}
ORDER BY (kind, id, version)
{once};
{distributed:definitions:xxHash64(kind, id)}

-- What the collector refused, by minute and reason.
CREATE TABLE IF NOT EXISTS {table:refusals} {on_cluster}
(
    site UInt32,
    time DateTime64(3, 'UTC'),
    reason LowCardinality(String),
    count UInt64,
    example String
)
{engine:MergeTree}
PARTITION BY toYYYYMM(time)
ORDER BY (site, time, reason)
{once};
{distributed:refusals:site}

-- Keys of the cookieless visitor ids. Dropped after 48 h (store/day_keys.py); the TTL is the second line.
CREATE TABLE IF NOT EXISTS {table:day_keys} {on_cluster}
(
    day Date,
    key String
)
{engine:MergeTree}
PARTITION BY day
ORDER BY day
TTL day + toIntervalDay(2)
{once};
{distributed:day_keys:day}
