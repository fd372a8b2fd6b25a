"""A command creates no data folder unless asked to, so that nobody gets a second database by mistake."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.machine import free_port
from tests.parcours.processes import PATIENCE, at_server, parcours, running

ADD = ("site", "add", "Shop", "--domain", "shop.example")


@pytest.mark.parametrize(
    "command",
    [
        ADD,
        ("site", "list"),
        ("heatmap", "Shop", "/lamps", "--out", "map.json"),
        ("export", "Shop", "--out", "views.csv"),
        ("user", "list"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
@pytest.mark.parametrize("folder", ["missing", "empty", "of something else"])
def test_a_command_creates_no_data_folder(tmp_path: Path, command: tuple[str, ...], folder: str) -> None:
    data = tmp_path / "data"
    if folder != "missing":
        data.mkdir()
    if folder == "of something else":
        (data / "orders.csv").write_text("id\n1\n")
    before = sorted(tmp_path.rglob("*"))
    refused = at_server(*command, data=data)
    assert refused.returncode == 4
    assert f"{data} has no data of Parcours" in refused.stderr
    assert f"parcours serve --data {data}" in refused.stderr
    assert "--new" in refused.stderr
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("command", [ADD, ("user", "add", "anna", "--password-stdin"), ("token", "report")])
def test_new_creates_it_and_says_so(tmp_path: Path, command: tuple[str, ...]) -> None:
    data = tmp_path / "some" / "data"
    line = [sys.executable, "-m", "parcours.cli", *command, "--data", str(data), "--new", "--json"]
    done = subprocess.run(line, input="a long enough sentence\n", capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert f"New data folder: {data}" in done.stderr
    assert (data / "clickhouse").is_dir()
    assert data.stat().st_mode & 0o077 == 0


def test_new_on_a_used_folder_changes_nothing(tmp_path: Path) -> None:
    port = free_port()
    with running("serve", "--port", str(port), data=tmp_path, port=port):
        added = at_server(*ADD, "--new", data=tmp_path)
    assert (added.returncode, added.stderr) == (0, "")


def test_doctor_creates_nothing_and_says_what_does(tmp_path: Path) -> None:
    done = parcours("doctor", data=tmp_path / "a" / "b")
    assert f"✓ data folder: {tmp_path / 'a' / 'b'}: nothing is in it yet, `parcours serve` creates it" in done.stdout
    assert list(tmp_path.iterdir()) == []
