"""The expected path around one place: which steps are expected in each column of a picture of paths."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.shapes.visit_paths import BEGAN, BEYOND, COLUMNS, PathWindow, Step


def window_of(place: int, before: int, expected: Sequence[frozenset[int]]) -> PathWindow:
    """The window with `place` after `before` columns. `expected[n]`: the touchpoints that should follow n.

    Before the place, the steps are those of the ways that lead to it: a visit may begin at a touchpoint that no other
    leads to. After it, they are those of the ways that lead on; at a touchpoint that expects none the path is over.
    """
    after = COLUMNS - 1 - before
    on_path = {n for n, following in enumerate(expected) if following} | set().union(*expected)
    if place not in on_path:
        return PathWindow(place, before, tuple(frozenset[Step]() for _ in range(COLUMNS - 1)), frozenset())
    ends = frozenset(n for n in on_path if not expected[n])
    steps = [*_leading_to(place, before, expected), *_leading_on(place, after, expected)]
    return PathWindow(place, before, tuple(steps), ends)


def _leading_to(place: int, before: int, expected: Sequence[frozenset[int]]) -> list[frozenset[Step]]:
    """The expected steps to the place, of the first column first."""
    found: list[frozenset[Step]] = []
    followed = set().union(*expected)
    here, may_begin, may_be_before = {place}, False, False  # of the column that a step leads to
    for _ in range(before):
        starts = {b for b in here if b not in followed}
        steps = {(a, b) for a, following in enumerate(expected) for b in following & here}
        here, may_follow = {a for a, _ in steps}, may_begin or may_be_before
        steps |= {(BEGAN, b) for b in starts}
        steps |= {(BEYOND, b) for b, may in ((BEGAN, may_begin), (BEYOND, may_be_before)) if may}
        may_begin, may_be_before = bool(starts), may_follow
        found.insert(0, frozenset(steps))
    return found


def _leading_on(place: int, after: int, expected: Sequence[frozenset[int]]) -> list[frozenset[Step]]:
    """The expected steps from the place on."""
    found, here = [], {place}
    for _ in range(after):
        steps = frozenset((a, b) for a in here for b in expected[a])
        found.append(steps)
        here = {b for _, b in steps}
    return found
