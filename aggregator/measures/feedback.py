"""Scores of surveys: NPS, CSAT, CES with their intervals, and the account of the askings (docs/feedback.md). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np

from aggregator.measures.statistics import FEW, welch, wilson
from aggregator.shapes.columns import Float64

ScoreKind = Literal["nps", "csat", "ces"]
Z95 = 1.959963984540054  # normal quantile of a two-sided 95 % interval
PROMOTER, DETRACTOR, SATISFIED = 9, 6, 4
CLOSED, LEFT, DONE, SHOWN, RECENT, MISSED = 4, 5, 7, 3, 2, 1  # ASK_STATES of the wire format


@dataclass(frozen=True)
class ScoreFigure:
    """A figure with its 95 % interval; None under FEW answers. NPS in points (−100…100), CSAT a share (0…1), CES the
    mean (1…7, lower is better)."""

    kind: ScoreKind
    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ShareFigure:
    """`k` of `n`, with Wilson's 95 % interval; None without any."""

    k: int
    n: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class AskingAccount:
    """What became of the askings: `reached` = `not_drawn` + `asked_lately` + `asked`; `asked` = `closed` + `half_way` +
    `answered`. `closed`: without an answer, also those that were ignored."""

    reached: int
    not_drawn: int
    asked_lately: int
    asked: int
    closed: int
    half_way: int
    answered: int
    response: ShareFigure


@dataclass(frozen=True)
class ScoreDifference:
    """The mean of `b` minus that of `a`, per visitor, with Welch's 95 % interval, in the unit of the figure; None under
    FEW visitors in a group, or where nothing varies. `certain`: whether the interval leaves out zero."""

    visitors_a: int
    visitors_b: int
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def certain(self) -> bool:
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def points_of(kind: ScoreKind, scores: Iterable[int]) -> Float64:
    """What each score counts, so that the mean is the figure: NPS −100, 0, 100; CSAT 0, 1; CES as it is."""
    given: Float64 = np.fromiter(scores, np.float64)
    if kind == "nps":
        net: Float64 = np.asarray(given >= PROMOTER, float) - np.asarray(given <= DETRACTOR, float)
        return net * 100.0
    points: Float64 = np.asarray(given >= SATISFIED, float) if kind == "csat" else given
    return points


def score_figure(kind: ScoreKind, scores: Collection[int]) -> ScoreFigure:
    """NPS: % of 9–10 less % of 0–6, ± z·√(variance ÷ n); CSAT: share of 4–5, Wilson; CES: mean ± z·s ÷ √n."""
    n, points = len(scores), points_of(kind, scores)
    if n < FEW:
        return ScoreFigure(kind, n)
    value = float(np.mean(points))
    if kind == "csat":
        low, high = wilson(np.sum(points), n)
        return ScoreFigure(kind, n, value, float(low), float(high))
    half = Z95 * sqrt(float(np.var(points, ddof=0 if kind == "nps" else 1)) / n)
    least, most = (-100.0, 100.0) if kind == "nps" else (1.0, 7.0)
    return ScoreFigure(kind, n, value, max(least, value - half), min(most, value + half))


def share_figure(k: int, n: int) -> ShareFigure:
    if not n:
        return ShareFigure(k, n, None, None, None)
    low, high = wilson(k, n)
    return ShareFigure(k, n, k / n, float(low), float(high))


def account(states: Collection[tuple[int, bool]]) -> AskingAccount:
    """`states`: the last state of each asking, and whether anything was answered in it."""
    count = Counter(
        "not_drawn" if state == MISSED and not has_answer
        else "asked_lately" if state == RECENT and not has_answer
        else "answered" if state == DONE
        else "half_way" if has_answer
        else "closed"
        for state, has_answer in states
    )  # fmt: skip
    asked = count["answered"] + count["half_way"] + count["closed"]
    return AskingAccount(
        reached=len(states),
        not_drawn=count["not_drawn"],
        asked_lately=count["asked_lately"],
        asked=asked,
        closed=count["closed"],
        half_way=count["half_way"],
        answered=count["answered"],
        response=share_figure(count["answered"], asked),
    )


def score_difference(kind: ScoreKind, a: Iterable[tuple[int, int]], b: Iterable[tuple[int, int]]) -> ScoreDifference:
    """Two groups compared per visitor. `a`, `b`: (visitor, score) of each answer."""
    of_a, of_b = _per_visitor(kind, a), _per_visitor(kind, b)
    if min(len(of_a), len(of_b)) < FEW or (found := welch(of_a, of_b)) is None:
        return ScoreDifference(len(of_a), len(of_b))
    return ScoreDifference(len(of_a), len(of_b), *found)


def _per_visitor(kind: ScoreKind, given: Iterable[tuple[int, int]]) -> Float64:
    """The mean of what each visitor gave: answers of one visitor are not independent."""
    sums: dict[int, list[float]] = {}
    pairs = list(given)
    for (visitor, _), points in zip(pairs, points_of(kind, [score for _, score in pairs]), strict=True):
        sums.setdefault(visitor, []).append(float(points))
    return np.array([float(np.mean(one)) for one in sums.values()])
