"""The engine in a process of its own: what it loads, and that it works on after the pages of its start are gone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from store.engine import _mappings

WORK = """
import json, sys
from store.client import open_store
from store.engine import let_go_of_the_start
from store.migrations import migrate

store = open_store(sys.argv[1])
migrate(store)
given = let_go_of_the_start()
rows = {"site": [1, 2], "time": [0, 0], "reason": ["a", "b"], "count": [3, 4], "example": ["", ""]}
store.insert("refusals", rows)
sums = store.columns("SELECT site, sum(count) * 2 AS n FROM refusals GROUP BY site ORDER BY site")
settings = store.rows("SELECT name, value FROM system.settings WHERE name LIKE 'compile%' AND changed")
store.close()
loaded = sorted({"pandas", "pyarrow"} & sys.modules.keys())
import pandas  # of whoever wants it: only the engine was kept from it
print(json.dumps({
    "given": given, "n": sums["n"].tolist(), "loaded": loaded, "compiled": [one["value"] for one in settings]
}))
"""


def test_it_loads_what_it_uses_and_works_without_the_pages_of_its_start(tmp_path: Path) -> None:
    pytest.importorskip("chdb")
    said = subprocess.run([sys.executable, "-c", WORK, tmp_path], check=True, capture_output=True, text=True).stdout
    told = json.loads(said.splitlines()[-1])
    assert told["n"] == [6, 8]
    assert told["loaded"] == []
    assert told["compiled"] == ["0", "0", "0"]
    if sys.platform == "linux":
        assert told["given"] > 50e6


def test_only_what_stands_in_the_file_is_let_go() -> None:
    """A page that this process has changed would come back as it is in the file."""
    shown = """\
1000-2000 r-xp 00000000 fe:00 12  /lib/a _chdb.abi3.so
Rss:                   4 kB
Private_Dirty:         0 kB
Anonymous:             0 kB
2000-3000 r--p 00001000 fe:00 12  /lib/_chdb.abi3.so
Private_Dirty:         4 kB
Anonymous:             4 kB
3000-4000 rw-p 00002000 fe:00 12  /lib/_chdb.abi3.so
Private_Dirty:         0 kB
4000-5000 r--p 00000000 00:00 0
Private_Dirty:         0 kB
Swap:                  4 kB
"""
    found = list(_mappings(shown))
    assert [(one.start, one.end) for one in found] == [(n * 4096, (n + 1) * 4096) for n in (1, 2, 3, 4)]
    assert found[0].path == "/lib/a _chdb.abi3.so"
    assert [one.as_in_the_file for one in found] == [True, False, False, False]
