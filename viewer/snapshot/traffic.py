"""The requests of a page: pending ones, navigation to other hosts, failures."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from playwright.async_api import Page, Request

from rules.domains import in_domains
from viewer.snapshot.addresses import Bounds, port_of

# Requests that stay open by design.
_ENDLESS = {"eventsource", "websocket", "media", "ping"}


class Traffic:
    """Counts the requests of a page. `left`: the first address outside the site that the page navigated to."""

    def __init__(self, page: Page, bounds: Bounds) -> None:
        self.bounds = bounds
        self.left = ""
        self.failed = 0
        self._under_way: dict[int, Request] = {}
        self._changed = time.monotonic()
        self._page = page
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._fail)

    def calm_for(self) -> float:
        """Seconds since the last request began or ended; 0 while any is pending."""
        return 0.0 if self._under_way else time.monotonic() - self._changed

    def busy(self) -> int:
        return len(self._under_way)

    def _begin(self, request: Request) -> None:
        self._changed = time.monotonic()
        if request.resource_type not in _ENDLESS:
            self._under_way[id(request)] = request
        if self.left or not request.is_navigation_request() or request.frame != self._page.main_frame:
            return
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and not in_domains(
            parts.hostname or "", port_of(parts), self.bounds.domains
        ):
            self.left = request.url

    def _end(self, request: Request) -> None:
        self._changed = time.monotonic()
        self._under_way.pop(id(request), None)

    def _fail(self, request: Request) -> None:
        self._end(request)
        self.failed += 1
