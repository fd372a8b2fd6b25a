"""The empty state of a page or a part of it."""

from __future__ import annotations

from dataclasses import dataclass

from viewer.pages.frame.page import Choice
from viewer.pages.map.ledger import LedgerRow


@dataclass(frozen=True)
class Empty:
    """What is missing, why, and what to do about it."""

    heading: str
    lines: tuple[str, ...] = ()
    actions: tuple[Choice, ...] = ()  # `on` marks the main one
    ledger: tuple[LedgerRow, ...] = ()
    take: tuple[tuple[str, str], ...] | bool = ()  # fields of a form that takes a picture
