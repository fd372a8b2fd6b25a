-- What visitors answered to surveys (docs/feedback.md).

-- One row for each asking (one survey shown once to one visitor; `question` is '') and for each answer in it. A later
-- row of the same asking and question, with a higher `step`, replaces it. `day` is that of the view, `time` that of the
-- answer. `state` of an asking: ASK_STATES in collector/wire.py. `words` are masked (store/text_masks.json). `key`,
-- `record`, `fx` … `page_y`: the element that was chosen, or that made the survey due; 0 for none.
CREATE TABLE IF NOT EXISTS {table:feedback} {on_cluster}
(
    site UInt32,
    survey LowCardinality(String),
    day Date,
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    view UInt64,
    visitor UInt64,
    asking UInt64,
    question LowCardinality(String),
    step UInt16,
    version UInt32,
    state UInt8,
    score Nullable(UInt8),
    options Array(LowCardinality(String)),
    words String CODEC(ZSTD(3)),
    language LowCardinality(String),
    page LowCardinality(String),
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
    device LowCardinality(String),
    channel LowCardinality(String),
    country LowCardinality(String),
    variants Map(LowCardinality(String), String),
    bot LowCardinality(String),
    excluded UInt8,
    sender LowCardinality(String)
)
{engine:ReplacingMergeTree(step)}
PARTITION BY toYYYYMM(day)
ORDER BY (site, survey, day, asking, question)
{once};
{distributed:feedback:asking}

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
    error Tuple(t Array(UInt32), e Array(UInt16), h Array(String), n Array(String)),
    ask Tuple(
        t Array(UInt32), a Array(String), s Array(String), v Array(UInt32), n Array(UInt16), k Array(UInt8),
        q Array(String), g Array(Nullable(UInt8)), o Array(Array(String)), m Array(String), lang Array(String),
        e Array(Nullable(UInt16)), x Array(UInt16), y Array(UInt16), w Array(UInt32), h Array(UInt32),
        px Array(Int32), py Array(Int32)));

CREATE MATERIALIZED VIEW IF NOT EXISTS landing_feedback {on_cluster} TO feedback AS
SELECT
    x.site AS site,
    survey,
    toDate(fromUnixTimestamp64Milli(b.t0 + x.shift, 'UTC')) AS day,
    fromUnixTimestamp64Milli(b.t0 + toInt64(at) + x.shift, 'UTC') AS time,
    xxHash64(b.view) AS view,
    x.visitor AS visitor,
    xxHash64(asked) AS asking,
    question,
    step,
    version,
    state,
    score,
    options,
    words,
    language,
    x.page AS page,
    if(element < 0, 0, xxHash64(b.el.p[element + 1])) AS key,
    if(element < 0, 0, xxHash64(concat(b.el.p[element + 1], ' ', b.el.f[element + 1]))) AS record,
    fx,
    fy,
    box_w,
    box_h,
    page_x,
    page_y,
    b.ctx.pw AS page_w,
    b.ctx.ph AS page_h,
    b.ctx.vw AS viewport_w,
    x.device AS device,
    x.channel AS channel,
    x.country AS country,
    b.ctx.variants AS variants,
    x.bot AS bot,
    x.excluded AS excluded,
    x.sender AS sender
FROM landing
ARRAY JOIN
    arrayCumSum(b.ask.t) AS at,
    b.ask.a AS asked,
    b.ask.s AS survey,
    b.ask.v AS version,
    b.ask.n AS step,
    b.ask.k AS state,
    b.ask.q AS question,
    b.ask.g AS score,
    b.ask.o AS options,
    b.ask.m AS words,
    b.ask.lang AS language,
    arrayMap(i -> toInt32(ifNull(i, -1)), b.ask.e) AS element,
    b.ask.x AS fx,
    b.ask.y AS fy,
    b.ask.w AS box_w,
    b.ask.h AS box_h,
    b.ask.px AS page_x,
    b.ask.py AS page_y;
