"""The files that a page asked for and that were left out because they are at private addresses."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import SplitResult, parse_qs, urlsplit

from playwright.async_api import Page

from store.notes import note
from viewer.snapshot.addresses import port_of

_MOST_HOSTS, _MOST_FILES = 500, 50  # remembered; a page can ask for any number
_SCHEMES = {"ws": "http", "wss": "https"}
_KEY = re.compile(r"[a-z2-7]{12}")  # of a site


class RequestedFiles:
    """Remembers what the page asks each host for.

    Parcours's own script is no part of the picture. It is usually left out when Parcours and the site run on one
    machine, so there is no warning about it.
    """

    def __init__(self, page: Page) -> None:
        self._files: dict[str, set[str]] = {}
        page.on("request", lambda request: self._add(request.url))
        page.on("websocket", lambda socket: self._add(socket.url))

    def _add(self, url: str) -> None:
        parts = _split(url)
        if parts is None:
            return
        name = f"{parts.hostname}:{port_of(parts)}"
        if name in self._files or len(self._files) < _MOST_HOSTS:
            files = self._files.setdefault(name, set())
            if len(files) < _MOST_FILES:
                files.add(url)

    def notes(self, refused: Mapping[str, str], own: Collection[str]) -> list[str]:
        """The note about the private hosts among `refused` (`host:port` → code), if any. `own`: addresses of the
        script elements that carry the key of a site."""
        hosts = sorted(name for name, code in refused.items() if code == "private" and not self._is_own(name, own))
        return [note("private", hosts=", ".join(hosts[:5]))] if hosts else []

    def _is_own(self, name: str, own: Collection[str]) -> bool:
        files = self._files.get(name, set())
        return 0 < len(files) < _MOST_FILES and all(url in own or is_own_script(url) for url in files)


def is_own_script(url: str) -> bool:
    """Whether `url` alone identifies Parcours's script: `/parcours.js` of a host, or any `parcours.js?site=KEY`.

    >>> is_own_script("http://127.0.0.1:8000/parcours.js")
    True
    >>> is_own_script("http://127.0.0.1:8000/js/parcours.js")
    False
    """
    parts = urlsplit(url)
    if parts.path == "/parcours.js":
        return True
    keys = parse_qs(parts.query).get("site", [])
    return parts.path.endswith("/parcours.js") and any(_KEY.fullmatch(key) for key in keys)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts = parts._replace(scheme=_SCHEMES.get(parts.scheme, parts.scheme))
        return parts if parts.scheme in ("http", "https") and port_of(parts) else None
    except ValueError:  # not an address
        return None
