"""The list of the package crawlerdetect, matched in linear time.

The package itself matches with `re`, which takes 20 ms for a user agent of one long word: a stranger could keep the
event loop busy with them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import re2
from crawlerdetect.providers.crawlers import data as CRAWLERS
from crawlerdetect.providers.exclusions import data as EXCLUSIONS

_MEMORY = 64 << 20  # bytes that RE2 may use for a list


class CrawlerList:
    """Whether a user agent is that of a crawler, as CrawlerDetect.isCrawler decides it."""

    def __init__(self, crawlers: Sequence[str] = CRAWLERS, exclusions: Sequence[str] = EXCLUSIONS) -> None:
        self._options = re2.Options()
        self._options.max_mem = _MEMORY
        self._options.case_sensitive = False
        self._options.log_errors = False
        linear = [pattern for pattern in crawlers if self._is_linear(pattern)]
        self._crawlers = re2.compile("|".join(linear), self._options)
        # RE2 has no lookahead. Each of these is short and begins with a word.
        self._others = [re.compile(pattern, re.I) for pattern in crawlers if pattern not in linear]
        self._exclusions = re2.compile("|".join(exclusions), self._options)

    def __contains__(self, user_agent: str) -> bool:
        rest = self._exclusions.sub("", user_agent.strip())
        return bool(self._crawlers.search(rest)) or any(pattern.search(rest) for pattern in self._others)

    def _is_linear(self, pattern: str) -> bool:
        try:
            re2.compile(pattern, self._options)
        except re2.error:
            return False
        return True
