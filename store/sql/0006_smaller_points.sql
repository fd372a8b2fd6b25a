-- Points take a twelfth less on the disk: 21.5 bytes each became 19.8 in the 5.7 million of `bench scale`. Parts that
-- are written from now on, by inserts and by merges, are compressed in this way; the others stay as they are.

-- T64 leaves out the bits that are 0 in 64 values, which also makes them faster to read. ZSTD(3) is what the engine
-- uses for large parts; the small ones of the last hours are compressed like that too.
ALTER TABLE {table:points} {on_cluster}
    MODIFY COLUMN page_x CODEC(T64, ZSTD(1)),
    MODIFY COLUMN page_y CODEC(T64, ZSTD(1)),
    MODIFY COLUMN fx CODEC(T64, ZSTD(1)),
    MODIFY COLUMN fy CODEC(T64, ZSTD(1)),
    MODIFY COLUMN box_h CODEC(T64, ZSTD(1)),
    MODIFY COLUMN effect_ms CODEC(T64, ZSTD(1)),
    MODIFY COLUMN time CODEC(Delta, ZSTD(3)),
    MODIFY COLUMN box_w CODEC(ZSTD(6)),
    MODIFY COLUMN page_w CODEC(ZSTD(6)),
    MODIFY COLUMN page_h CODEC(ZSTD(6)),
    MODIFY COLUMN viewport_w CODEC(ZSTD(6)),
    MODIFY COLUMN view CODEC(ZSTD(3)),
    MODIFY COLUMN visitor CODEC(ZSTD(3)),
    MODIFY COLUMN key CODEC(ZSTD(3)),
    MODIFY COLUMN record CODEC(ZSTD(3));
