"""The servers that the collector is compared with: they do less, or do it the obvious way.

`python -m bench.naive_collectors CASE FOLDER PORT CORE` serves one of CASES on one core:

- `bare`: a Starlette route that reads the body and answers 204; stores nothing.
- `decode`: the same, with the body decoded and checked.
- `each`: decoded, then one insert per batch, then the answer: durable by ClickHouse alone.
- `buffer`: decoded and answered; the batches are inserted every FLUSH_S seconds.
- `durable`: the collector with its journal, without inserts.
- `unsynced`: the same, without waiting for the disk.
- `whole`: the collector as it is used, with inserts.

`GET /cpu` first waits until everything is inserted, then answers the CPU seconds of the process, and its peak memory.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

KEY = "benchbenchbe"
CASES = ("bare", "decode", "each", "buffer", "durable", "unsynced", "whole")
FLUSH_S = 5.0


def serve(case: str, folder: Path, port: int, core: int) -> None:
    """Serve one case until the process is stopped. Everything it starts stays on its core."""
    os.sched_setaffinity(0, {core})
    # Imported here: the threads of the engine inherit the core of the thread that loads it.
    from bench import naive_apps

    naive_apps.serve(case, folder, port)


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
