"""Times in words."""

from __future__ import annotations

from viewer.pages.frame.languages import Language


def duration(lang: Language, ms: float) -> str:
    """A time to the second, and to a tenth below ten seconds: `1 min 26 s`."""
    minutes, seconds = divmod(round(ms / 1000), 60)
    if minutes:
        return lang.text("%(minutes)s min %(seconds)s s", minutes=lang.number(minutes), seconds=seconds)
    return lang.text("%(n)s s", n=lang.number(ms / 1000, 1 if 0 < ms < 10_000 else 0))
