"""The embedded engine in this process: its options, its client, and the memory it takes (docs/decisions/0022)."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Options of the engine and of each query. It reads them with the first client of a process.
OPTIONS = {
    # The query compiler: 20 MB of program code, for queries that it makes no faster.
    "compile_expressions": "0",
    "compile_aggregate_expressions": "0",
    "compile_sort_description": "0",
    # Limits of caches that grow with the data; the engine's own limits are gigabytes.
    "mark_cache_size": str(32 << 20),
    "query_condition_cache_size": str(8 << 20),
}
# The client imports them if they are installed, only to compare types: 65 MB and 0.4 s of CPU. chDB requires them,
# so they always are.
_UNUSED = ("pandas", "pyarrow")
_PROGRAM_FILE = "_chdb."
MUCH = 300_000_000  # bytes resident, from which memory that was freed is returned
VERY_MUCH = 340_000_000  # and then from which program code is released, which slows down the next queries a little
WORTH = 16_000_000  # bytes more than after the last time


def load() -> None:
    """Load the engine and its client into this process. Raises ImportError when it is not installed."""
    with _imports_forbidden(*_UNUSED):
        import chdb.state
        from clickhouse_connect.driver import options

        _ = chdb.state, options.pd  # both look for pandas once and remember the result


def connect(path: str, database: str) -> Any:
    """A client of the engine in the folder `path`. `load` must have been called."""
    from clickhouse_connect import create_client

    return create_client(interface="chdb", path=path, database=database or None, chdb_options=dict(OPTIONS))


@contextmanager
def _imports_forbidden(*names: str) -> Iterator[None]:
    """Importing these modules raises ModuleNotFoundError, unless they are already imported.

    A None in sys.modules is the documented way: https://docs.python.org/3/reference/import.html#the-module-cache
    """
    forbidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(forbidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in forbidden:
            del sys.modules[name]


class FreedMemory:
    """The memory that the engine keeps for the next queries, returned to the system when the process holds much: after
    each large query, it would add to what the next one needs (docs/decisions/0022). That is what its allocator has
    freed, and the program code that was used."""

    def __init__(self) -> None:
        self._kept = 0  # bytes resident after the last time

    def release(self, client: Any, *, dropped: bool = False) -> None:
        """Called after a query, or when a table in memory was `dropped`. Takes 0.06 ms if there is nothing to do, and
        10 ms for 100 MB."""
        with contextlib.suppress(OSError):  # without /proc nothing is released
            resident = _resident()
            if resident > MUCH and (dropped or resident > self._kept + WORTH):
                client.command("SYSTEM JEMALLOC PURGE")
                if _resident() > VERY_MUCH:
                    release_program_code()
                self._kept = _resident()


def _resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE


def release_program_code() -> None:
    """Release the pages of the engine's program code, most of which only its startup needed (Linux only).

    A page that is used again is mapped again from the system's cache. Only executable mappings are released: they
    are never written to, so they hold exactly what the file holds.
    """
    with contextlib.suppress(OSError):  # without /proc nothing is released
        for start, end in program_code(Path("/proc/self/maps").read_text()):
            _madvise()(start, end - start, mmap.MADV_DONTNEED)


def program_code(maps: str) -> Iterator[tuple[int, int]]:
    """Start and end of the executable mappings of the engine's program file, from the text of proc_pid_maps(5)."""
    for line in maps.splitlines():
        addresses, rights, *_, path = line.split()  # of an anonymous mapping, the last field is the inode
        if rights == "r-xp" and Path(path).name.startswith(_PROGRAM_FILE):
            start, end = addresses.split("-")
            yield int(start, 16), int(end, 16)


def _madvise() -> Any:
    function = ctypes.CDLL(None).madvise
    function.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return function
