"""GET /parcours.js and /parcours-snapshot.js: the built scripts that pages load."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

# Beside the packages, in a checkout as in an installed wheel (pyproject.toml puts it there).
_DIST = Path(__file__).resolve().parents[2] / "tracker_js" / "dist"
BUNDLE = _DIST / "parcours.js"
SNAPSHOT = _DIST / "parcours-snapshot.js"  # takes a picture in the owner's own browser
MAX_AGE = 3600  # s; after an upgrade, older trackers send for so long, and their format is read for so long


@dataclass(frozen=True)
class _Bundle:
    changed: int  # ns
    plain: bytes
    packed: bytes
    etag: str


class Script:
    """Serves the bundle from memory and reads it again when the file has changed."""

    def __init__(self, path: Path = BUNDLE) -> None:
        self._path = path
        self._bundle: _Bundle | None = None

    async def page(self, request: Request) -> Response:
        try:
            bundle = self._current()
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
            "vary": "Accept-Encoding",
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
            plain = self._path.read_bytes()
            etag = f'"{hashlib.sha256(plain).hexdigest()[:16]}"'
            self._bundle = _Bundle(changed, plain, gzip.compress(plain, 9, mtime=0), etag)
        return self._bundle
