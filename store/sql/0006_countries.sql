-- The country of a visitor, where the owner gives a GeoIP file: ISO 3166-1, two letters, '' when it is not known.
-- It is of the view, as browser and system are; no other table holds it. Lines of before, without it, read as ''.
{alter:views}
    ADD COLUMN IF NOT EXISTS country LowCardinality(String) AFTER os;

ALTER TABLE landing {on_cluster} MODIFY COLUMN x Tuple(
    site UInt32, page String, host String, visitor UInt64, device String, browser String, os String, country String,
    channel String, referrer String, source String, medium String, campaign String,
    bot String, excluded UInt8, shift Int64);

-- Made anew, not `MODIFY QUERY`: after that the engine forgets which tokens it has stored.
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
    b.sum.fake AS fake
FROM landing
-- Without a viewport it is an event that the owner's own programs sent (collector/backend): no view of a page.
WHERE b.ctx.vw > 0;
