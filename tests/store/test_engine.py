"""The engine in a separate process: what it loads, and that it works after its startup code was released."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from store import engine
from store.client import Store
from store.engine import MUCH, WORTH, FreedMemory, program_code

WORK = """
import json, mmap, sys
from pathlib import Path
from store.client import open_store
from store.engine import release_program_code
from store.migrations import migrate

def resident():
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * mmap.PAGESIZE if statm.exists() else 0

store = open_store(sys.argv[1])
migrate(store)
before = resident()
release_program_code()
released = before - resident()
rows = {"site": [1, 2], "time": [0, 0], "reason": ["a", "b"], "count": [3, 4], "example": ["", ""]}
store.insert("refusals", rows)
sums = store.columns("SELECT site, sum(count) * 2 AS n FROM refusals GROUP BY site ORDER BY site")
settings = store.rows("SELECT name, value FROM system.settings WHERE name LIKE 'compile%' AND changed")
store.close()
loaded = sorted({"pandas", "pyarrow"} & sys.modules.keys())
import pandas  # still available to everybody else
print(json.dumps({
    "released": released, "n": sums["n"].tolist(), "loaded": loaded, "compiled": [one["value"] for one in settings]
}))
"""


def test_the_engine_loads_only_what_it_uses_and_works_without_its_startup_code(tmp_path: Path) -> None:
    pytest.importorskip("chdb")
    output = subprocess.run([sys.executable, "-c", WORK, tmp_path], check=True, capture_output=True, text=True).stdout
    found = json.loads(output.splitlines()[-1])
    assert found["n"] == [6, 8]
    assert found["loaded"] == []
    assert found["compiled"] == ["0", "0", "0"]
    if sys.platform == "linux":
        assert found["released"] > 50e6


def test_only_executable_mappings_of_the_program_file_are_released() -> None:
    """A page that this process has changed would come back as it is in the file; code is never changed."""
    maps = """\
1000-2000 r-xp 00000000 fe:00 12  /lib/with space/_chdb.abi3.so
2000-3000 r--p 00001000 fe:00 12  /lib/_chdb.abi3.so
3000-4000 rw-p 00002000 fe:00 12  /lib/_chdb.abi3.so
4000-5000 r-xp 00000000 fe:00 13  /lib/libc.so.6
5000-6000 r-xp 00000000 00:00 0
6000-7000 r-xp 00000000 00:00 0    [vdso]
"""
    assert list(program_code(maps)) == [(0x1000, 0x2000)]


def test_freed_memory_is_returned_after_large_queries_only(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[str] = []

    class Client:
        def command(self, sql: str) -> None:
            commands.append(sql)

    freed = FreedMemory()
    monkeypatch.setattr(engine, "MUCH", MUCH)  # tests/conftest.py sets another
    # Before each release; and if memory is returned, after that: 320 MB of 400 stay in use.
    resident = iter([MUCH, 400_000_000, *[320_000_000] * 2, 320_000_000 + WORTH, 500_000_000, *[310_000_000] * 2])
    monkeypatch.setattr(engine, "_resident", lambda: next(resident))
    for expected in (0, 1, 1, 2):
        freed.release(Client())
        assert len(commands) == expected
    assert set(commands) == {"SYSTEM JEMALLOC PURGE"}


def test_the_engine_returns_freed_memory(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MUCH", 0)
    monkeypatch.setattr(engine, "WORTH", -(1 << 40))
    assert store.rows("SELECT 1 AS one") == [{"one": 1}]
