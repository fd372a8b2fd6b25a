"""A site and its collector on 127.0.0.1 for the tracker to run against."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page

from collector import wire

SOURCES = Path(__file__).resolve().parents[2] / "tracker_js" / "src"
DIST = SOURCES.parent / "dist"
SITE_KEY = "ABCDEFGHIJKL"
LEFT_TO = "/left"  # where `leave` goes
# Codes of the collector's errors by status (collector/door/refusal.py).
ERRORS = {400: "shape", 403: "origin", 404: "unknown_site", 413: "too_large", 429: "address_rate"}
SNIPPET = f'<script defer src="/parcours.js" data-site="{SITE_KEY}"></script>'


@dataclass
class Answer:
    """`body`: None for the collector's own, which is JSON for an error."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None

    def content(self) -> bytes:
        if self.body is not None:
            return self.body
        error = {"code": ERRORS.get(self.status, "busy"), "message": "Not accepted.", "hint": "See docs/collector.md."}
        return b"" if self.status == 204 else json.dumps({"error": error}).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """The browser closed the connection."""


class Bench:
    """`pages`: path → HTML. `answers`: answers to the next posts; when there is none, `always`."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.answers: deque[Answer] = deque()
        self.always = Answer()
        self.page_headers: dict[str, str] = {}
        self.bodies: list[tuple[int, bytes]] = []  # (status answered, body)
        self.methods: list[str] = []
        self._news = threading.Condition()
        self._posts = 0  # under way
        self._server = _Server(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reset(self) -> None:
        with self._news:
            self.bodies.clear()
            self.methods.clear()
            self.answers.clear()
            self.always = Answer()
            self.page_headers = {}

    def page(self, path: str, body: str, snippet: str = SNIPPET) -> str:
        """Serves a page with `body`; returns its address."""
        self.pages[path] = f'<!doctype html><html lang="en"><title>t</title>{snippet}<body>{body}</body></html>'
        return self.url + path

    def batches(self, accepted_only: bool = True) -> list[wire.Batch]:
        """All batches received, each once and valid by the wire format, in order of view and seq."""
        with self._news:
            bodies = [body for status, body in self.bodies if not accepted_only or status == 204]
        unique = {(b.view, b.seq): b for b in map(wire.decode, bodies)}
        return sorted(unique.values(), key=lambda b: (b.t0, b.view, b.seq))

    def wait(self, until: Callable[[list[wire.Batch]], Any], seconds: float = 15.0) -> list[wire.Batch]:
        """The batches as soon as `until(batches)` is true; AssertionError with what was received after `seconds`."""
        end = time.monotonic() + seconds
        while True:
            batches = self.batches()
            if until(batches):
                return batches
            with self._news:
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"waited {seconds} s in vain; received: {[b for _, b in self.bodies]}")
                self._news.wait(min(left, 0.5))

    def drain(self, page: Page) -> None:
        """Returns when everything that the page has sent before was received. The page is one of this site."""
        page.evaluate("path => fetch(path, {method: 'POST'}).then(() => 0)", LEFT_TO)

    def leave(self, page: Page) -> None:
        """Leaves the page for another of this site; returns when everything it sent was received."""
        page.goto(self.url + LEFT_TO)
        self.drain(page)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        bench = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                if path == LEFT_TO:
                    self._answer(200, b"<!doctype html>", {"Content-Type": "text/html"})
                elif path in ("/parcours.js", "/parcours-ask.js", "/parcours-ask-show.js", "/capture.js"):
                    self._answer(200, (DIST / path[1:]).read_bytes(), {"Content-Type": "text/javascript"})
                elif path in bench.pages:
                    headers = {"Content-Type": "text/html; charset=utf-8", **bench.page_headers}
                    self._answer(200, bench.pages[path].encode(), headers)
                else:
                    self._answer(404)

            def do_OPTIONS(self) -> None:
                bench.methods.append("OPTIONS")
                self._answer(403)

            def do_POST(self) -> None:
                if self.path == LEFT_TO:
                    with bench._news:
                        bench._news.wait_for(lambda: not bench._posts, timeout=15)
                    return self._answer(204)
                with bench._news:
                    bench._posts += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with bench._news:
                    bench._posts -= 1
                    bench.methods.append("POST")
                    answer = bench.answers.popleft() if bench.answers else bench.always
                    bench.bodies.append((answer.status, body))
                    bench._news.notify_all()
                cross = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}
                return self._answer(answer.status, answer.content(), {**cross, **answer.headers})

            def log_message(self, *args: object) -> None:
                pass

        return Handler


def clicks(batches: list[wire.Batch]) -> list[dict[str, Any]]:
    """Each click as a dict of its columns, with `path`, `fp` and `time` (ms since 1970)."""
    found = []
    for batch in batches:
        if batch.click is None or batch.el is None:
            continue
        time_ms = batch.t0
        for i, element in enumerate(batch.click.e):
            time_ms += batch.click.t[i]
            # A column that is not sent is all 0.
            row = {name: (getattr(batch.click, name) or [0] * (i + 1))[i] for name in batch.click.__struct_fields__}
            found.append({**row, "path": batch.el.p[element], "fp": batch.el.f[element], "time": time_ms})
    return found


def capture(page: Any) -> dict[str, Any]:
    """The layout of the page, as the camera reads it."""
    script = (DIST / "capture.js").read_text(encoding="utf-8")
    return page.evaluate(f"{script};__parcoursCapture({json.dumps(SITE_KEY)})")


def until_heard(page: Page, frame: Frame) -> None:
    """Until the page has handled every message that the frame has posted so far."""
    page.evaluate(
        "() => { window.heard = new Promise((done) =>"
        " addEventListener('message', ({data}) => data === 'end' && done())); }"
    )
    frame.evaluate("parent.postMessage('end', '*')")
    page.evaluate("heard.then(() => 0)")
