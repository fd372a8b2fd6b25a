-- The schema of the first release. Placeholders in braces: store/migrations.py.

-- == What visitors did ==

-- One display of a page: its context and its totals. A later batch of the view replaces the row.
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
    country LowCardinality(String), -- ISO 3166-1, two letters; '' when unknown or without a GeoIP file
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
    cut UInt32, -- events that the tracker dropped
    fake UInt32 -- clicks that scripts made
)
{engine:ReplacingMergeTree(seq)}
PARTITION BY toYYYYMM(day)
ORDER BY (site, page, day, view)
{once};
{distributed:views:view}

-- A click, or a dwell (kind 'hover'), on an element. `fx` and `fy` are ten-thousandths of the element's box;
-- the meaning of `flags`, `effect` and `button` is in docs/wire.md.
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

-- Custom events, resizes, inputs, submits and errors. `name` and `value` by kind:
-- resize: the new viewport as 1366x768, and its width in CSS px; input: '', and ms with the focus;
-- error: its file and 12 bits of its message, as `app.js#Ab`. `key` and `record` are the element of an input or
-- submit, and what was clicked before an error (0 for the other kinds). `changes` and `flags` are an input's
-- (FIELD_FLAGS in collector/wire.py).
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
    excluded UInt8,
    key UInt64,
    record UInt64,
    changes UInt32,
    flags UInt8
)
{engine:MergeTree}
PARTITION BY toYYYYMM(day)
ORDER BY (site, page, kind, day, view)
{once};
{distributed:events:view}

-- One row per view, ordered by visitor, for journeys.
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

-- What is known of each element that was touched. The row seen last is kept.
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

-- == Pictures ==

-- Pictures of pages with the boxes of their elements; the strips of the picture are in a table of their own.
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
    scroller Array(Int32),
    control Array(Int32), -- index of the control that each element is or lies in, -1 for none
    lines Array(Array(Float32)) -- x, y, w, h of each line of broken text; empty where the text is one box
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

-- Which element of a picture's layout a record means; computed in the background and read by every map.
-- `element` is the index in the layout, -1 where none was found; `score` is in nats.
-- The table holds nothing about a visitor.
CREATE TABLE IF NOT EXISTS {table:matches} {on_cluster}
(
    site UInt32,
    snapshot UInt64,
    page String,
    record UInt64,
    element Int32,
    score Float32,
    made DateTime64(3, 'UTC')
)
{engine:ReplacingMergeTree(made)}
ORDER BY (site, snapshot, page, record)
{once};
{distributed:matches:snapshot}

-- == Definitions and operation ==

-- What people define, as versioned JSON. Every version is kept: that is the history.
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

-- Keys of the cookieless visitor ids. Dropped after 48 h (store/day_keys.py); the TTL is the second safeguard.
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

-- == From a line of a segment to rows ==

-- One line of a segment: receive time (ms), enrichment, body of the batch (collector/wire.py). The table keeps
-- nothing; the materialized views below turn each line into rows. Absent kinds read as empty arrays, an absent
-- scroll as e = NULL. The insert skips unknown fields. Every view costs time in every insert, so there are few.
CREATE TABLE IF NOT EXISTS landing {on_cluster}
(
    r Int64,
    x Tuple(
        site UInt32, page String, host String, visitor UInt64, device String, browser String, os String, country String,
        channel String, referrer String, source String, medium String, campaign String,
        bot String, excluded UInt8, shift Int64),
    b Tuple(
        view String, seq UInt32, sent Int64, t0 Int64,
        ctx Tuple(
            url String, vw UInt16, vh UInt16, pw UInt32, ph UInt32, ref String, dpr Float32, touch Bool,
            lang String, tz Int16, variants Map(String, String), consent Bool),
        sum Tuple(ms UInt32, clicks UInt32, cut UInt32, fake UInt32),
        el Tuple(p Array(String), f Array(String)),
        click Tuple(
            t Array(UInt32), e Array(UInt16), x Array(UInt16), y Array(UInt16), w Array(UInt32), h Array(UInt32),
            px Array(Int32), py Array(Int32), b Array(UInt8), k Array(UInt8), r Array(UInt8), d Array(UInt16)),
        hover Tuple(
            e Array(UInt16), c Array(UInt8), d Array(UInt32), w Array(UInt32), h Array(UInt32),
            px Array(Int32), py Array(Int32)),
        scroll Tuple(e Nullable(UInt16), y UInt16, depth UInt32, ph UInt32, bands Array(UInt32)),
        resize Tuple(t Array(UInt32), w Array(UInt16), h Array(UInt16)),
        custom Tuple(t Array(UInt32), n Array(String), v Array(Nullable(Float64))),
        input Tuple(t Array(UInt32), e Array(UInt16), d Array(UInt32), n Array(UInt32), k Array(UInt8)),
        submit Tuple(t Array(UInt32), e Array(UInt16)),
        error Tuple(t Array(UInt32), e Array(UInt16), h Array(String), n Array(String)))
)
ENGINE = Null;

-- Server time of an event = the visitor's clock + x.shift. The times of a kind are deltas that begin at t0.
-- To change a view, drop it and create it again: after `MODIFY QUERY` the engine forgets which insert tokens it
-- has stored.
CREATE MATERIALIZED VIEW IF NOT EXISTS landing_views {on_cluster} TO views AS
SELECT
    x.site AS site,
    x.page AS page,
    toDate(time) AS day,
    fromUnixTimestamp64Milli(b.t0 + x.shift, 'UTC') AS time,
    xxHash64(b.view) AS view,
    x.visitor AS visitor,
    b.seq AS seq,
    x.host AS host,
    x.referrer AS referrer,
    x.channel AS channel,
    x.source AS source,
    x.medium AS medium,
    x.campaign AS campaign,
    x.device AS device,
    x.browser AS browser,
    x.os AS os,
    x.country AS country,
    b.ctx.lang AS language,
    b.ctx.tz AS timezone,
    b.ctx.vw AS viewport_w,
    b.ctx.vh AS viewport_h,
    b.ctx.pw AS page_w,
    b.ctx.ph AS page_h,
    b.ctx.dpr AS dpr,
    b.ctx.touch AS touch,
    b.ctx.variants AS variants,
    b.ctx.consent AS consent,
    x.bot AS bot,
    x.excluded AS excluded,
    b.sum.ms AS engaged_ms,
    b.sum.clicks AS clicks,
    b.sum.cut AS cut,
    b.sum.fake AS fake
FROM landing
-- An event sent by the owner's own programs (collector/backend) has no viewport: it is not a view of a page.
WHERE b.ctx.vw > 0;

-- Clicks and dwells. A dwell has no time of its own and is counted at the time its batch was sent. Its place is the
-- centre of its cell of an 8 x 8 grid on the box (cell = row * 8 + column, 1,250 of 10,000 a side).
CREATE MATERIALIZED VIEW IF NOT EXISTS landing_points {on_cluster} TO points AS
SELECT
    x.site AS site,
    x.page AS page,
    kind,
    toDate(time) AS day,
    fromUnixTimestamp64Milli(at + x.shift, 'UTC') AS time,
    xxHash64(b.view) AS view,
    x.visitor AS visitor,
    key,
    record,
    fx,
    fy,
    box_w,
    box_h,
    page_x,
    page_y,
    b.ctx.pw AS page_w,
    b.ctx.ph AS page_h,
    b.ctx.vw AS viewport_w,
    weight,
    button,
    flags,
    effect,
    toUInt16(delay * 10) AS effect_ms,
    x.device AS device,
    b.ctx.variants AS variants,
    x.bot AS bot,
    x.excluded AS excluded
FROM
(
    SELECT
        x, b,
        length(b.click.t) AS clicks,
        length(b.hover.e) AS hovers,
        arrayMap(path -> xxHash64(path), b.el.p) AS keys,
        arrayMap((path, fp) -> xxHash64(concat(path, ' ', fp)), b.el.p, b.el.f) AS records,
        arrayConcat(b.click.e, b.hover.e) AS element
    FROM landing
)
ARRAY JOIN
    arrayConcat(arrayWithConstant(clicks, 'click'), arrayWithConstant(hovers, 'hover')) AS kind,
    arrayConcat(arrayMap(t -> b.t0 + toInt64(t), arrayCumSum(b.click.t)), arrayWithConstant(hovers, b.sent)) AS at,
    arrayMap(i -> keys[i + 1], element) AS key,
    arrayMap(i -> records[i + 1], element) AS record,
    arrayConcat(b.click.x, arrayMap(cell -> toUInt16(cell % 8 * 1250 + 625), b.hover.c)) AS fx,
    arrayConcat(b.click.y, arrayMap(cell -> toUInt16(intDiv(cell, 8) * 1250 + 625), b.hover.c)) AS fy,
    arrayConcat(b.click.w, b.hover.w) AS box_w,
    arrayConcat(b.click.h, b.hover.h) AS box_h,
    arrayConcat(b.click.px, b.hover.px) AS page_x,
    arrayConcat(b.click.py, b.hover.py) AS page_y,
    arrayConcat(arrayWithConstant(clicks, toUInt32(1)), b.hover.d) AS weight,
    arrayResize(b.click.b, clicks + hovers) AS button,
    arrayResize(b.click.k, clicks + hovers) AS flags,
    arrayResize(b.click.r, clicks + hovers) AS effect,
    arrayResize(b.click.d, clicks + hovers) AS delay;

-- The day is the view's, so that a later batch replaces the row of the earlier one past midnight too.
CREATE MATERIALIZED VIEW IF NOT EXISTS landing_scrolls {on_cluster} TO scrolls AS
SELECT
    x.site AS site,
    x.page AS page,
    toDate(time) AS day,
    fromUnixTimestamp64Milli(b.t0 + x.shift, 'UTC') AS time,
    xxHash64(b.view) AS view,
    x.visitor AS visitor,
    b.seq AS seq,
    xxHash64(b.el.p[assumeNotNull(b.scroll.e) + 1]) AS key,
    b.scroll.y AS fy,
    b.scroll.depth AS depth,
    b.scroll.ph AS page_h,
    b.ctx.vw AS viewport_w,
    b.ctx.vh AS viewport_h,
    b.scroll.bands AS bands,
    x.device AS device,
    b.ctx.variants AS variants,
    x.bot AS bot,
    x.excluded AS excluded
FROM landing
WHERE b.scroll.e IS NOT NULL;

-- The five kinds of events, one after the other in each array: custom, resize, input, submit, error.
CREATE MATERIALIZED VIEW IF NOT EXISTS landing_events {on_cluster} TO events AS
SELECT
    x.site AS site,
    x.page AS page,
    kind,
    toDate(time) AS day,
    fromUnixTimestamp64Milli(b.t0 + toInt64(at) + x.shift, 'UTC') AS time,
    xxHash64(b.view) AS view,
    x.visitor AS visitor,
    name,
    value,
    if(element < 0, 0, xxHash64(b.el.p[element + 1])) AS key,
    if(element < 0, 0, xxHash64(concat(b.el.p[element + 1], ' ', b.el.f[element + 1]))) AS record,
    changes,
    flags,
    x.device AS device,
    b.ctx.variants AS variants,
    x.bot AS bot,
    x.excluded AS excluded
FROM
(
    SELECT
        x, b,
        length(b.custom.t) AS customs,
        length(b.resize.t) AS resizes,
        length(b.input.t) AS inputs,
        length(b.submit.t) AS submits,
        length(b.error.t) AS errors
    FROM landing
)
ARRAY JOIN
    arrayConcat(
        arrayWithConstant(customs, 'custom'), arrayWithConstant(resizes, 'resize'), arrayWithConstant(inputs, 'input'),
        arrayWithConstant(submits, 'submit'), arrayWithConstant(errors, 'error')) AS kind,
    arrayConcat(
        arrayCumSum(b.custom.t), arrayCumSum(b.resize.t), arrayCumSum(b.input.t), arrayCumSum(b.submit.t),
        arrayCumSum(b.error.t)) AS at,
    arrayConcat(
        b.custom.n, arrayMap((w, h) -> concat(toString(w), 'x', toString(h)), b.resize.w, b.resize.h),
        arrayWithConstant(inputs + submits, ''), arrayMap((n, h) -> concat(n, '#', h), b.error.n, b.error.h)) AS name,
    arrayConcat(
        b.custom.v, arrayMap(w -> toNullable(toFloat64(w)), b.resize.w),
        arrayMap(d -> toNullable(toFloat64(d * 10)), b.input.d),
        arrayWithConstant(submits + errors, CAST(NULL, 'Nullable(Float64)'))) AS value,
    arrayConcat(
        arrayWithConstant(customs + resizes, toInt32(-1)), arrayMap(i -> toInt32(i), b.input.e),
        arrayMap(i -> toInt32(i), b.submit.e), arrayMap(i -> toInt32(i), b.error.e)) AS element,
    arrayConcat(
        arrayWithConstant(customs + resizes, toUInt32(0)), b.input.n,
        arrayWithConstant(submits + errors, toUInt32(0))) AS changes,
    arrayConcat(
        arrayWithConstant(customs + resizes, toUInt8(0)), b.input.k,
        arrayWithConstant(submits + errors, toUInt8(0))) AS flags;

CREATE MATERIALIZED VIEW IF NOT EXISTS landing_touches {on_cluster} TO touches AS
SELECT
    x.site AS site,
    x.page AS page,
    toDate(time) AS day,
    fromUnixTimestamp64Milli(b.t0 + x.shift, 'UTC') AS time,
    xxHash64(b.view) AS view,
    x.visitor AS visitor,
    x.device AS device,
    x.channel AS channel,
    b.ctx.variants AS variants,
    x.bot AS bot,
    x.excluded AS excluded
FROM landing
WHERE b.seq = 0;

CREATE MATERIALIZED VIEW IF NOT EXISTS landing_elements {on_cluster} TO elements AS
SELECT
    x.site AS site,
    x.page AS page,
    xxHash64(concat(path, ' ', fp)) AS record,
    xxHash64(path) AS key,
    path,
    fp,
    fromUnixTimestamp64Milli(b.sent + x.shift, 'UTC') AS seen
FROM landing
ARRAY JOIN
    b.el.p AS path,
    b.el.f AS fp;
