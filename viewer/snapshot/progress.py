"""How far a job has come: the step of the current width, for messages while it runs."""

from __future__ import annotations

from typing import Protocol

# Step → English words. The pages have their own words in each language.
STEPS = {
    "waiting": "waiting",
    "browser": "starting the browser",
    "again": "the browser failed: starting a new one",
    "opening": "opening the page",
    "settling": "waiting for the page to come to rest",
    "state": "carrying out the steps of the state",
    "picture": "reading its elements and taking the picture",
    "saving": "saving the pictures",
}


class Tell(Protocol):
    """Called at each step of STEPS; `number` of `width` among the widths of the request counts from 1."""

    def __call__(self, step: str, /, *, width: int = 0, number: int = 0) -> None: ...


def silent(step: str, /, *, width: int = 0, number: int = 0) -> None:
    """Reports nothing."""
