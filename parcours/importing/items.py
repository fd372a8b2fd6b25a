"""What an import sends: events and batches, each made from a line of the file, or the reason why a line is invalid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Row = dict[str, Any]


@dataclass(frozen=True)
class Item:
    """One line of a request to `/api/v1/events` or `/api/v1/batches`."""

    line: int  # of the file, from 1; in a JSON list, the position
    kind: Literal["events", "batches"]
    body: Row
    view: str = ""  # id of the view, of a batch


@dataclass(frozen=True)
class Bad:
    """A line that cannot be imported."""

    line: int
    message: str
    row: object = None


Made = Item | Bad


@dataclass
class Source:
    """What a reader yields: items in file order, identical each time the file is read."""

    items: Iterator[Made]
    left_out: Counter[str] = field(default_factory=Counter)  # skipped items, by name; filled while reading
