"""The embedded engine as this process has it: what of it is used, and no more (docs/decisions/0022)."""

from __future__ import annotations

import ctypes
import mmap
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

# Of the engine and of each query. It takes them with the first client of a process.
OPTIONS = {
    # A compiler of queries: 20 MB of its own program for queries that it makes no faster.
    "compile_expressions": "0",
    "compile_aggregate_expressions": "0",
    "compile_sort_description": "0",
    # Upper bounds of what grows with the data; the engine's own are gigabytes.
    "mark_cache_size": str(32 << 20),
    "query_condition_cache_size": str(8 << 20),
}
_UNUSED = ("pandas", "pyarrow")  # 60 MB that the client loads where they are installed, and only ever asks for a type
_PROGRAM = "_chdb"


def load() -> None:
    """Load the engine and its client into this process. ImportError when it is not installed."""
    with _as_if_missing(*_UNUSED):
        import chdb.state
        from clickhouse_connect.driver import options

        _ = chdb.state, options.pd  # they look for those once, and remember


def connect(path: str, database: str) -> Any:
    """A client of the engine in a folder, once it is loaded."""
    from clickhouse_connect import create_client

    return create_client(interface="chdb", path=path, database=database or None, chdb_options=dict(OPTIONS))


@contextmanager
def _as_if_missing(*names: str) -> Iterator[None]:
    """Imports of these fail as if they were not installed, unless somebody has them already."""
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: the documented way to forbid one
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


class _Mapping(NamedTuple):
    """A piece of this process's addresses, as /proc/self/smaps tells it."""

    start: int
    end: int
    rights: str
    path: str
    own: int  # kB that are this process's alone, and would be lost

    @property
    def as_in_the_file(self) -> bool:
        return "w" not in self.rights and not self.own


def let_go_of_the_start() -> int:
    """Unmap the pages of the engine's program file; how many bytes were given back.

    Loading it runs through 200 MB of it once. What is used again comes back by itself from the system's
    cache, 64 kB at a time. On Linux only, and only of mappings that hold nothing but the file.
    """
    if sys.platform != "linux":
        return 0
    try:
        before = _resident()
        for one in _mappings(Path("/proc/self/smaps").read_text()):
            if one.as_in_the_file and _PROGRAM in Path(one.path).name:
                _madvise()(one.start, one.end - one.start, mmap.MADV_DONTNEED)
        return max(0, before - _resident())
    except OSError:  # no /proc: nothing is given back, nothing is wrong
        return 0


def _madvise() -> Any:
    found = ctypes.CDLL(None).madvise
    found.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    return found


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * mmap.PAGESIZE


_HEAD = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)")
_OWN = ("Private_Dirty:", "Shared_Dirty:", "Anonymous:", "Swap:")


def _mappings(smaps: str) -> Iterator[_Mapping]:
    found: _Mapping | None = None
    for line in smaps.splitlines():
        if head := _HEAD.fullmatch(line):
            if found:
                yield found
            found = _Mapping(int(head[1], 16), int(head[2], 16), head[3], head[4], 0)
        elif found and line.startswith(_OWN):
            found = found._replace(own=found.own + int(line.split()[1]))
    if found:
        yield found
