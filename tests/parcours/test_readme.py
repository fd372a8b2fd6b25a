"""The README's steps, followed word for word."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import httpx
import pytest

from parcours.cli import cli
from tests.machine import free_port
from tests.parcours.processes import PATIENCE
from tests.waiting import until

README = Path(__file__).parents[2] / "README.md"
FOLDER = "/var/lib/parcours"  # in the README; the test has no right to it


def blocks(heading: str) -> list[list[str]]:
    """The lines of each indented block in a section."""
    section = README.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"(?:^ {4}\S.*\n)+", section, re.M)
    return [[line.strip() for line in block.splitlines()] for block in found]


START, ADD, ASK = blocks("Use it on your site")


@pytest.fixture
def terminal() -> dict[str, str]:
    """The environment of a terminal in which nothing of Parcours is set but what the test needs to be alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARCOURS_")}
    path = os.pathsep.join((str(Path(sys.executable).parent), kept["PATH"]))
    return kept | {"PATH": path, "PARCOURS_PORT": str(free_port())}


def script(lines: list[str], data: Path) -> list[str]:
    """The lines as one shell script, with a folder of the test's own; the last one replaces the shell."""
    *first, last = (line.replace(FOLDER, str(data)) for line in lines if not line.startswith("pip "))
    return ["sh", "-ec", "\n".join([*first, f"exec {last}"])]


def test_the_site_is_added_to_the_server_that_was_started(tmp_path: Path, terminal: dict[str, str]) -> None:
    data, one, other = tmp_path / "lib", tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    url = f"http://127.0.0.1:{terminal['PARCOURS_PORT']}"
    with subprocess.Popen(script(START, data), cwd=one, env=terminal, stdout=subprocess.PIPE, text=True) as server:
        try:
            until(lambda: _answers(url) or server.poll() is not None, PATIENCE)
            added = subprocess.run(
                script(ADD, data), cwd=other, env=terminal, capture_output=True, text=True, timeout=PATIENCE
            )
            assert added.returncode == 0, added.stderr
            key = re.search(r'data-site="(\w+)"', added.stdout)
            assert key, added.stdout
            token = json.loads((data / "server.json").read_text())["token"]
            seen = httpx.get(f"{url}/api/v1/sites", headers={"authorization": f"Bearer {token}"}).json()
            assert [(site["name"], site["key"]) for site in seen["sites"]] == [("My shop", key[1])]
        finally:
            server.send_signal(signal.SIGTERM)
        assert server.stdout
        printed = server.stdout.read()
    assert f"Data folder: {data} (new)\n" in printed
    assert f"export PARCOURS_DATA={data}\n" in printed
    assert [*one.iterdir(), *other.iterdir()] == []


def test_without_the_folder_the_site_is_added_nowhere(tmp_path: Path, terminal: dict[str, str]) -> None:
    refused = subprocess.run(
        script(ADD[-1:], tmp_path), cwd=tmp_path, env=terminal, capture_output=True, text=True, timeout=PATIENCE
    )
    assert refused.returncode == 4
    assert f"{tmp_path / 'data'} has no data of Parcours" in refused.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", [line for line in (*START, *ADD, *ASK) if line.startswith("parcours ")])
def test_every_command_accepts_its_line(line: str) -> None:
    _, *words = re.findall(r'"[^"]*"|\S+', line)
    command: click.Command = cli
    words = [word.strip('"') for word in words]
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False
