"""How often two identical pages are called different when clicks or visitors are the unit (docs/statistics.md)."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

import numpy as np

from aggregator.measures.statistics import benjamini_hochberg, two_proportion_z
from aggregator.measures.variant_tests import compare_variants

NAME = "significance"
HELP = "share of A/A tests with a false difference, per click and per visitor (2 min)"

ELEMENTS = 40
SHARES = np.geomspace(0.12, 0.01, ELEMENTS)  # of visitors who click each element
VISITORS = 10_000  # per arm
LEVEL = 0.05
LIFT = 1.2


@dataclass(frozen=True)
class Habit:
    """Shares of the visitors who click an element: clicking it twice, and in bursts (3 to 30 clicks)."""

    twice: float
    burst: float


HABITS = {
    "no repeated click": Habit(0, 0),
    "20 % click twice": Habit(0.2, 0),
    "20 % click twice, 2 % in bursts": Habit(0.2, 0.02),
    "20 % click twice, 8 % in bursts": Habit(0.2, 0.08),
}


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Percent of tests with at least one false flag, by habit; then the power to detect +20 % on one element."""
    tests = 20 if getattr(args, "quick", False) else 300
    rng = np.random.default_rng(2026)
    result: dict[str, Any] = {"tests": tests, "visitors per arm": VISITORS, "elements": ELEMENTS}
    for name, habit in HABITS.items():
        result[name] = _row([_test(rng, habit, 1.0) for _ in range(tests)])
    lifted = [_test(rng, HABITS["20 % click twice, 8 % in bursts"], LIFT) for _ in range(tests)]
    result["first element lifted by 20 %"] = {
        "per-visitor z + BH finds it, %": 100 * float(np.mean([t.flagged[0] for t in lifted])),
        "false share, per-visitor z + BH, %": 100 * float(np.mean([_false_share(t.flagged) for t in lifted])),
        "false share, per-click χ² + BH, %": 100 * float(np.mean([_false_share(t.click_bh) for t in lifted])),
    }
    return result


@dataclass(frozen=True)
class _Test:
    """Which elements each method calls different."""

    click: np.ndarray[Any, Any]
    click_bh: np.ndarray[Any, Any]
    click_bonferroni: np.ndarray[Any, Any]
    visitor: np.ndarray[Any, Any]
    flagged: np.ndarray[Any, Any]
    spread: float


def _row(tests: list[_Test]) -> dict[str, float]:
    def any_of(name: str) -> float:
        return 100 * float(np.mean([getattr(t, name).any() for t in tests]))

    return {
        "variance/mean of clicks per visitor": float(np.mean([t.spread for t in tests])),
        "per-click χ², p < 5 %, %": any_of("click"),
        "per-click χ² + BH, %": any_of("click_bh"),
        "per-click χ² + Bonferroni, %": any_of("click_bonferroni"),
        "per-visitor z, p < 5 %, %": any_of("visitor"),
        "per-visitor z + BH (ours), %": any_of("flagged"),
    }


def _test(rng: np.random.Generator, habit: Habit, lift: float) -> _Test:
    users_a, clicks_a, spread = _arm(rng, habit, 1.0)
    users_b, clicks_b, _ = _arm(rng, habit, lift)
    _, click = two_proportion_z(clicks_a, clicks_a.sum(), clicks_b, clicks_b.sum())
    ours = compare_variants(users_a, VISITORS, users_b, VISITORS, LEVEL)
    return _Test(
        click=click < LEVEL,
        click_bh=benjamini_hochberg(click) <= LEVEL,
        click_bonferroni=click * ELEMENTS < LEVEL,
        visitor=np.nan_to_num(ours.p, nan=1.0) < LEVEL,
        flagged=ours.flagged,
        spread=spread,
    )


def _arm(rng: np.random.Generator, habit: Habit, lift: float) -> tuple[Any, Any, float]:
    """(visitors who clicked each element, clicks on each, variance/mean of a visitor's clicks)."""
    # Some visitors click a lot and nearly half click nothing; on average each element gets its share.
    active = rng.gamma(0.6, 1 / 0.6, (VISITORS, 1))
    shares = SHARES.copy()
    shares[0] *= lift
    clicked = rng.random((VISITORS, ELEMENTS)) < shares * active
    times = np.ones(int(clicked.sum()), np.int64)
    kind = rng.random(len(times))
    times[kind < habit.twice] = 2
    bursts = kind > 1 - habit.burst
    times[bursts] = rng.integers(3, 31, int(bursts.sum()))
    visitor, element = np.nonzero(clicked)
    per_visitor = np.bincount(visitor, times, VISITORS)
    return clicked.sum(axis=0), np.bincount(element, times, ELEMENTS), float(per_visitor.var() / per_visitor.mean())


def _false_share(flagged: Any) -> float:
    return float(flagged[1:].sum() / flagged.sum()) if flagged.any() else 0.0
