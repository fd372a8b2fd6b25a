-- Form fields, forms that were sent and errors after a click join the events; clicks that scripts made are counted.
-- Fewer views shape the rows: each costs time in every insert. `landing` holds nothing: it is made anew. It goes first
-- and comes when all else is ready to be made, so that a collector that runs meanwhile is refused and keeps its lines.

{alter:views}
    ADD COLUMN IF NOT EXISTS fake UInt32;

-- Of input, submit and error the element (of an error: what was clicked), 0 for the others; of an input also how often
-- it changed and its flags (FIELD_FLAGS in collector/wire.py). `value` of an input: how long it had the focus, ms.
-- `name` of an error: its file and 12 bits of its words, as `app.js#Ab`.
{alter:events}
    ADD COLUMN IF NOT EXISTS key UInt64,
    ADD COLUMN IF NOT EXISTS record UInt64,
    ADD COLUMN IF NOT EXISTS changes UInt32,
    ADD COLUMN IF NOT EXISTS flags UInt8;

DROP TABLE IF EXISTS landing {on_cluster};
DROP VIEW IF EXISTS landing_views {on_cluster};
DROP VIEW IF EXISTS landing_clicks {on_cluster};
DROP VIEW IF EXISTS landing_hovers {on_cluster};
DROP VIEW IF EXISTS landing_scrolls {on_cluster};
DROP VIEW IF EXISTS landing_customs {on_cluster};
DROP VIEW IF EXISTS landing_resizes {on_cluster};
DROP VIEW IF EXISTS landing_touches {on_cluster};
DROP VIEW IF EXISTS landing_elements {on_cluster};

-- What one line of a segment holds: receive time (ms), enrichment, body of the batch (collector/wire.py). Absent kinds
-- read as empty arrays, an absent scroll as e = NULL. Unknown fields are skipped by the insert.
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

-- Server time of an event = visitor's clock + x.shift; the times of a kind are deltas from t0.
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
FROM landing;

-- Clicks and dwells. A dwell has no time of its own: it is counted where its batch was sent. Its place is the centre of
-- its cell of an 8 x 8 grid on the box (cell = row * 8 + column, 1,250 of 10,000 a side).
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

-- All that is told by a name, a number or an element. Of a resize name = the new viewport as 1366x768, value = its width
-- in CSS px.
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
