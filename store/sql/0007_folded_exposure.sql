-- What the visitors of a closed day had in view, counted with the day (aggregator/queries/folding.py).

-- A code says what a visitor had in view in windows of one width on that day: width · 2^32 + 2^31 + a bit for each
-- twentieth of the page; 0 if no view of the visitor measured it. A visitor with several codes counts for the least.
-- Visitors who may be seen on other days, or have several codes, are kept by their `ids` (sorted); those with `id_again`
-- 1 are on other days or have further codes (`more_ids`, `more_seen`). All other visitors have numbers, in the order of
-- their codes: `numbered_n` of them for each of `numbered_seen`. Edges: the deepest ones of some views.
{alter:folded_days}
    MODIFY COLUMN ids Array(UInt64) CODEC(Delta, T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS id_seen Array(UInt64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS id_again Array(UInt8) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS more_ids Array(UInt64),
    ADD COLUMN IF NOT EXISTS more_seen Array(UInt64),
    ADD COLUMN IF NOT EXISTS seen Array(UInt64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS seen_n Array(UInt32) CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS numbered_seen Array(UInt64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS numbered_n Array(UInt32) CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS edge_keys Array(UInt64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS edge_fys Array(UInt16) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS edge_depths Array(UInt32) CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS edge_page_hs Array(UInt32) CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS edge_viewport_ws Array(UInt16) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS edge_viewport_hs Array(UInt16) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS id_devices Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS devices Array(LowCardinality(String)),
    ADD COLUMN IF NOT EXISTS of_device Array(UInt32);

-- `others`: the visitors who are kept by their ids, as places in `ids` from 1 on. `seen`: the codes of all visitors of
-- the record who have one, with how many have it. `n_visitors`, `n_dead` and so on are of all visitors now.
{alter:folded_records}
    MODIFY COLUMN visitors Array(UInt32) CODEC(Delta, T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS others Array(UInt32) CODEC(Delta, T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS other_flags Array(UInt8) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS seen Array(UInt64) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS seen_n Array(UInt32) CODEC(T64, ZSTD(1)),
    DROP COLUMN IF EXISTS ids,
    DROP COLUMN IF EXISTS id_flags;
