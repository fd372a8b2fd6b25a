"""A small site of purpose-made pages on 127.0.0.1, and one camera for each test module."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from PIL import Image

from aggregator.shapes.heights import Heights
from store.notes import read_note
from store.records import Site
from store.snapshots import Snapshot
from tests.machine import HEADLESS
from tests.snapshot.field_pages import FIELD_PAGES
from tests.snapshot.in_view_pages import IN_VIEW_PAGES
from tests.snapshot.site_pages import FILES
from tests.snapshot.site_pages import PAGES as SITE_PAGES
from viewer.snapshot import Camera, Capture, PictureRequest
from viewer.snapshot.addresses import system_resolve
from viewer.snapshot.limits import Limits

PAGES = SITE_PAGES | FIELD_PAGES | IN_VIEW_PAGES
SITE_KEY = "abcdefghijkl"
FAST = Limits(answer_s=3, load_s=3, quiet_s=1.5, calm_s=0.3, step_s=2, images_s=3, whole_s=30, dial_s=2)
# Names that the tests' resolver knows besides the machine's own.
NAMES = {"shop.test": ["127.0.0.1"], "other.test": ["127.0.0.1"], "nowhere.test": [], "public.test": ["192.0.2.1"]}


def notes_of(snapshot: Snapshot) -> tuple[str, ...]:
    """What the camera noted, as sentences."""
    return tuple(read_note(stored).words for stored in snapshot.warnings)


def resolve(host: str) -> list[str]:
    if host in NAMES:
        return NAMES[host]
    if host.endswith(".test"):
        raise OSError("unknown")
    return system_resolve(host)


@dataclass
class LocalSite:
    """The server; `asked` lists method and path of each request, `headers` those of the last."""

    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    batches: list[bytes] = field(default_factory=list)  # bodies that were posted
    release: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def site(self, *domains: str, allow_private: bool = True, fetch_from: str = "") -> Site:
        return Site(
            id="7",
            name="Test shop",
            key=SITE_KEY,
            domains=domains or (f"127.0.0.1:{self.port}",),
            allow_private=allow_private,
            fetch_from=fetch_from,
        )


def _handler(local: LocalSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status: int, kind: str, body: bytes, **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            local.asked.append((self.command, self.path))
            local.headers = {name.lower(): value for name, value in self.headers.items()}
            if path in PAGES:
                self.answer(200, "text/html; charset=utf-8", PAGES[path].replace("PORT", str(local.port)).encode())
            elif path in FILES:
                kind, body, *extra = FILES[path]
                self.answer(200, kind, body, **(extra[0] if extra else {}))
            elif path.startswith("/to/"):  # /to/other.test/page
                _, _, host, goal = path.split("/", 3)
                self.answer(302, "text/plain", b"", Location=f"http://{host}:{local.port}/{goal}")
            elif path == "/relative":
                self.answer(302, "text/plain", b"", Location="/plain?again=1")
            elif path.startswith("/status/"):
                self.answer(int(path.rpartition("/")[2]), "text/html", b"<h1>no</h1>")
            elif path == "/hang":
                local.release.wait(20)
                self.close_connection = True
            else:
                self.answer(404, "text/html", b"<h1>Not here</h1>")

        def do_POST(self) -> None:
            local.asked.append((self.command, self.path))
            local.batches.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            self.answer(204, "text/plain", b"")

        def log_message(self, format: str, *args: object) -> None:
            return

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        return  # a browser that goes away mid-answer is no failure of the test


@pytest.fixture(scope="module")
def local() -> Iterator[LocalSite]:
    local = LocalSite()
    server = _Server(("127.0.0.1", 0), _handler(local))
    local.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield local
    local.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def camera() -> Iterator[Camera]:
    """In the headless shell; tests/snapshot/test_hostile.py and test_refusals.py use the full browser, as a camera does
    by default."""
    with Camera(HEADLESS, FAST, resolve) as camera:
        yield camera


@pytest.fixture(scope="module")
def shoot(camera: Camera, local: LocalSite) -> Callable[..., Capture]:
    """One capture of a path of the local site."""

    def one(path: str, width: int = 1366, heights: Heights | None = None, **more: Any) -> Capture:
        return camera.take(PictureRequest(local.site(), local.url(path), (width,), **more), heights)[0]

    return one


def whole(capture: Capture) -> Image.Image:
    """The strips of a capture as one picture."""
    pieces = [(Image.open(io.BytesIO(data)).convert("RGB"), height) for height, data in capture.strips]
    picture = Image.new("RGB", (pieces[0][0].width, sum(height for _, height in pieces)))
    top = 0
    for piece, height in pieces:
        assert piece.height == height
        picture.paste(piece, (0, top))
        top += height
    return picture


def colour(picture: Image.Image, x: int, y: int) -> str:
    """The nearest of a few plain colours at a pixel: WebP is not exact."""
    known = {
        "red": (255, 0, 0),
        "green": (0, 128, 0),
        "blue": (0, 0, 255),
        "yellow": (255, 255, 0),
        "black": (0, 0, 0),
        "white": (255, 255, 255),
        "magenta": (255, 0, 255),
    }
    pixel = picture.getpixel((x, y))
    return min(known, key=lambda name: sum((a - b) ** 2 for a, b in zip(known[name], pixel, strict=True)))


def box(capture: Capture, path_end: str) -> tuple[float, float, float, float]:
    """x, y, w, h of the element whose path ends so (`#hero`)."""
    layout = capture.layout
    at = next(i for i, path in enumerate(layout.paths) if path.endswith(path_end))
    return float(layout.x[at]), float(layout.y[at]), float(layout.w[at]), float(layout.h[at])
