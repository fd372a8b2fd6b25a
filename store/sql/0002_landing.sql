-- Shapes a line of `landing` into rows. Server time of an event = visitor's clock + x.shift;
-- the times of a kind are deltas from t0.

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
    b.sum.cut AS cut
FROM landing;

CREATE MATERIALIZED VIEW IF NOT EXISTS landing_clicks {on_cluster} TO points AS
SELECT
    x.site AS site,
    x.page AS page,
    'click' AS kind,
    toDate(time) AS day,
    fromUnixTimestamp64Milli(b.t0 + toInt64(at) + x.shift, 'UTC') AS time,
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
    1 AS weight,
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
        arrayMap(path -> xxHash64(path), b.el.p) AS keys,
        arrayMap((path, fp) -> xxHash64(concat(path, ' ', fp)), b.el.p, b.el.f) AS records
    FROM landing
)
ARRAY JOIN
    arrayCumSum(b.click.t) AS at,
    arrayMap(i -> keys[i + 1], b.click.e) AS key,
    arrayMap(i -> records[i + 1], b.click.e) AS record,
    b.click.x AS fx,
    b.click.y AS fy,
    b.click.w AS box_w,
    b.click.h AS box_h,
    b.click.px AS page_x,
    b.click.py AS page_y,
    b.click.b AS button,
    b.click.k AS flags,
    b.click.r AS effect,
    b.click.d AS delay;

-- A dwell has no time of its own: it is counted where its batch was sent. Its place is the centre of its
-- cell of an 8 x 8 grid on the box (cell = row * 8 + column, 1,250 of 10,000 a side).
CREATE MATERIALIZED VIEW IF NOT EXISTS landing_hovers {on_cluster} TO points AS
SELECT
    x.site AS site,
    x.page AS page,
    'hover' AS kind,
    toDate(time) AS day,
    fromUnixTimestamp64Milli(b.sent + x.shift, 'UTC') AS time,
    xxHash64(b.view) AS view,
    x.visitor AS visitor,
    key,
    record,
    toUInt16(cell % 8 * 1250 + 625) AS fx,
    toUInt16(intDiv(cell, 8) * 1250 + 625) AS fy,
    box_w,
    box_h,
    page_x,
    page_y,
    b.ctx.pw AS page_w,
    b.ctx.ph AS page_h,
    b.ctx.vw AS viewport_w,
    dwell AS weight,
    0 AS button,
    0 AS flags,
    0 AS effect,
    0 AS effect_ms,
    x.device AS device,
    b.ctx.variants AS variants,
    x.bot AS bot,
    x.excluded AS excluded
FROM
(
    SELECT
        x, b,
        arrayMap(path -> xxHash64(path), b.el.p) AS keys,
        arrayMap((path, fp) -> xxHash64(concat(path, ' ', fp)), b.el.p, b.el.f) AS records
    FROM landing
)
ARRAY JOIN
    arrayMap(i -> keys[i + 1], b.hover.e) AS key,
    arrayMap(i -> records[i + 1], b.hover.e) AS record,
    b.hover.c AS cell,
    b.hover.d AS dwell,
    b.hover.w AS box_w,
    b.hover.h AS box_h,
    b.hover.px AS page_x,
    b.hover.py AS page_y;

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

CREATE MATERIALIZED VIEW IF NOT EXISTS landing_customs {on_cluster} TO events AS
SELECT
    x.site AS site,
    x.page AS page,
    'custom' AS kind,
    toDate(time) AS day,
    fromUnixTimestamp64Milli(b.t0 + toInt64(at) + x.shift, 'UTC') AS time,
    xxHash64(b.view) AS view,
    x.visitor AS visitor,
    name,
    value,
    x.device AS device,
    b.ctx.variants AS variants,
    x.bot AS bot,
    x.excluded AS excluded
FROM landing
ARRAY JOIN
    arrayCumSum(b.custom.t) AS at,
    b.custom.n AS name,
    b.custom.v AS value;

-- name = the new viewport as 1366x768, value = its width in CSS px.
CREATE MATERIALIZED VIEW IF NOT EXISTS landing_resizes {on_cluster} TO events AS
SELECT
    x.site AS site,
    x.page AS page,
    'resize' AS kind,
    toDate(time) AS day,
    fromUnixTimestamp64Milli(b.t0 + toInt64(at) + x.shift, 'UTC') AS time,
    xxHash64(b.view) AS view,
    x.visitor AS visitor,
    concat(toString(width), 'x', toString(height)) AS name,
    width AS value,
    x.device AS device,
    b.ctx.variants AS variants,
    x.bot AS bot,
    x.excluded AS excluded
FROM landing
ARRAY JOIN
    arrayCumSum(b.resize.t) AS at,
    b.resize.w AS width,
    b.resize.h AS height;

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
