"""A disk that is full, read-only or not ours: a message that names it and an exit code, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from parcours.cli import explained
from tests.machine import free_port
from tests.parcours.processes import PATIENCE, Done, at_server, parcours

READ_ONLY = 'mount --bind "$D" "$D" && mount -o remount,bind,ro "$D" && exec "$@"'
FULL = 'mount -t tmpfs -o size=100k tmpfs "$D" && exec "$@"'
ADD = ("site", "add", "Shop", "--domain", "shop.example", "--new")


@cache
def may_mount() -> bool:
    try:
        return subprocess.run(["unshare", "-rm", "true"], capture_output=True, timeout=PATIENCE).returncode == 0
    except OSError:
        return False


def mounted(script: str, folder: Path, *args: str, data: Path | None = None) -> Done:
    """A command to which `folder` is another disk."""
    if not may_mount():
        pytest.skip("this user may not mount in a namespace of its own")
    env = {name: value for name, value in os.environ.items() if not name.startswith("PARCOURS_")}
    env |= {"D": str(folder), "PARCOURS_DATA": str(data or folder)}
    # --kill-child: the command ends with the test
    command = ["unshare", "-rm", "--kill-child", "sh", "-c", script, "sh", sys.executable, "-m", "parcours.cli", *args]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=PATIENCE)


def check(done: Done, code: int, *words: str) -> None:
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
    assert done.returncode == code


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a site."""
    data = tmp_path_factory.mktemp("used")
    assert parcours(*ADD, data=data).returncode == 0
    return data


@pytest.mark.parametrize("command", [("site", "list"), ("import", "Shop", "FILE"), ("serve", "--port", "PORT")])
def test_a_read_only_data_folder(used: Path, command: tuple[str, ...]) -> None:
    (used / "orders.csv").write_text("time,name\n2026-11-20T10:00:00,order\n")
    known = {"FILE": str(used / "orders.csv"), "PORT": str(free_port())}
    done = mounted(READ_ONLY, used, *(known.get(word, word) for word in command))
    check(done, 1 if command[0] == "serve" else 4, str(used), "ead-only")


@pytest.mark.parametrize("command", [ADD, ("serve", "--port", "PORT")])
def test_a_new_data_folder_on_a_read_only_disk(tmp_path: Path, command: tuple[str, ...]) -> None:
    words = [str(free_port()) if word == "PORT" else word for word in command]
    done = mounted(READ_ONLY, tmp_path, *words, data=tmp_path / "data")
    check(done, 1, f"{tmp_path / 'data'}: Read-only file system.", "Mount it writable")


def test_doctor_finds_a_read_only_disk(used: Path) -> None:
    done = mounted(READ_ONLY, used, "doctor")
    assert done.returncode == 1
    assert f"✗ data folder: {used} is not writable for this user, or its disk is read-only" in done.stdout


@pytest.mark.parametrize("command", [ADD, ("serve", "--port", "PORT")])
def test_a_full_disk(tmp_path: Path, command: tuple[str, ...]) -> None:
    words = [str(free_port()) if word == "PORT" else word for word in command]
    check(mounted(FULL, tmp_path, *words), 4, str(tmp_path), "the disk is full. Free some space and try again.")


def test_a_file_that_cannot_be_written_is_named(used: Path, tmp_path: Path) -> None:
    out = tmp_path / "missing" / "views.csv"
    check(parcours("export", "Shop", "--out", str(out), data=used), 1, f"{out}: No such file or directory.")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has it")
def test_output_that_does_not_fit() -> None:
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "parcours.cli", "settings"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
    check(done, 1, "No space left on device.", "Free some space")


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    check(at_server("site", "list", data=file), 4, f"{file} has no data of Parcours")
    check(parcours(*ADD, data=file / "data"), 1, f"{file / 'data'}: Not a directory.")


def test_errors_that_are_not_of_the_disk_are_raised_again() -> None:
    unknown = OSError(9, "Bad file descriptor")
    with pytest.raises(OSError, match="Bad file descriptor"):
        explained(unknown)
    assert explained(PermissionError(13, "Permission denied", "/srv/x")) == (
        "/srv/x: Permission denied.", "Run the command as the owner of the folder, or choose another one."
    )  # fmt: skip
