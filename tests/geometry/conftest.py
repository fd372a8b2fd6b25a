from __future__ import annotations

from tests.tracker.conftest import _bench, bench, browser, page

__all__ = ["_bench", "bench", "browser", "page"]
