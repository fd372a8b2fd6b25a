"""Chooses one-to-one pairs that are likely enough, and clearly ahead of all alternatives on either side together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.shapes.columns import Float32, Float64, Int32, Int64

LEAST = 1.0  # nats above one in M
LEAD = 2.5  # nats ahead of all alternatives together, in row and in column
ROUNDS = 6


@dataclass(frozen=True)
class ElementChoice:
    """`element` i32[N], -1 where none was chosen; `score` f32[N], nats above one in M, nan where none was chosen."""

    element: Int32
    score: Float32


def choose(
    score: Float32,
    rounds: int = ROUNDS,
    least: float | None = None,
    lead: float | None = None,
    same: Int32 | None = None,
) -> ElementChoice:
    """Choose pairs, take them out, and choose again among the rest.

    `same` i32[N]: nodes with the same number stand for one element and do not compete with each other.
    """
    least, lead = LEAST if least is None else least, LEAD if lead is None else lead
    n, m = score.shape
    kind = np.arange(n) if same is None else same.astype(np.int64)
    element = np.full(n, -1, np.int32)
    chosen = np.full(n, np.nan, np.float32)
    floor = least + np.log(max(1, m))
    # Only pairs near the floor can be chosen, or compete.
    i, j = np.nonzero(score >= floor - lead - 1)
    s = score[i, j].astype(np.float64)
    owner = np.full(m, -1, np.int64)  # the kind of node that each element was given to
    for _ in range(rounds):
        if not len(s):
            break
        good = (s >= floor) & (_ahead(i, i, s, n) >= lead) & (_ahead(j, kind[i], s, m) >= lead)
        if not good.any():
            break
        element[i[good]] = j[good]
        chosen[i[good]] = s[good] - np.log(max(1, m))
        owner[j[good]] = kind[i[good]]
        left = (element[i] < 0) & ((owner[j] < 0) | (owner[j] == kind[i]))
        i, j, s = i[left], j[left], s[left]
    return ElementChoice(element, chosen)


def _ahead(of: Int64, kind: Int64, s: Float64, n: int) -> Float64:
    """Log odds of each score against the sum of those in its row (or column) that are of another kind."""
    top = np.full(n, -np.inf)
    np.maximum.at(top, of, s)
    likely = np.exp(np.maximum(s - top[of], -50.0))
    together = np.unique(of * (int(kind.max(initial=0)) + 1) + kind, return_inverse=True)[1]
    mine = likely if kind is of else np.bincount(together, likely)[together]
    others = np.bincount(of, likely, n)[of] - mine
    return np.asarray(np.log(likely) - np.log(np.maximum(others, 1e-12)))
