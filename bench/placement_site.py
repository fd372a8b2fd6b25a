"""Public pages for the placement bench, served locally with the snippet inserted."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench.packages import CACHE, unpacked

# npm package → its page
PAGES = {
    "startbootstrap-creative@7.0.7": "dist/index.html",
    "startbootstrap-sb-admin-2@4.1.4": "index.html",
    "startbootstrap-clean-blog@6.0.9": "dist/index.html",
    "spectre.css@0.5.9": "docs/elements/typography.html",  # documentation: code, a table, nested inline elements
    "admin-lte@4.0.0": "dist/index2.html",  # a CSS grid, a table that scrolls, a chat, forms
}

# Fonts, icons and scripts from other hosts would make the figures depend on the network.
_FOREIGN = re.compile(r"<(script|link)\b[^>]*?(?:src|href)=[\"'](?:https?:)?//[^>]*>(?:\s*</script>)?", re.I)
# Ground truth: the number of every element in document order, assigned once the document is parsed and before the
# scripts at its end run. Uses no code of the product and writes nothing into the page.
_NUMBERS = "<script>window.benchElements=[...document.querySelectorAll('body,body *')]</script>"
_END = re.compile(r"(?:<script\b(?:(?!</script>).)*</script>|<!--(?:(?!-->).)*-->|\s)*</body>", re.I | re.S)


def with_snippet(html: str, snippet: str) -> str:
    """The page without files from other hosts, with the snippet, and with its elements numbered."""
    html = _FOREIGN.sub("", html)
    html = _END.sub(lambda end: _NUMBERS + end[0], html, count=1)
    return re.sub(r"(<head\b[^>]*>)", lambda head: head[1] + snippet, html, count=1)


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, *args: object, snippet: list[str], **kwargs: object) -> None:
        self.snippet = snippet
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.suffix != ".html" or not path.is_file():
            return super().do_GET()
        body = with_snippet(path.read_text(encoding="utf-8"), self.snippet[0]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def log_message(self, format: str, *args: object) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        return  # the browser closed the connection


@contextmanager
def serving(snippet: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(port, name → address) of the pages; `snippet[0]` is inserted into each and may be set later."""
    server = _Server(("127.0.0.1", 0), partial(_Handler, directory=str(CACHE), snippet=snippet))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    addresses = {}
    for package, page in PAGES.items():
        path = (unpacked(package) / page).relative_to(CACHE).as_posix()
        addresses[package.rpartition("@")[0]] = f"http://127.0.0.1:{port}/{path}"
    try:
        yield port, addresses
    finally:
        server.shutdown()
        server.server_close()
