from __future__ import annotations

from tests.tracker.conftest import _bench, bench, browser, other_site, page, playwright

__all__ = ["_bench", "bench", "browser", "other_site", "page", "playwright"]
