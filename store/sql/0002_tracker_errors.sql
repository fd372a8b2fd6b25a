-- Errors of the tracker in a view: each may have lost an event.

{alter:views}
    ADD COLUMN IF NOT EXISTS err UInt32;

ALTER TABLE landing {on_cluster} MODIFY COLUMN b Tuple(
    view String, seq UInt32, sent Int64, t0 Int64,
    ctx Tuple(
        url String, vw UInt16, vh UInt16, pw UInt32, ph UInt32, ref String, dpr Float32, touch Bool,
        lang String, tz Int16, variants Map(String, String), consent Bool),
    sum Tuple(ms UInt32, clicks UInt32, cut UInt32, fake UInt32, err UInt32),
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
    error Tuple(t Array(UInt32), e Array(UInt16), h Array(String), n Array(String)));

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
    b.sum.err AS err
FROM landing
-- An event sent by the owner's own programs (collector/backend) has no viewport: it is not a view of a page.
WHERE b.ctx.vw > 0;
