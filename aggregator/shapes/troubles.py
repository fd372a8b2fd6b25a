"""Elements on which something goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TroubleKind = Literal["dead", "rage", "failed"]


@dataclass(frozen=True)
class ClickError:
    """An error that followed clicks on an element: `file`, and 12 bits of its message as two letters (`hash`)."""

    file: str
    hash: str
    visitors: int
    times: int
    first_ms: int


@dataclass(frozen=True)
class ElementTrouble:
    """Of the `clickers` of an element, how many had a dead click, a burst of clicks, or an error after a click.

    `key`: of the element that was clicked itself. `errors`: those that most visitors met come first.
    """

    page: str
    key: int
    clickers: int
    dead: int
    rage: int
    failed: int
    errors: tuple[ClickError, ...] = ()

    @property
    def worst(self) -> int:
        """The visitors hurt in the way that hurts most of them."""
        return max(self.dead, self.rage, self.failed)

    @property
    def worst_kind(self) -> TroubleKind:
        """What hurts most of them: of equal ones an error, then a dead click."""
        if self.failed >= max(self.dead, self.rage):
            return "failed"
        return "dead" if self.dead >= self.rage else "rage"
