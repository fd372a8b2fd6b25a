"""What an import sends: events and batches, each from a line of the file, or the reason why a line gives none."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Row = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """One line of a request to `/api/v1/events` or `/api/v1/batches`."""

    line: int  # of the file, from 1; in a list its place
    kind: Literal["events", "batches"]
    body: Row


@dataclass(frozen=True)
class Bad:
    """A line that nothing can be made of."""

    line: int
    message: str
    row: object = None


Made = Item | Bad


@dataclass
class Source:
    """What a reader gives: items in the order of the file, the same each time it is read."""

    items: Iterator[Made]
    left_out: Counter[str] = field(default_factory=Counter)  # what the format has and Parcours does not; grows


def name_of(digest: str, *place: object) -> str:
    """The id of what stands at a place of a file: the same whenever the file is read."""
    return ":".join((digest[:24], *map(str, place)))


def view_id(*parts: object) -> str:
    """24 letters, as a tracker gives them to a view: the same for the same parts."""
    text = "\0".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(hashlib.blake2b(text, digest_size=18, person=b"import").digest()).decode()
