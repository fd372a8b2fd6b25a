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
