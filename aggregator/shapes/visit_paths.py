"""The ways of visits around one place, as they are asked and as the engine counts them.

A place is a touchpoint (its number), or a page that belongs to none (PAGE + the hash of its name).
"""

from __future__ import annotations

from dataclasses import dataclass

COLUMNS = 5
BEYOND, BEGAN, LEFT, OTHER = 0, 1024, 1025, 1026  # places of a column that are none; touchpoints are below 1024
PAGE = 1 << 16  # added to the hash of a page's name, of 32 bits
PLACE_BITS = 33  # of any place
Step = tuple[int, int]  # from one place to the next


@dataclass(frozen=True)
class PathWindow:
    """Which steps of a visit are counted: COLUMNS of them, with its first hit of `place` after `before` others.

    `steps[i]`: the expected steps from column i to the next one. `ends`: touchpoints with which the expected path is
    over, so that anything may follow.
    """

    place: int
    before: int
    steps: tuple[frozenset[Step], ...]
    ends: frozenset[int]

    @property
    def is_on_path(self) -> bool:
        """Whether anything is expected around the place."""
        return any(self.steps) or self.place in self.ends


@dataclass(frozen=True)
class PlaceCount:
    """The visits with a place in a column."""

    column: int
    place: int
    visits: int


@dataclass(frozen=True)
class PathStepCount:
    """The visits that went from one place in a column to one in the next; `of`: all that were at the first."""

    column: int
    start: int
    end: int
    visits: int
    of: int


@dataclass(frozen=True)
class WayCount:
    """The visits with the same places in all columns. `kept`: columns, from the first, in which they kept to the
    expected path."""

    places: tuple[int, ...]
    visits: int
    kept: int


@dataclass(frozen=True)
class PathCounts:
    """All counts of a picture of paths.

    `places`: the ones of most visits, of each column; `named`: the first ones of each; `different`: how many there are
    in each. `bands`: between named places, with OTHER for the rest. `by_name`: visits without OTHER. `kept`: visits
    that kept to the expected path up to each column. `taken`: steps from touchpoints that expect others.
    """

    visits: int
    ways: int
    places: tuple[PlaceCount, ...]
    named: tuple[tuple[int, ...], ...]
    different: tuple[int, ...]
    most: tuple[WayCount, ...]
    bands: tuple[PathStepCount, ...]
    by_name: int
    kept: tuple[int, ...]
    taken: tuple[PathStepCount, ...]
