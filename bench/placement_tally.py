"""Counts of what happened to the clicks of one pair of widths, by our method and by the page-relative one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aggregator.placing.ladder import RUNGS
from bench.placement_truth import Verdict


@dataclass
class Tally:
    shown: int = 0  # clicks whose element is visible at the drawn width
    hidden: int = 0  # clicks whose element is not
    lost: int = 0  # never reached the collector
    right: int = 0
    hit: int = 0
    not_placed: int = 0
    cut: int = 0  # of these: that part of the element is scrolled out of view
    wrong: int = 0  # drawn outside the element, or although it is not visible
    hidden_drawn: int = 0  # of these: drawn although it is not visible
    miss: list[float] = field(default_factory=list)
    letter_miss: list[float] = field(default_factory=list)
    block_miss: list[float] = field(default_factory=list)
    rungs: Counter[str] = field(default_factory=Counter)
    right_on: Counter[str] = field(default_factory=Counter)
    relative_right: int = 0
    relative_miss: list[float] = field(default_factory=list)

    def add(self, verdict: Verdict, rung: str) -> None:
        drawn = rung != "none"
        self.rungs[rung] += 1
        self.wrong += drawn and not verdict.right
        if not verdict.shown:
            self.hidden += 1
            self.hidden_drawn += drawn
            return
        self.shown += 1
        self.right += verdict.right
        self.hit += verdict.hit
        self.not_placed += not drawn
        self.cut += not drawn and verdict.cut
        self.right_on[rung] += verdict.right
        self.relative_right += verdict.relative_right
        self.miss += _known(verdict.miss)
        (self.letter_miss if verdict.in_line else self.block_miss).extend(_known(verdict.letter_miss))
        self.relative_miss += _known(verdict.relative_miss)

    def figures(self) -> dict[str, Any]:
        n = self.shown + self.hidden
        rungs: dict[str, Any] = {}
        for rung in RUNGS:
            rungs[f"rung {rung}: share, %"] = _share(self.rungs[rung], n)
            if rung != "none" and self.rungs[rung]:
                rungs[f"rung {rung}: precision, %"] = _share(self.right_on[rung], self.rungs[rung])
        return {
            "clicks": n,
            "element visible": self.shown,
            "on the right element, %": _share(self.right, self.shown),
            "on the right element and hit there, %": _share(self.hit, self.shown),
            "not placed although visible": self.not_placed,
            "not placed although visible, %": _share(self.not_placed, self.shown),
            "position scrolled out of view, %": _share(self.cut, self.shown),
            "wrong, % of all": _share(self.wrong, n),
            "drawn although not visible, % of all": _share(self.hidden_drawn, n),
            **_misses("distance", self.miss),
            **_misses("distance from the letter, inline text", self.letter_miss),
            **_misses("distance from the letter, blocks of text", self.block_miss),
            **rungs,
            "page-relative: on the right element, %": _share(self.relative_right, self.shown),
            **_misses("page-relative: distance", self.relative_miss),
        }


def _known(miss: float | None) -> list[float]:
    return [] if miss is None else [miss]


def _share(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def _misses(name: str, px: list[float]) -> dict[str, float]:
    of = np.percentile(px, (50, 95)) if px else (0.0, 0.0)
    return {f"{name}: median, px": round(float(of[0]), 1), f"{name}: 95th percentile, px": round(float(of[1]), 1)}
