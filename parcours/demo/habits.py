"""The habits of simulated visitors, read from lampyre/habits.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "lampyre" / "habits.toml"
EFFECTS = {"none": 0, "page": 1, "scroll": 2, "selection": 3, "input": 4, "focus": 5, "address": 6}  # wire.EFFECTS


@dataclass(frozen=True)
class Use:
    """An element (its anchored path) that is used with a chance in 0..1; see the file for each field."""

    path: str
    chance: float
    b: float | None = None
    phones: float | None = None
    after: str = ""
    times: int = 1
    effect: str = "page"
    sours: float = 1.0
    opens: bool = False
    basket: bool = False  # what was chosen goes into the basket

    def likely(self, variant: str, touch: bool) -> float:
        if touch and self.phones is not None:
            return self.phones
        return self.b if variant == "b" and self.b is not None else self.chance


@dataclass(frozen=True)
class Move:
    """Going on to another page, by one of some elements (path → weight)."""

    page: str
    chance: float
    by: dict[str, float]


@dataclass(frozen=True)
class PageHabits:
    read: float
    seconds: float
    next: tuple[Move, ...]
    also: tuple[Use, ...]


def read_habits(path: Path = FILE) -> dict[str, PageHabits]:
    """Page path → habits. ValueError names what is wrong in the file."""
    pages = tomllib.loads(path.read_text())
    habits = {
        page: PageHabits(
            read=said["read"],
            seconds=said["seconds"],
            next=tuple(Move(**move) for move in said.get("next", [])),
            also=tuple(Use(path=element, **use) for element, use in said.get("also", {}).items()),
        )
        for page, said in pages.items()
    }
    for page, said in habits.items():
        unknown = [move.page for move in said.next if move.page not in habits]
        unknown += [use.effect for use in said.also if use.effect not in EFFECTS]
        if unknown or sum(move.chance for move in said.next) > 1:
            raise ValueError(f"{path}: {page} names {unknown}, or its ways on add up to more than 1")
    return habits
