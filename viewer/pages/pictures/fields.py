"""The hidden fields of a form that takes pictures."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from rules.page import guessed_address
from store.snapshots import Snapshot

ALL = "*"  # instead of a state: all of them
WIDTHS = (1366, 768, 390)  # px: desktop, tablet, phone

Fields = tuple[tuple[str, str], ...]


def address_of(page: str, pictures: list[Snapshot]) -> str:
    """The address to take a picture of `page` (canonical): that of its last picture, else with a guessed scheme."""
    last = [s.url for s in pictures if s.page == page and not s.variant]
    return last[-1] if last else guessed_address(page)


def fields_of(*wanted: tuple[str, str], state: str = "", widths: Iterable[int] = ()) -> Fields:
    """Hidden fields for each picture's (address, `EXPERIMENT:KEY` or empty), all in one `state`.

    Without `widths` the pictures are taken at WIDTHS.
    """
    pairs = tuple(pair for url, variant in wanted for pair in (("url", url), ("variant", variant)))
    at = tuple(("width", str(width)) for width in widths)
    return (*pairs, *at, ("state", state)) if state else (*pairs, *at)


def takeable(page: str) -> bool:
    """Whether a page has a single address: masked parts stand for many."""
    return "*" not in page and bool(urlsplit(f"https://{page}").hostname)
