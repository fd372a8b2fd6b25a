"""Similarity of two paths: the share of steps that agree, from the anchor down and from the element up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aggregator.shapes.columns import Float32, Int32

LONGEST = 32  # steps compared from either end
_CELLS = 4_000_000  # pairs compared at once


class Steps:
    """Paths as numbers of their steps: `down` and `up` i32[N, LONGEST] from either end, -1 beyond; `length` i32[N]."""

    def __init__(self, paths: Sequence[Sequence[str]], words: dict[str, int], nothing: int) -> None:
        width = min(LONGEST, max((len(path) for path in paths), default=0))
        self.down = np.full((len(paths), width), nothing, np.int32)
        self.up = np.full((len(paths), width), nothing, np.int32)
        self.length = np.array([len(path) for path in paths], np.int32)
        for i, path in enumerate(paths):
            codes = [words.setdefault(step, len(words)) for step in path]
            self.down[i, : len(codes)] = codes[:width]
            self.up[i, : len(codes)] = codes[::-1][:width]


def likeness(a: Sequence[Sequence[str]], b: Sequence[Sequence[str]]) -> Float32:
    """f32[A, B] in 0…1: similarity of each path of `a` with each of `b`."""
    words: dict[str, int] = {}
    one, other = Steps(a, words, -1), Steps(b, words, -2)
    width = min(one.down.shape[1], other.down.shape[1])
    found = np.zeros((len(a), len(b)), np.float32)
    chunk = max(1, _CELLS // max(1, len(b)))
    for start in range(0, len(a), chunk):
        these = slice(start, start + chunk)
        longer = np.maximum(one.length[these, None], other.length[None, :])
        shorter = np.minimum(one.length[these, None], other.length[None, :])
        agreed = _agreed(one.down[these], other.down, width) + _agreed(one.up[these], other.up, width)
        found[these] = np.minimum(agreed, shorter) / np.maximum(longer, 1)
    return found


def pair_likeness(a: Sequence[Sequence[str]], b: Sequence[Sequence[str]], i: Int32, j: Int32) -> Float32:
    """f32[n]: similarity of a[i[k]] with b[j[k]] only."""
    words: dict[str, int] = {}
    one, other = Steps(a, words, -1), Steps(b, words, -2)
    width = min(one.down.shape[1], other.down.shape[1])
    agreed = np.zeros(len(i), np.int32)
    for ours, theirs in ((one.down, other.down), (one.up, other.up)):
        same = np.ones(len(i), bool)
        for step in range(width):
            same &= ours[i, step] == theirs[j, step]
            agreed += same
    lengths = one.length[i], other.length[j]
    found: Float32 = (np.minimum(agreed, np.minimum(*lengths)) / np.maximum(1, np.maximum(*lengths))).astype(np.float32)
    return found


def _agreed(ours: Int32, theirs: Int32, width: int) -> Int32:
    """The number of steps that agree before the first that does not."""
    count = np.zeros((len(ours), len(theirs)), np.int32)
    same = np.ones(count.shape, bool)
    for step in range(width):
        same &= ours[:, step, None] == theirs[None, :, step]
        if not same.any():
            break
        count += same
    return count
