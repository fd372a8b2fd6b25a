"""How many visitors, visits and views fit a segment, and each of its rules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fitting:
    """How many fit: views, the visits that have one, and the visitors who have one."""

    visitors: int = 0
    visits: int = 0
    views: int = 0


@dataclass(frozen=True)
class RuleFigures:
    """A rule of a tree, by the path of its field, such as `groups.0.rules.2`.

    `alone`: what fits the rule; `so_far`: what fits the tree up to and including it. `sees`: the visitors it can judge,
    if it looks back more than a day: those who agreed to be remembered. None for other rules, which judge all.
    """

    path: str
    alone: Fitting
    so_far: Fitting
    sees: int | None = None


@dataclass(frozen=True)
class SegmentFigures:
    """`fits` the tree, of the question's `total`; `remembered` visitors have agreed to be. The rules in reading order:
    those of a group before its groups."""

    total: Fitting
    fits: Fitting
    remembered: int
    rules: tuple[RuleFigures, ...] = ()
