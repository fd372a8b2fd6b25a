-- Counts of the days of sites that keep counts only (aggregator/queries/closing.py).

-- `least`: no count of the row is of fewer visitors; 0 for days that are counted from rows which are kept. Rows with
-- `least` name no visitor, not even by a number of the day, and cannot be made again.
{alter:folded_days}
    ADD COLUMN IF NOT EXISTS least UInt16;

{alter:folded_records}
    ADD COLUMN IF NOT EXISTS least UInt16;

-- Visitors of a closed day, and what there was of each `what`: views, or the times of an event. `name`: the channel,
-- the device, the event and so on; pages are in `page`. `what` is 'site' for all together, and 'closed' in the row that
-- is written last: the day was counted.
CREATE TABLE IF NOT EXISTS {table:day_counts} {on_cluster}
(
    site UInt32,
    day Date,
    time DateTime64(3, 'UTC'), -- the day's begin
    what LowCardinality(String),
    page LowCardinality(String),
    name LowCardinality(String),
    visitors UInt64,
    amount UInt64,
    least UInt16
)
{engine:MergeTree}
PARTITION BY toYYYYMM(day)
ORDER BY (site, what, day, page, name)
{once};
{distributed:day_counts:site}
