-- Which element of a picture's layout a record means, made in the background and read by every map.
-- `element` is the index in the layout, -1 where the matching looked and found none; `score` is in nats.
-- Nothing of a visitor is in here.
CREATE TABLE IF NOT EXISTS {table:matches} {on_cluster}
(
    site UInt32,
    snapshot UInt64,
    page String,
    record UInt64,
    element Int32,
    score Float32,
    made DateTime64(3, 'UTC')
)
{engine:ReplacingMergeTree(made)}
ORDER BY (site, snapshot, page, record)
{once};
{distributed:matches:snapshot}
