-- When the server last took the pictures of a page again by the schedule of its site, and how that went. The row with
-- the highest version counts.
CREATE TABLE IF NOT EXISTS {table:retakes} {on_cluster}
(
    site UInt32,
    page String,
    version UInt32,
    nonce String, -- of the process that wrote it: of two that write the same version, the engine keeps the first
    begun DateTime64(3, 'UTC'),
    jobs Array(String), -- that have not ended
    failures UInt16, -- in a row
    code LowCardinality(String), -- why the last one failed
    words String -- the same in English
)
{engine:ReplacingMergeTree(version)}
ORDER BY (site, page)
{once};
{distributed:retakes:site}
