"""What a power cut may leave of a segment, on a real engine whose files are removed.

A folder that was copied before an insert and put back after it is what an unsynced disk gives back.
Each step runs in a process of its own, since the engine holds what it has read.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.collector.test_writer import record

ROOT = Path(__file__).resolve().parent.parent.parent
TABLES = ("views FINAL", "points", "scrolls FINAL", "touches", "elements FINAL")
STEP = """
import json, sys
from pathlib import Path
from store.client import open_store
from store.repair import insert_missing
from store.migrations import migrate

folder, what, segment, *tables = sys.argv[1:]
store = open_store(Path(folder) / "store")
migrate(store)
lines = (Path(folder) / segment).read_bytes()
added = insert_missing(store, lines, segment) if what == "mend" else 0
if what == "insert":
    store.insert_segment(lines, segment)
rows = {t: int(store.rows(f"SELECT count() AS n FROM {t}")[0]["n"]) for t in tables}
parts = store.rows("SELECT table, path FROM system.parts WHERE active AND database = 'parcours' ORDER BY path")
left = store.rows("SELECT name FROM system.databases WHERE name LIKE '%repair'")
print(json.dumps({"rows": rows, "added": added, "left": left, "parts": {p["table"]: p["path"] for p in parts}}))
store.close()
"""


class Machine:
    """A folder of the engine, with what a power cut took from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.before = folder / "before"
        self.segments = ("first", "second")
        for name in self.segments:
            (folder / name).write_bytes(b"".join(record() for _ in range(10)))

    def step(self, what: str, segment: str = "second") -> Any:
        command = [sys.executable, "-c", STEP, str(self.folder), what, segment, *TABLES]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def restore(self) -> None:
        shutil.rmtree(self.folder / "store")
        shutil.copytree(self.before, self.folder / "store", symlinks=True)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """Both segments are stored; `before` is the folder as it was between them."""
    made = Machine(tmp_path_factory.mktemp("machine"))
    made.step("insert", "first")
    shutil.copytree(made.folder / "store", made.before, symlinks=True)
    return made


def everything_lost(machine: Machine, _: Any) -> None:
    machine.restore()


def part_lost_token_kept(machine: Machine, found: Any) -> None:
    shutil.rmtree(found["parts"]["points"])


def part_emptied_token_kept(machine: Machine, found: Any) -> None:
    for path in Path(found["parts"]["touches"]).iterdir():
        path.write_bytes(b"")


def tokens_lost_parts_kept(machine: Machine, found: Any) -> None:
    for part in found["parts"].values():
        logs = Path(part).parent / "deduplication_logs"
        old = machine.before / logs.relative_to((machine.folder / "store").resolve())
        shutil.rmtree(logs, ignore_errors=True)
        if old.exists():
            shutil.copytree(old, logs)


def nothing_lost(machine: Machine, _: Any) -> None:
    pass


@pytest.mark.parametrize(
    ("cut", "added", "token_suffices"),
    [
        (everything_lost, 60, True),
        (part_lost_token_kept, 50, False),
        (part_emptied_token_kept, 10, False),
        (tokens_lost_parts_kept, 0, False),
        (nothing_lost, 0, True),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_each_table_gets_the_rows_it_lacks(
    machine: Machine, cut: Callable[[Machine, Any], None], added: int, token_suffices: bool
) -> None:
    machine.restore()
    whole = machine.step("insert")
    assert whole["rows"]["points"] == 2 * 10 * 5
    cut(machine, whole)
    shutil.rmtree(machine.folder / "cut", ignore_errors=True)
    shutil.copytree(machine.folder / "store", machine.folder / "cut", symlinks=True)

    mended = machine.step("mend")
    assert mended["rows"] == whole["rows"]
    assert mended["added"] == added
    assert mended["left"] == []

    shutil.rmtree(machine.folder / "store")
    shutil.copytree(machine.folder / "cut", machine.folder / "store", symlinks=True)
    sent_again = machine.step("insert")["rows"]
    assert (sent_again == whole["rows"]) is token_suffices  # otherwise decision 0018 no longer holds
