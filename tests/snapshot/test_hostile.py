"""Pages that take more than a page should, and browsers that hang: the camera survives both."""

from __future__ import annotations

import gzip
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from store.records import Site
from tests.snapshot.conftest import FAST, resolve
from viewer.snapshot import Camera, PictureRequest, SnapshotError

PLAIN = b"<!doctype html><title>Lamps</title><main><h1>Lamps</h1><p>Light for all rooms.</p></main>"
HEAD = b"<!doctype html><title>Big</title><h1>Big</h1>"
MB = 1_000_000
BOMB = gzip.compress(HEAD + b"<p>a</p>" * 20_000_000, 1)


class Hostile:
    """A server of hostile pages. `asked` counts the requests of each path."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}
        self.sent = 0
        self.ended = threading.Event()
        self.on_request: Callable[[], None] = lambda: None
        hostile = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hostile.asked[self.path] = hostile.asked.get(self.path, 0) + 1
                hostile.on_request()
                body, headers = hostile.body(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in body:
                    self.wfile.write(piece)
                    hostile.sent += len(piece)

            def log_message(self, format: str, *args: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                return  # the browser closes the connection of an endless answer

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.site = Site(id="7", name="Test", key="abcdefghijkl", domains=("127.0.0.1",), allow_private=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def _until_ended(self, piece: bytes) -> Iterator[bytes]:
        while not self.ended.is_set():
            yield piece

    def body(self, path: str) -> tuple[Iterator[bytes], dict[str, str]]:
        first = self.asked[path] == 1
        match path:
            case "/endless":
                return self._joined(HEAD, self._until_ended(b"<p>more and more</p>" * 1000)), {}
            case "/endless-script":
                return iter([HEAD + b'<script async src="/endless.js"></script>']), {}
            case "/endless.js":
                return self._until_ended(b"//" + b"x" * 60_000 + b"\n"), {"Content-Type": "text/javascript"}
            case "/bomb":
                return iter([BOMB]), {"Content-Encoding": "gzip"}
            case "/frame-bomb":
                return iter([HEAD + b'<iframe src="/bomb"></iframe>']), {}
            case "/text":
                return iter([HEAD, b"<p>" + b"word " * 6_000_000]), {}
            case "/nodes":
                words = b"for (let n = 0; n < 1e6; n++) document.body.append(document.createElement('b'))"
                return iter([HEAD + b"<script>" + words + b"</script>"]), {}
            case "/blocked":
                return iter([HEAD + b"<script>onload = () => setTimeout(() => {while (1);}, 50)</script>"]), {}
            case "/blocked-while-loading":
                return iter([HEAD + b"<script>while (1);</script>"]), {}
            case "/blocked-once":
                return iter([HEAD + (b"<script>while (1);</script>" if first else b"")]), {}
            case "/crash":
                return iter(
                    [HEAD + b"<script>const a = []; for (;;) a.push(new Array(1e6).fill(a.length))</script>"]
                ), {}
        return iter([PLAIN]), {}

    @staticmethod
    def _joined(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
        yield head
        yield from rest


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    made = Hostile()
    yield made
    made.ended.set()
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def camera() -> Iterator[Camera]:
    with Camera(limits=replace(FAST, stuck_s=8), resolve=resolve) as camera:
        yield camera


def failure(camera: Camera, hostile: Hostile, path: str) -> SnapshotError:
    with pytest.raises(SnapshotError) as raised:
        camera.take(PictureRequest(hostile.site, hostile.url(path), (1366, 390)))
    return raised.value


def works(camera: Camera, hostile: Hostile) -> bool:
    capture = camera.take(PictureRequest(hostile.site, hostile.url("/plain"), (390,)))[0]
    return capture.snapshot.title == "Lamps"


@pytest.mark.parametrize("path", ["/endless", "/bomb", "/frame-bomb", "/text"])
def test_a_page_with_too_much_html_is_rejected_quickly(camera: Camera, hostile: Hostile, path: str) -> None:
    began = time.monotonic()
    error = failure(camera, hostile, path)
    assert time.monotonic() - began < 20
    assert error.code == "too_large"
    assert "more than 20 MB of HTML" in error.words
    assert hostile.asked[path] == 1  # not tried again: the browser was fine
    assert works(camera, hostile)


def test_a_page_with_an_endless_script_is_rejected(camera: Camera, hostile: Hostile) -> None:
    error = failure(camera, hostile, "/endless-script")
    assert (error.code, "more than 150 MB" in error.words) == ("too_large", True)
    assert hostile.sent < 250 * MB  # the proxy stopped it


def test_a_page_of_a_million_nodes_is_rejected(hostile: Hostile) -> None:
    with Camera(limits=replace(FAST, answer_s=30, stuck_s=30, whole_s=60), resolve=resolve) as camera:
        error = failure(camera, hostile, "/nodes")
        assert (error.code, "more than 500,000 nodes" in error.words) == ("too_many_nodes", True)
        assert works(camera, hostile)


@pytest.mark.parametrize("path", ["/blocked", "/blocked-while-loading"])
def test_a_page_that_blocks_its_renderer_is_tried_twice_and_then_blamed(
    camera: Camera, hostile: Hostile, path: str
) -> None:
    assert works(camera, hostile)
    first = browser_process(camera)
    error = failure(camera, hostile, path)
    assert error.code == "timeout"
    assert "kept the browser busy" in error.words
    assert hostile.asked[path] == 2
    assert works(camera, hostile)
    assert browser_process(camera) != first
    assert not group_lives(first)


def test_a_page_that_blocks_its_renderer_only_once_gets_its_picture(camera: Camera, hostile: Hostile) -> None:
    steps = []
    captures = camera.take(
        PictureRequest(hostile.site, hostile.url("/blocked-once"), (1366, 390)),
        progress=lambda step, **at: steps.append((step, at)),
    )
    assert [capture.snapshot.width for capture in captures] == [1366, 390]
    assert ("again", {"width": 1366, "number": 1}) in steps


def browser_process(camera: Camera) -> int:
    """The process group of the camera's browser, 0 if none runs."""
    return camera._chromium._group


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return any(state_of(pid) not in ("Z", "X") for pid in members(group))


def members(group: int) -> list[int]:
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                if os.getpgid(int(entry)) == group:
                    found.append(int(entry))
            except ProcessLookupError:
                continue
    return found


def state_of(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "X"


linux = pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="reads /proc")


@linux
def test_a_browser_that_is_stopped_between_pictures_is_replaced(camera: Camera, hostile: Hostile) -> None:
    assert works(camera, hostile)
    stopped = browser_process(camera)
    os.killpg(stopped, signal.SIGSTOP)
    assert works(camera, hostile)
    assert browser_process(camera) != stopped
    assert not group_lives(stopped)


@linux
def test_a_browser_that_is_stopped_during_a_picture_is_replaced(camera: Camera, hostile: Hostile) -> None:
    assert works(camera, hostile)
    stopped = browser_process(camera)
    hostile.on_request = lambda: os.killpg(stopped, signal.SIGSTOP) if group_lives(stopped) else None
    assert works(camera, hostile)
    assert hostile.asked["/plain"] >= 2
    assert not group_lives(stopped)


@linux
@pytest.mark.parametrize("kind", ["renderer", "browser"])
def test_a_killed_process_costs_one_new_try(camera: Camera, hostile: Hostile, kind: str) -> None:
    assert works(camera, hostile)
    group = browser_process(camera)
    killed = []

    def kill() -> None:
        for pid in () if killed else members(group):
            with open(f"/proc/{pid}/cmdline") as file:
                command = file.read()
            if (kind == "renderer" and "--type=renderer" in command) or (kind == "browser" and pid == group):
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)

    hostile.on_request = kill
    assert works(camera, hostile)
    assert killed


def test_a_page_that_crashes_the_browser_each_time_is_blamed(camera: Camera, hostile: Hostile) -> None:
    error = failure(camera, hostile, "/crash")
    assert error.code in ("crashed", "timeout")
    assert hostile.asked["/crash"] == 2
    assert works(camera, hostile)
