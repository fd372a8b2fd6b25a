-- Of each element of a layout the control it belongs to (-1: none), and where text is broken into several lines
-- the boxes of these (x, y, w, h of each in a row; empty for one box).
{alter:snapshots}
    ADD COLUMN IF NOT EXISTS control Array(Int32),
    ADD COLUMN IF NOT EXISTS lines Array(Array(Float32));
