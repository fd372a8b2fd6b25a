"""Nobody but its owner reads the data folder."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from parcours.data_folder import exposed, prepare
from tests.parcours.processes import PATIENCE, parcours


@pytest.fixture(autouse=True)
def _umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def open_folder(folder: Path) -> Path:
    """A data folder as an earlier version left it."""
    (folder / "clickhouse" / "store").mkdir(parents=True)
    (folder / "clickhouse" / "store" / "data.bin").write_bytes(b"day keys")
    (folder / "secret.key").write_text("x" * 64)
    return folder


def test_a_new_folder_and_files_made_later_are_private(tmp_path: Path) -> None:
    prepare(tmp_path / "new" / "data")
    later = tmp_path / "new" / "data" / "later"
    later.mkdir()
    (later / "file").write_text("")
    assert (mode(later.parent), mode(later), mode(later / "file")) == (0o700, 0o700, 0o600)


def test_an_existing_folder_is_closed_but_what_links_name_is_not(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("")
    folder = open_folder(tmp_path / "data")
    (folder / "link").symlink_to(outside)
    (folder / "read-only").touch(0o444)
    assert len(list(exposed(folder))) == 6
    prepare(folder)
    assert list(exposed(folder)) == []
    assert mode(folder / "clickhouse" / "store") == 0o700
    assert (mode(folder / "secret.key"), mode(folder / "read-only"), mode(outside)) == (0o600, 0o400, 0o644)


def test_a_folder_that_all_users_share_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    prepare(tmp_path)
    assert mode(tmp_path) == 0o1777


def test_a_folder_with_folders_of_other_programs_is_left_alone_but_ours_are_closed(tmp_path: Path) -> None:
    folder = open_folder(tmp_path / "lib")
    folder.chmod(0o755)
    (folder / "others").mkdir()
    (folder / "others" / "file").touch()
    (folder / "file").touch()
    prepare(folder)
    assert (mode(folder), mode(folder / "others" / "file"), mode(folder / "file")) == (0o755, 0o644, 0o644)
    assert (mode(folder / "clickhouse" / "store"), mode(folder / "secret.key")) == (0o700, 0o600)


def test_a_folder_behind_a_link_is_closed(tmp_path: Path) -> None:
    folder = open_folder(tmp_path / "data")
    (tmp_path / "link").symlink_to(folder)
    prepare(tmp_path / "link")
    assert list(exposed(folder)) == list(exposed(tmp_path / "link")) == []
    assert mode(folder) == 0o700


def test_doctor_names_what_is_exposed(tmp_path: Path) -> None:
    folder = open_folder(tmp_path / "data")
    (folder / "clickhouse").rename(folder / "journal")  # not a database
    found = {one["what"]: one for one in json.loads(parcours("doctor", "--json", data=folder).stdout)}
    assert not found["permissions"]["good"]
    assert f"chmod -R go= {folder}" in found["permissions"]["words"]
    prepare(folder)
    found = {one["what"]: one for one in json.loads(parcours("doctor", "--json", data=folder).stdout)}
    assert found["permissions"]["good"]


OPEN = """
import sys
from pathlib import Path
from parcours.app import open_parcours
from parcours.settings import Settings
open_parcours(Settings(data=Path(sys.argv[1]))).close()
"""


def test_the_files_of_the_engine_are_private(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", OPEN, str(tmp_path / "data")], check=True, timeout=PATIENCE)
    assert (tmp_path / "data" / "clickhouse").exists()
    assert list(exposed(tmp_path / "data")) == []
