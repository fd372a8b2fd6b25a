-- Errors of the tracker, requests for pictures, what the camera signs in with, and the pictures that people choose.

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

-- Pictures that were requested, so that a restart takes them up again. The row with the highest version counts.
CREATE TABLE IF NOT EXISTS {table:jobs} {on_cluster}
(
    id String,
    version UInt32,
    state LowCardinality(String), -- queued, running, done, failed, cancelled
    attempts UInt8, -- how often it was begun
    server String, -- the process that works on it: host and data folder
    changed DateTime64(3, 'UTC'),
    request String -- JSON: site, url, widths, variant, state, page, time of the request
)
{engine:ReplacingMergeTree(version)}
ORDER BY id
TTL toDateTime(changed) + toIntervalDay(7)
{once};
{distributed:jobs:xxHash64(id)}

-- What the camera signs in to a site with: named secrets and cookies, encrypted (store/sealing.py). The key is not in
-- the database. Each is a partition, so that deleting one removes its files.
CREATE TABLE IF NOT EXISTS {table:credentials} {on_cluster}
(
    site UInt32,
    kind LowCardinality(String),
    name String,
    sealed String,
    about String, -- JSON that may be shown: pages, domains, when it expires
    time DateTime64(3, 'UTC'),
    author String
)
{engine:MergeTree}
PARTITION BY (site, kind, name)
ORDER BY (site, kind, name, time)
{once};
{distributed:credentials:site}

-- Which picture the maps of a page use at a width, in a variant and a state: the latest row counts. 0: the newest.
CREATE TABLE IF NOT EXISTS {table:picture_choices} {on_cluster}
(
    site UInt32,
    page String,
    width UInt32,
    variant String,
    state String,
    snapshot UInt64,
    time DateTime64(3, 'UTC')
)
{engine:ReplacingMergeTree(time)}
ORDER BY (site, page, width, variant, state)
{once};
{distributed:picture_choices:site}
