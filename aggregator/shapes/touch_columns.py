"""The touches of some visitors as numpy columns, and what happened beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.signedinteger[Any]]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class TouchColumns:
    """Touches in columns of one length, those of a visitor together, sorted by time and view. `touchpoint`: 0 without.
    `selected`: whether the question selects it. `page_hash`: of a view;
    COARSE_PAGE of what is no view and has only a day, 0 of the rest. `entry`: the touchpoint of how a visit
    came that begins with it, 0 without."""

    visitor: NDArray[np.uint64]
    ms: Numbers
    view: NDArray[np.uint64]
    touchpoint: Numbers
    selected: Marks
    page_hash: NDArray[np.uint32]
    entry: Numbers

    def only(self, rows: Marks) -> TouchColumns:
        """The rows of a mask."""
        return TouchColumns(**{name: column[rows] for name, column in vars(self).items()})

    def parts(self, visitors: int) -> Iterator[TouchColumns]:
        """The touches of at most so many visitors at a time."""
        begins = np.flatnonzero(self.visitor[1:] != self.visitor[:-1])[visitors - 1 :: visitors] + 1
        for begin, end in pairwise((0, *begins.tolist(), len(self.visitor))):
            yield TouchColumns(**{name: column[begin:end] for name, column in vars(self).items()})


@dataclass(frozen=True)
class EngagedViews:
    """Rows of views in any order; of the rows of a view, only the one with the most engagement counts."""

    visitor: NDArray[np.uint64]
    touchpoint: Numbers
    view: NDArray[np.uint64]
    engaged_ms: Numbers


@dataclass(frozen=True)
class VisitorTroubles:
    """Troubles; `kind` is a `Trouble`."""

    visitor: NDArray[np.uint64]
    touchpoint: Numbers
    kind: Numbers


@dataclass(frozen=True)
class GoalTimes:
    """When visitors reached goals. `goal`: its number."""

    visitor: NDArray[np.uint64]
    ms: Numbers
    goal: Numbers


@dataclass(frozen=True)
class BesideTouches:
    """What is known of visitors besides their touches, of these or of more visitors. `short_views`: the views with
    little engagement; `consented`: visitors. Both are sorted."""

    troubles: VisitorTroubles
    goals: GoalTimes
    short_views: NDArray[np.uint64]
    consented: NDArray[np.uint64]
