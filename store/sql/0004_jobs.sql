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
