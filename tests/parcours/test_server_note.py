"""A command uses the server that runs on its own data folder, and no other."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from parcours.server_note import RunningServer, running_server, server_note
from tests.machine import free_port
from tests.parcours.processes import at_server, parcours, running

SERVER = RunningServer("http://127.0.0.1:1", "secret", os.getpid())


def test_the_note_is_private_and_believed_only_while_it_is_locked(tmp_path: Path) -> None:
    with server_note(tmp_path, SERVER):
        left = (tmp_path / "server.json").read_bytes()
        assert (tmp_path / "server.json").stat().st_mode & 0o077 == 0
        assert running_server(tmp_path) == SERVER
        assert running_server(tmp_path) == SERVER, "reading it does not take the lock away"
    assert [path.name for path in tmp_path.iterdir()] == []
    (tmp_path / "server.json").write_bytes(left)  # its process, this one, is still alive
    assert running_server(tmp_path) is None


def test_a_note_ends_with_its_process_however_it_ends(tmp_path: Path) -> None:
    hold = (
        "import sys; from pathlib import Path; from parcours.server_note import *\n"
        "with server_note(Path(sys.argv[1]), RunningServer('http://127.0.0.1:1', 't', 1)):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        assert running_server(tmp_path) == RunningServer("http://127.0.0.1:1", "t", 1)
        process.kill()
        process.wait(30)
    assert (tmp_path / "server.json").exists()
    assert running_server(tmp_path) is None


@pytest.mark.parametrize("how", ["copied", "hard links", "symbolic link"])
def test_a_copy_of_the_folder_has_no_server_but_another_name_of_it_has(tmp_path: Path, how: str) -> None:
    data, other = tmp_path / "data", tmp_path / "other"
    data.mkdir()
    with server_note(data, SERVER):
        if how == "copied":
            shutil.copytree(data, other)
        elif how == "hard links":
            shutil.copytree(data, other, copy_function=os.link)
        else:
            other.symlink_to(data)
        assert running_server(other) == (SERVER if how == "symbolic link" else None)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"url": "http://127.0.0.1:1"}', "null"])
def test_a_damaged_note_is_no_server(tmp_path: Path, content: str) -> None:
    with server_note(tmp_path, SERVER):
        (tmp_path / "server.json").write_text(content)
        assert running_server(tmp_path) is None


def test_the_later_of_two_servers_keeps_its_note(tmp_path: Path) -> None:
    later = RunningServer("http://127.0.0.1:2", "other", 2)
    first = server_note(tmp_path, SERVER)
    first.__enter__()
    with server_note(tmp_path, later):
        first.__exit__(None, None, None)
        assert running_server(tmp_path) == later


@pytest.fixture
def bystander() -> Iterator[tuple[str, list[str]]]:
    """Some other HTTP server, and the paths it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(401)

        do_POST = do_PUT = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.mark.parametrize("pid", ["1", "own"])
def test_a_note_left_behind_with_the_number_of_a_living_process_blocks_nothing(
    tmp_path: Path, bystander: tuple[str, list[str]], pid: str
) -> None:
    url, asked = bystander
    assert parcours("site", "add", "Shop", "--domain", "a.example", "--new", data=tmp_path).returncode == 0
    note = {"url": url, "token": "x", "pid": os.getpid() if pid == "own" else int(pid)}
    note["folder"] = [tmp_path.stat().st_dev, tmp_path.stat().st_ino]
    (tmp_path / "server.json").write_text(json.dumps(note))
    listed = parcours("site", "list", "--json", data=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert [site["name"] for site in json.loads(listed.stdout)["sites"]] == ["Shop"]
    assert asked == []
    doctor = {one["what"]: one["words"] for one in json.loads(parcours("doctor", "--json", data=tmp_path).stdout)}
    assert doctor["server"] == "no server is running on this folder"


def test_a_command_on_a_copied_folder_changes_the_copy_only(tmp_path: Path) -> None:
    data, copy, port = tmp_path / "data", tmp_path / "copy", free_port()
    # a proxy of the environment must not see the token
    env = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    with running("serve", "--port", str(port), data=data, port=port):
        assert parcours("site", "add", "Live", "--domain", "live.example", data=data, env=env).returncode == 0
        shutil.copytree(data, copy, symlinks=True)  # as `cp -a`
        added = parcours("site", "add", "Copied", "--domain", "copy.example", data=copy)
        assert added.returncode == 0, added.stderr
        rotated = parcours("site", "rotate-key", "Live", "--grace-days", "0", "--json", data=copy)
        assert rotated.returncode == 0, rotated.stderr
        live = json.loads(at_server("site", "list", "--json", data=data).stdout)["sites"]
        assert [site["name"] for site in live] == ["Live"]
        assert live[0]["key"] != json.loads(rotated.stdout)["key"]
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    copied = json.loads(parcours("site", "list", "--json", data=copy).stdout)["sites"]
    assert [site["name"] for site in copied] == ["Live", "Copied"]
