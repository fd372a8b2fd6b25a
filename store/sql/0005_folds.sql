-- Closed days of busy pages, counted once, so that a map need not count their points again
-- (aggregator/queries/folding.py).

-- One row for each page, kind ('view' counts views) and day that was folded: its counts, and which rows of
-- folded_records are of it. Of several folds of a day, the last one counts.
CREATE TABLE IF NOT EXISTS {table:folded_days} {on_cluster}
(
    site UInt32,
    page LowCardinality(String),
    kind LowCardinality(String),
    day Date,
    time DateTime64(3, 'UTC'), -- the day's begin
    fold UInt64,
    rules UInt64, -- of the thresholds by which clicks were judged
    stored UInt64, -- rows of the day when it was folded, those of bots and the team included
    reasons Array(LowCardinality(String)), -- of bots, '' for people
    excluded Array(UInt8), -- whether they are of the team
    counts Array(UInt64),
    views UInt64,
    cut UInt64,
    visitors UInt64, -- who were seen on this day alone
    ids Array(UInt64), -- of the others
    sizes Array(UInt64), -- width of the window · 2^32 + height of the page
    of_size Array(UInt32) -- views
)
{engine:MergeTree}
PARTITION BY toYYYYMM(day)
ORDER BY (site, page, kind, day, fold)
{once};
{distributed:folded_days:page}

-- The points of people on one element (`record`) on one day. `cells`: parts of its box (aggregator/shapes/cells.py),
-- with the points of each; `marked`: those of them with a drag, a dead click or a rage burst. `weights` is empty where
-- each point weighs 1. Visitors seen on no other day have a number of the day; the others are in `ids`. Their flags:
-- 1 with a dead click if the element is judged, 2 with one on a disabled control, 4 with a rage burst.
CREATE TABLE IF NOT EXISTS {table:folded_records} {on_cluster}
(
    site UInt32,
    page LowCardinality(String),
    kind LowCardinality(String),
    day Date,
    time DateTime64(3, 'UTC'),
    fold UInt64,
    record UInt64,
    key UInt64,
    cells Array(UInt32) CODEC(Delta, ZSTD(1)),
    points Array(UInt32) CODEC(T64, ZSTD(1)),
    weights Array(Float64) CODEC(ZSTD(1)),
    marked Array(UInt32) CODEC(Delta, ZSTD(1)),
    dragged Array(UInt32) CODEC(T64, ZSTD(1)),
    dead Array(UInt32) CODEC(T64, ZSTD(1)),
    dead_disabled Array(UInt32) CODEC(T64, ZSTD(1)),
    rage Array(UInt32) CODEC(T64, ZSTD(1)),
    visitors Array(UInt32) CODEC(Delta, ZSTD(1)),
    visitor_flags Array(UInt8) CODEC(ZSTD(1)),
    ids Array(UInt64) CODEC(ZSTD(1)),
    id_flags Array(UInt8) CODEC(ZSTD(1)),
    n_visitors UInt32,
    n_dead UInt32,
    n_dead_disabled UInt32,
    n_rage UInt32
)
{engine:MergeTree}
PARTITION BY toYYYYMM(day)
ORDER BY (site, page, kind, day, fold, record)
{once};
{distributed:folded_records:page}
