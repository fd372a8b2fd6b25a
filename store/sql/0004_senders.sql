-- Who sent a row: an import or the token of an owner's program, '' for visitors' browsers. So what one of them sent can
-- be erased. Every view is made again to fill the column.

{alter:views}
    ADD COLUMN IF NOT EXISTS sender LowCardinality(String);

{alter:points}
    ADD COLUMN IF NOT EXISTS sender LowCardinality(String);

{alter:scrolls}
    ADD COLUMN IF NOT EXISTS sender LowCardinality(String);

{alter:events}
    ADD COLUMN IF NOT EXISTS sender LowCardinality(String);

{alter:touches}
    ADD COLUMN IF NOT EXISTS sender LowCardinality(String);

{alter:elements}
    ADD COLUMN IF NOT EXISTS sender LowCardinality(String);

ALTER TABLE landing {on_cluster} MODIFY COLUMN x Tuple(
    site UInt32, page String, host String, visitor UInt64, device String, browser String, os String, country String,
    channel String, referrer String, source String, medium String, campaign String,
    bot String, excluded UInt8, shift Int64, sender String);

DROP VIEW IF EXISTS landing_views {on_cluster};

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
    b.sum.fake AS fake,
    b.sum.err AS err,
    x.sender AS sender
FROM landing
-- An event sent by the owner's own programs (collector/backend) has no viewport: it is not a view of a page.
WHERE b.ctx.vw > 0;

DROP VIEW IF EXISTS landing_points {on_cluster};

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
    x.excluded AS excluded,
    x.sender AS sender
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

DROP VIEW IF EXISTS landing_scrolls {on_cluster};

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
    x.excluded AS excluded,
    x.sender AS sender
FROM landing
WHERE b.scroll.e IS NOT NULL;

DROP VIEW IF EXISTS landing_events {on_cluster};

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
    x.excluded AS excluded,
    x.sender AS sender
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

DROP VIEW IF EXISTS landing_touches {on_cluster};

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
    x.excluded AS excluded,
    x.sender AS sender
FROM landing
WHERE b.seq = 0;

DROP VIEW IF EXISTS landing_elements {on_cluster};

CREATE MATERIALIZED VIEW IF NOT EXISTS landing_elements {on_cluster} TO elements AS
SELECT
    x.site AS site,
    x.page AS page,
    xxHash64(concat(path, ' ', fp)) AS record,
    xxHash64(path) AS key,
    path,
    fp,
    fromUnixTimestamp64Milli(b.sent + x.shift, 'UTC') AS seen,
    x.sender AS sender
FROM landing
ARRAY JOIN
    b.el.p AS path,
    b.el.f AS fp;
