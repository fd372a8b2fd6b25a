"""Two public pages and a large one, served locally with any of the trackers; records what the trackers send."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bench.packages import unpacked
from bench.trackers import TRACKERS, Tracker

LIGHT, DASHBOARD, LARGE = "light", "dashboard", "large"
# name → npm package and the page in it
PAGES = {
    LIGHT: ("startbootstrap-creative@7.0.7", "dist/index.html"),
    DASHBOARD: ("startbootstrap-sb-admin-2@4.1.4", "index.html"),
}
LARGE_NODES = 3000
LATE_S = 4.0  # how long the last image, and with it `load`, is delayed on a page requested with `?late`

# Fonts, images and scripts from other hosts would make the figures depend on the network.
_FOREIGN = re.compile(r"<(script|link|img)\b[^>]*?(?:src|href)=[\"'](?:https?:)?//[^>]*>(?:\s*</script>)?", re.I)
# Clicks and submits do nothing, so that the journey stays on its page.
_STAY = "<script>for(const t of['click','submit'])addEventListener(t,e=>e.preventDefault())</script>"


def large_page(nodes: int) -> str:
    """A page with `nodes` elements in its body: lists of links, cards and fields, nested ten levels deep."""
    block = (
        "<section class='s'><div class='row'><div class='col'><h2>Part {n}</h2><div class='card'><div class='body'>"
        "<ul class='list'><li class='item'><a href='#a{n}' class='link'><span class='text'>Offer {n}</span></a></li>"
        "<li class='item'><a href='#b{n}' class='link'><span class='text'>Price {n}</span></a></li></ul>"
        "<p class='words'>Some words about part {n} <b>that matter</b></p><button type='button'>Buy {n}</button>"
        "<label>Count <input name='count{n}'></label></div></div></div></div></section>"
    )
    each = block.count("<") - block.count("</")
    blocks = "".join(block.format(n=n) for n in range(nodes // each))
    rest = "<i>.</i>" * (nodes % each)
    return f"<!doctype html><html lang='en'><head><title>Large</title></head><body>{blocks}{rest}</body></html>"


def page_with(html: str, snippet: str) -> str:
    """The page without files from other hosts, the snippet first in its head."""
    html = _FOREIGN.sub("", html)
    return re.sub(r"(<head\b[^>]*>)", lambda head: head[1] + _STAY + snippet, html, count=1)


@cache
def _large() -> str:
    return large_page(LARGE_NODES)


@dataclass(frozen=True)
class Sent:
    """One request of a tracker as received, and the status of the answer."""

    tracker: str
    method: str
    address: str  # path and query
    body: bytes
    status: int
    leaving: bool  # received when the visitor was leaving, or later

    @property
    def bytes(self) -> int:
        """Body and query string."""
        return len(self.body) + len(urlsplit(self.address).query)


@dataclass
class Site:
    """`down`: every collector answers 503. `leaving`: requests from now on count as sent when leaving."""

    url: str = ""
    sent: list[Sent] = field(default_factory=list)
    down: bool = False
    leaving: bool = False
    attributes: str = ""  # of our snippet

    def address(self, page: str, tracker: Tracker) -> str:
        return f"{self.url}/site/{tracker.name}/{page}/{PAGES.get(page, ('', 'index.html'))[1]}"

    def away(self) -> str:
        """A page of the same site without a tracker."""
        return f"{self.url}/away"

    def of(self, tracker: Tracker) -> list[Sent]:
        return [one for one in list(self.sent) if one.tracker == tracker.name]


@contextmanager
def serving() -> Iterator[Site]:
    """A site on a free port of 127.0.0.1, for as long as the block runs."""
    site = Site()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    site.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        return  # the browser closed the connection


class _Handler(SimpleHTTPRequestHandler):
    site: Site
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if self._sink(path):
            return
        match path.strip("/").split("/"):
            case ["parcours.js"]:
                self._answer(200, _named("parcours").scripts()[0], "text/javascript")
            case ["trackers", name, file]:
                self._answer(200, _named(name).scripts()[int(file.removesuffix(".js"))], "text/javascript")
            case ["site", name, page, *rest]:
                self._page(_named(name), page, "/".join(rest))
            case ["away"]:
                self._answer(200, b"<!doctype html><title>Away</title><p>Away", "text/html; charset=utf-8")
            case ["late.gif"]:
                time.sleep(LATE_S)
                self._answer(404)
            case _:
                self._answer(404)

    def do_POST(self) -> None:
        if not self._sink(unquote(urlsplit(self.path).path)):
            self._answer(404)

    do_OPTIONS = do_POST

    def _sink(self, path: str) -> bool:
        tracker = next((tracker for tracker in TRACKERS if tracker.sends_to(path)), None)
        if tracker is None:
            return False
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = 503 if self.site.down else 204 if tracker.name == "parcours" else 200
        self.site.sent.append(Sent(tracker.name, self.command, self.path, body, status, self.site.leaving))
        self._answer(status, b'{"status":1}' if status == 200 else b"", "application/json")
        return True

    def _page(self, tracker: Tracker, page: str, rest: str) -> None:
        package, file = PAGES.get(page, ("", "index.html"))
        if rest == file:
            html = (unpacked(package) / file).read_text(encoding="utf-8") if package else _large()
            html = page_with(html, tracker.snippet(self.site.attributes) if tracker.name != "none" else "")
            if "late" in urlsplit(self.path).query:
                html = html.replace("</body>", "<img src=/late.gif alt=late width=1 height=1></body>")
            self._answer(200, html.encode(), "text/html; charset=utf-8")
            return
        found = (unpacked(package) / rest).resolve() if package else Path("/nowhere")
        if package and found.is_file() and found.is_relative_to(unpacked(package).resolve()):
            self._answer(200, found.read_bytes(), self.guess_type(str(found)))
        else:
            self._answer(404)

    def _answer(self, status: int, body: bytes = b"", kind: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        return


def _named(name: str) -> Tracker:
    return next(tracker for tracker in TRACKERS if tracker.name == name)
