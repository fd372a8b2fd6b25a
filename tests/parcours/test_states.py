"""`parcours snapshot --state`: a state that is taken, one that is not there, one whose step fails."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from parcours.server_note import running_server
from tests.parcours.conftest import Served
from tests.parcours.processes import at_server

PAGE = (
    b"<!doctype html><meta name=viewport content='width=device-width'><title>Lamps</title>"
    b"<button id=opener>Menu</button><nav id=menu hidden><a href=/a>Lamps</a></nav>"
    b"<script>const at = (id) => document.getElementById(id);"
    b"at('opener').onclick = () => {at('menu').hidden = false}</script>"
)

pytestmark = pytest.mark.skipif(shutil.which("chromium") is None, reason="no Chromium on the PATH")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture(scope="module")
def page() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def data(served: Served, page: str) -> Path:
    """The folder of a running server, with a site of two states: a menu, and one whose step fails."""
    data, _ = served
    host = page.removeprefix("http://").rstrip("/")
    assert at_server("site", "add", "Lamps", "--domain", host, "--allow-private", data=data).returncode == 0
    server = running_server(data)
    assert server
    headers = {"authorization": f"Bearer {server.token}"}
    for name, step, place in (("Menu", "click #opener", 0), ("Broken", "click #nowhere", 1)):
        state = {"name": name, "pages": ["/"], "steps": [step], "place": place}
        made = httpx.post(f"{server.url}/api/v1/sites/Lamps/states", json=state, headers=headers)
        assert made.status_code == 201, made.text
    return data


def test_a_state_is_taken_by_its_name(data: Path, page: str, tmp_path: Path) -> None:
    taken = at_server("snapshot", "Lamps", page, "--width", "1366", "--state", "Menu", "--json", data=data)
    assert taken.returncode == 0, taken.stderr
    (snapshot,) = json.loads(taken.stdout)["snapshots"]
    assert (snapshot["state"], snapshot["width"]) == ("menu", 1366)
    out = tmp_path / "menu.json"
    drawn = at_server("heatmap", "Lamps", page, "--state", "menu", "--out", str(out), data=data)
    assert drawn.returncode == 0, drawn.stderr
    assert json.loads(out.read_text())["snapshot"]["id"] == snapshot["id"]


def test_a_failing_step_is_reported(data: Path, page: str) -> None:
    for asked in (("--state", "broken"), ("--all-states",)):
        failed = at_server("snapshot", "Lamps", page, "--width", "390", *asked, data=data)
        assert failed.returncode == 3
        assert "Step 1 (click #nowhere): nothing on the page matches #nowhere" in " ".join(failed.stderr.split())


def test_an_unknown_state_is_reported(data: Path, page: str) -> None:
    failed = at_server("snapshot", "Lamps", page, "--state", "nothing", data=data)
    assert failed.returncode == 3
    assert "It has: menu, broken." in " ".join(failed.stderr.split())


def test_one_state_or_all(data: Path, page: str) -> None:
    wrong = at_server("snapshot", "Lamps", page, "--state", "menu", "--all-states", data=data)
    assert wrong.returncode == 2
    assert "give only one of them" in wrong.stderr
