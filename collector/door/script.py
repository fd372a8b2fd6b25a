"""GET /parcours.js, /parcours-ask.js and /parcours-snapshot.js: the built scripts that pages load.

The tracker is served with the marks of the sites that ask visitors (docs/feedback.md), as its last argument. A request
with `Origin` gets it as it was built: scripts with `integrity` are loaded so, and their hash must stay the same.
"""

from __future__ import annotations

import gzip
import hashlib
import string
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from collector.origins import allowed, host_of

# Beside the packages, in a checkout as in an installed wheel (pyproject.toml puts it there).
_DIST = Path(__file__).resolve().parents[2] / "tracker_js" / "dist"
BUNDLE = _DIST / "parcours.js"
SNAPSHOT = _DIST / "parcours-snapshot.js"  # takes a picture in the owner's own browser
ASK = _DIST / "parcours-ask.js"  # asks visitors: which survey is due
ASK_SHOW = _DIST / "parcours-ask-show.js"  # what they see of it
MARK_KIND = 98  # of the fingerprint; those of elements are 0 to 11
_LETTERS = string.digits + string.ascii_lowercase + string.ascii_uppercase + "-_"
NO_MARKS = b"('');\n"  # the end of the built tracker
MAX_AGE = 3600  # s; after an upgrade, older trackers send for so long, and their format is read for so long

PROBE = "probe"  # query of a request by the check itself, which is no page's
MOST_HOSTS = 1000  # remembered


@dataclass(frozen=True)
class _Bundle:
    changed: int  # ns
    plain: bytes
    packed: bytes
    etag: str


def mark_of(key: str) -> str:
    """The mark of a site that asks: 12 bits of a hash of its key, as two letters (`fingerprint` in elements.js)."""
    found = 0x811C9DC5
    for letter in f"{key}\0{MARK_KIND}\0ask":
        found = ((found ^ ord(letter)) * 0x01000193) & 0xFFFFFFFF
    found ^= (found >> 12) ^ (found >> 24)
    return _LETTERS[found >> 6 & 63] + _LETTERS[found & 63]


class ScriptRequests:
    """When browsers last asked for the script, by the host of the page: for the check of a site's set-up."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._last: dict[str, float] = {}  # the oldest first

    def note(self, referer: str) -> None:
        """A request of a page; `referer`: empty if the page does not tell."""
        origin = urlsplit(referer)._replace(path="/", query="", fragment="").geturl() if host_of(referer) else ""
        self._last.pop(origin, None)
        self._last[origin] = self._clock()
        if len(self._last) > MOST_HOSTS:
            del self._last[next(iter(self._last))]

    def last(self, domains: Sequence[str]) -> float:
        """When a page on one of `domains`, or one that does not tell, asked last: s since 1970, 0 = never."""
        return max((at for page, at in self._last.items() if not page or allowed(page, domains)), default=0.0)


class Script:
    """Serves the bundle from memory and reads it again when the file has changed."""

    def __init__(
        self,
        path: Path = BUNDLE,
        marks: Callable[[], tuple[str, ...]] = tuple,
        requests: ScriptRequests | None = None,
    ) -> None:
        """`marks`: those of the sites that ask now. `requests`: where requests are noted."""
        self._path = path
        self._marks = marks
        self._requests = requests
        self._bundle: _Bundle | None = None
        self._marked: tuple[tuple[str, ...], _Bundle, _Bundle] | None = None  # marks, the file as built and with them

    async def page(self, request: Request) -> Response:
        if self._requests is not None and request.url.query != PROBE:
            self._requests.note(request.headers.get("referer", ""))
        try:
            bundle = self._current()
            if "origin" not in request.headers:
                bundle = self._with_marks(bundle)
        except OSError:
            error = {
                "code": "no_script",
                "message": f"The tracker's file {self._path.name} is missing.",
                "hint": "Build it with `make tracker`, or install the package again.",
            }
            return JSONResponse({"error": error}, status_code=404)
        headers = {
            "etag": bundle.etag,
            "cache-control": f"public, max-age={MAX_AGE}, stale-while-revalidate=86400",
            "vary": "Accept-Encoding, Origin",
            "access-control-allow-origin": "*",
            "cross-origin-resource-policy": "cross-origin",
            "x-content-type-options": "nosniff",
        }
        known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
        if bundle.etag in known or "*" in known:
            return Response(status_code=304, headers=headers)
        body = bundle.plain
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = bundle.packed
            headers["content-encoding"] = "gzip"
        return Response(body, headers=headers, media_type="text/javascript")

    def _current(self) -> _Bundle:
        changed = self._path.stat().st_mtime_ns
        if self._bundle is None or self._bundle.changed != changed:
            self._bundle = _packed(changed, self._path.read_bytes())
        return self._bundle

    def _with_marks(self, built: _Bundle) -> _Bundle:
        """The file with the marks of the sites that ask now."""
        marks = self._marks()
        if not marks or not built.plain.endswith(NO_MARKS):
            return built
        if self._marked is None or self._marked[:2] != (marks, built):
            end = f"('{' '.join(marks)}');\n".encode()
            self._marked = (marks, built, _packed(built.changed, built.plain.removesuffix(NO_MARKS) + end))
        return self._marked[2]


def _packed(changed: int, plain: bytes) -> _Bundle:
    etag = f'"{hashlib.sha256(plain).hexdigest()[:16]}"'
    return _Bundle(changed, plain, gzip.compress(plain, 9, mtime=0), etag)
