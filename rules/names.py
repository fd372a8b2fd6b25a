"""Ids from names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

LONGEST_SLUG = 48


def slug(name: str) -> str:
    """An id from a name: `Buy button, blue` → `buy-button-blue`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG] or "x"


def free_slug(name: str, taken: Collection[str]) -> str:
    """A free id from a name: `menu`, else `menu-2`, `menu-3`, …"""
    base, n, id = slug(name), 1, slug(name)
    while id in taken:
        n += 1
        id = f"{base}-{n}"
    return id
