"""A journey as the engine counts it: touchpoints by number, the facts of its visitors, and how often each was met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from store.journeys import ContactKind, Matcher
from store.segments import Goal

MOST_TOUCHPOINTS = 1_000  # a number has ten bits
VISIT_GAP = 30 * 60_000  # ms without a touch, after which a visit has ended
SHORT_MS = 10_000  # a visit of one view with less engagement is a bounce
QUICK_MS = 5_000  # who returns sooner to the page before, came to the wrong place
COARSE_PAGE = 1  # the page of a touch without view of which only the day is known (aggregator/queries/contacts.py)


@dataclass(frozen=True)
class Course:
    """What is followed. Touchpoints have the numbers 1, 2, … in the order that decides which one claims a page.

    `stage_of[n]`: the stage of touchpoint n, from 0; `stage_of[0]` is of no touchpoint. `patterns[n]`: the patterns of
    its pages. `contacts[n]`: its other matchers; `keys[n]`: its key, by which events name it. `windows_ms`: of each
    stage, how long after a first hit something still counts. `expected[n]`: the touchpoints that should follow n, none
    if any may. `goals` are numbered from 0; `main_goal`: the one that ends the journey, None without one.
    """

    stage_of: tuple[int, ...]
    patterns: tuple[tuple[str, ...], ...]
    windows_ms: tuple[int, ...]
    expected: tuple[frozenset[int], ...] = ()
    goals: tuple[Goal, ...] = ()
    contacts: tuple[tuple[Matcher, ...], ...] = ()
    keys: tuple[str, ...] = ()
    main_goal: int | None = None

    def matchers(self, *kinds: ContactKind) -> list[tuple[int, Matcher]]:
        """(touchpoint, matcher) of these kinds."""
        return [(n, one) for n, found in enumerate(self.contacts) for one in found if one.on in kinds]

    @property
    def touchpoints(self) -> range:
        return range(1, len(self.stage_of))


@dataclass(frozen=True)
class Moment:
    """The period in ms, and the present, at which windows are open or closed."""

    begin: int
    end: int
    now: int


class Fact(IntEnum):
    """What is counted, and the meaning of `a`, `b`, the flags and the value."""

    VISITORS = 1
    TOUCH = 2  # in a visit that counts; a: its touchpoint, 0 without; flags: BEGINS, ENDS, NEW, SHORT
    FIRST = 3  # hit by a visitor; a: the touchpoint, b: the next one, 0 without; flags: CLOSED, ON, SOON, OPENS
    NEXT_MS = 4  # a: a touchpoint; value: ms from its first hit to the next touchpoint
    ON_MS = (
        5  # a: a stage from 1; value: ms from its first hit to a later stage, of those who went on in a closed window
    )
    STEP = 6  # visitors; a, b: a touchpoint, and one that they hit after it within the window; flags: CLOSED, OPENS
    GOAL = 7  # visitors; a: a touchpoint, b: a goal reached since its first hit within the window; flags: CLOSED, OPENS
    TROUBLE = 8  # visitors; a: a touchpoint, b: a `Trouble` that they had there
    BETWEEN_MS = 9  # a, b: stages from 1; value: ms from the first hit of a to the first hit of b, where that is later
    REACHED = 10  # visitors; b: a goal that they reached in the period, from their first touch on
    STEPS = 11  # b: a goal; value: touchpoints from the first touch until it was reached, repeats merged
    BEGUN = 12  # visitors who consented; flags: CLOSED, where their time for the main goal is over
    # Of them, those who reached the main goal, once without flags and once more with CLOSED where it is; value: ms.
    WHOLE_MS = 13


class Trouble(IntEnum):
    ANY = 0
    DEAD = 1
    RAGE = 2
    ERROR = 3
    QUICK_BACK = 4


# Of a touch: it begins a visit, ends it, is the first of its touchpoint in it, and had little engagement.
BEGINS, ENDS, NEW, SHORT = 1, 2, 4, 8
# Of a first hit: its window has closed; within it, a later stage was hit; within it, the next touchpoint was hit; it is
# the first hit of its stage.
CLOSED, ON, SOON, OPENS = 1, 2, 4, 8


@dataclass(frozen=True)
class Count:
    """How often a fact was met; of the facts with a value, its median and 90th percentile."""

    n: int
    median: float = 0.0
    p90: float = 0.0


@dataclass(frozen=True)
class Facts:
    """Counts by fact, `a`, `b` and flags, and of each touchpoint the median of the ms that visitors were engaged."""

    counts: Mapping[tuple[int, int, int, int], Count]
    engaged: Mapping[int, Count]

    @cached_property
    def _by_place(self) -> dict[tuple[int, int], dict[int, dict[int, int]]]:
        """(fact, a) → b → flags → n."""
        found: dict[tuple[int, int], dict[int, dict[int, int]]] = {}
        for (fact, a, b, flags), count in self.counts.items():
            found.setdefault((fact, a), {}).setdefault(b, {})[flags] = count.n
        return found

    def count(self, fact: Fact, a: int = 0, b: int | None = None, flags: int = 0) -> int:
        """How often a fact was met with these flags at least; `b` None: with any."""
        of_place = self._by_place.get((fact, a), {})
        found = of_place.values() if b is None else [of_place.get(b, {})]
        return sum(n for one in found for its, n in one.items() if its & flags == flags)

    def others(self, fact: Fact, a: int) -> list[int]:
        """The values of b with which a fact was met."""
        return sorted(self._by_place.get((fact, a), {}))

    def value(self, fact: Fact, a: int = 0, b: int = 0, flags: int = 0) -> Count:
        return self.counts.get((fact, a, b, flags), Count(0))
