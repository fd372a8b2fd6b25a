"""What is erased is in no table and in no file of the data folder, and does not return."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.machine import free_port
from tests.parcours.erasing import KEPT, MARK, files_with, run
from tests.parcours.processes import Done, at_server, running

TABLES = {
    "views", "points", "scrolls", "events", "touches", "elements", "snapshots", "strips", "matches", "definitions",
    "refusals", "jobs", "credentials", "picture_choices", "retakes",
}  # fmt: skip


def command(*args: str, data: Path) -> Done:
    done = at_server(*args, data=data)
    assert done.returncode == 0, done.stderr + done.stdout
    return done


def tables_with(rows: list[str], mark: str) -> set[str]:
    return {row.split(" ", 1)[0] for row in rows if mark.lower() in row.lower()}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    run("write", folder)
    rows = run("read", folder)
    assert tables_with(rows, MARK) == tables_with(rows, KEPT) == TABLES - {"credentials"} | {"credentials"}
    return folder


def test_a_deleted_site_is_in_no_table_and_in_no_file(data: Path) -> None:
    port = free_port()
    with running("serve", "--port", str(port), data=data, port=port):
        command("site", "delete", f"Site {MARK}", "--yes", data=data)
    rows = run("read", data)
    assert tables_with(rows, MARK) == set()
    assert files_with(data, MARK) == []
    assert tables_with(rows, KEPT) == TABLES
    assert files_with(data / "journal", KEPT)
