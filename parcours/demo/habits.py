"""The habits of simulated visitors, read from lampyre/habits.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

FILE = Path(__file__).parent / "lampyre" / "habits.toml"
EFFECTS = {"none": 0, "page": 1, "scroll": 2, "selection": 3, "input": 4, "focus": 5, "address": 6}  # wire.EFFECTS


@dataclass(frozen=True)
class Use:
    """Use of an element (its anchored path) with a probability in 0..1; habits.toml explains each field."""

    path: str
    chance: float
    b: float | None = None
    phones: float | None = None
    after: str = ""
    times: int = 1
    effect: str = "page"
    patience: float = 1.0
    basket: bool = False  # the product goes into the basket
    fails: bool = False  # only since the day on which the code's button failed (scenario.py): it worked before
    sends: str = ""  # name of an event
    value: tuple[float, ...] = ()  # of the event: one of these

    def probability(self, variant: str, touch: bool) -> float:
        if touch and self.phones is not None:
            return self.phones
        return self.b if variant == "b" and self.b is not None else self.chance

    @cached_property
    def working(self) -> Use:
        """The same element before it failed: one click, with an effect, and nobody loses patience."""
        return replace(self, effect="page", times=1, patience=1.0)


@dataclass(frozen=True)
class Move:
    """Going to another page through one of these elements (path → weight)."""

    page: str
    chance: float
    by: dict[str, float]


@dataclass(frozen=True)
class PageHabits:
    read: float
    seconds: float
    next: tuple[Move, ...]
    also: tuple[Use, ...]
    sends: str = ""  # name of an event of each view
    value: tuple[float, ...] = ()


def read_habits(path: Path = FILE) -> dict[str, PageHabits]:
    """Page path → habits. Raises ValueError that names the mistake in the file."""
    pages = tomllib.loads(path.read_text())
    habits = {
        page: PageHabits(
            read=entry["read"],
            seconds=entry["seconds"],
            next=tuple(Move(**move) for move in entry.get("next", [])),
            also=tuple(Use(path=element, **use) for element, use in entry.get("also", {}).items()),
            sends=entry.get("sends", ""),
            value=tuple(entry.get("value", ())),
        )
        for page, entry in pages.items()
    }
    for page, entry in habits.items():
        unknown = [move.page for move in entry.next if move.page not in habits]
        unknown += [use.effect for use in entry.also if use.effect not in EFFECTS]
        if unknown or sum(move.chance for move in entry.next) > 1:
            raise ValueError(f"{path}: {page} names {unknown}, or its `next` chances add up to more than 1")
    return habits
