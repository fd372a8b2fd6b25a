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
