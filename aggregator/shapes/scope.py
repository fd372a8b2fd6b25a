"""What is asked: pages, kind, period, segment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["click", "hover", "scroll"]
Device = Literal["", "phone", "tablet", "desktop"]


class BadScope(ValueError):
    """The question cannot be asked; the message says what to change."""


@dataclass(frozen=True)
class Scope:
    """One question. `until` is inclusive; `device` empty = all; `variant` = (experiment id, variant key).

    `pages` are canonical pages, or patterns (`store.pages.matches`) that are
    resolved to pages when the question is asked, so that a changed rule changes the past too.
    """

    site: int
    pages: tuple[str, ...]
    kind: Kind
    since: date
    until: date
    variant: tuple[str, str] | None = None
    device: Device = ""
    bots: bool = False

    def __post_init__(self) -> None:
        if not self.pages:
            raise BadScope("A map needs at least one page or pattern.")
        if self.until < self.since:
            raise BadScope(f"The period ends ({self.until}) before it begins ({self.since}): swap the days.")
        if self.kind not in ("click", "hover", "scroll"):
            raise BadScope(f"There is no kind {self.kind!r}: ask for click, hover or scroll.")
        if self.device not in ("", "phone", "tablet", "desktop"):
            raise BadScope(f"There is no device {self.device!r}: ask for phone, tablet or desktop, or leave it out.")

    @property
    def days(self) -> int:
        """Days in the period, both ends counted."""
        return (self.until - self.since).days + 1
