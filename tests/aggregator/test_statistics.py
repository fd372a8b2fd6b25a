"""Intervals and tests against published values, naive implementations and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.measures.statistics import (
    benjamini_hochberg,
    chi2_tail,
    expected_floor,
    false_coverage_level,
    needed_per_variant,
    newcombe,
    srm,
    two_proportion_z,
    wilson,
)
from aggregator.measures.variant_tests import compare_variants


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_as_in_newcombe_1998(x: int, n: int, low: float, high: float) -> None:
    assert np.allclose(wilson(x, n), (low, high), atol=5e-5)


def test_wilson_knows_nothing_without_visitors() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("x1", "n1", "x0", "n0", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (10, 10, 0, 10, 0.6075, 1.0),
        (0, 10, 0, 10, -0.2775, 0.2775),
    ],
)
def test_newcombe_method_10_as_published(x1: int, n1: int, x0: int, n0: int, low: float, high: float) -> None:
    assert np.allclose(newcombe(x0, n0, x1, n1), (low, high), atol=5e-5)


def test_pooled_z_worked_by_hand() -> None:
    # 30/100 against 20/100: pooled 0.25, spread √(0.25·0.75·0.02) = 0.061237
    z, p = two_proportion_z(20, 100, 30, 100)
    assert z == pytest.approx(1.632993, abs=1e-6)
    assert p == pytest.approx(0.102470, abs=1e-6)


def test_pooled_z_says_nothing_where_nothing_varies() -> None:
    z, p = two_proportion_z([0, 50, 0], [50, 50, 0], [0, 50, 0], [50, 50, 10])
    assert z.tolist() == [0, 0, 0]
    assert p.tolist() == [1, 1, 1]


def naive_bh(p: list[float]) -> list[float]:
    """Benjamini and Hochberg, literally: the least p_j·m/rank_j over all p_j that are not smaller."""
    m = len(p)
    ranked = sorted(p)
    rank = [max(k for k, v in enumerate(ranked, 1) if v == x) for x in p]
    return [min(1.0, *(p[j] * m / rank[j] for j in range(m) if p[j] >= p[i])) for i in range(m)]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_bh_equals_the_naive_one(p: list[float]) -> None:
    assert np.allclose(benjamini_hochberg(p), naive_bh(p))


def test_bh_on_the_example_of_the_paper() -> None:
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert (benjamini_hochberg(p) <= 0.05).sum() == 4
    assert len(benjamini_hochberg([])) == 0


def test_the_floor_is_judged_on_both_variants_together() -> None:
    assert expected_floor(5, 100, 15, 100).tolist() is True  # 10 expected in each
    assert expected_floor(4, 100, 15, 100).tolist() is False
    assert expected_floor(100, 100, 95, 100).tolist() is False  # hardly anyone does not click


def test_intervals_of_flagged_rows_are_wider() -> None:
    assert false_coverage_level(2, 40) == pytest.approx(1 - 2 * 0.05 / 40)
    assert false_coverage_level(0, 40) == pytest.approx(0.95)


def test_srm_by_hand_and_its_errors() -> None:
    assert srm([520, 480], [0.5, 0.5]) == pytest.approx(0.205903, abs=1e-6)  # χ² = 1.6, one degree
    assert srm([5200, 4800], [1, 1]) < 0.001
    assert srm([0, 0], [0.5, 0.5]) == 1.0
    with pytest.raises(ValueError, match="two or more variants"):
        srm([10], [1.0])


@pytest.mark.parametrize(
    ("x", "freedom", "p"),
    [(3.841459, 1, 0.05), (5.991465, 2, 0.05), (11.344867, 3, 0.01), (20.515, 5, 0.001), (18.307038, 10, 0.05)],
)
def test_tail_of_chi2_as_in_the_tables(x: float, freedom: int, p: float) -> None:
    assert chi2_tail(x, freedom) == pytest.approx(p, rel=1e-4)
    assert chi2_tail(0, freedom) == 1.0
    assert chi2_tail(1e6, freedom) == 0.0


def test_needed_size_as_in_the_method() -> None:
    assert needed_per_variant(0.12, 0.2) == pytest.approx(2_934, abs=1)
    assert needed_per_variant(0.12, 0.2, tested=40) == pytest.approx(6_050, abs=1)
    with pytest.raises(ValueError, match="share"):
        needed_per_variant(0, 0.2)


def test_identical_variants_are_rarely_called_different() -> None:
    """A/A: 40 elements, 5,000 visitors per variant, 400 tables. At most 5 % by design, plus three standard errors."""
    rng = np.random.default_rng(11)
    shares = np.geomspace(0.12, 0.01, 40)
    tables = 400
    wrong = sum(
        bool(compare_variants(rng.binomial(5000, shares), 5000, rng.binomial(5000, shares), 5000).flagged.any())
        for _ in range(tables)
    )
    assert wrong / tables <= 0.05 + 3 * (0.05 * 0.95 / tables) ** 0.5


def test_a_lifted_element_is_found() -> None:
    """+20 % on one of 40 at 10,000 per variant: found in 95 % of the published runs."""
    rng = np.random.default_rng(12)
    shares = np.geomspace(0.12, 0.01, 40)
    lifted = shares * np.where(np.arange(40) == 0, 1.2, 1.0)
    found = [
        compare_variants(rng.binomial(10_000, shares), 10_000, rng.binomial(10_000, lifted), 10_000).verdict(0)
        for _ in range(100)
    ]
    assert found.count("more") >= 88


def test_too_few_users_are_reported_and_not_tested() -> None:
    tests = compare_variants(np.array([3, 400]), 1000, np.array([9, 300]), 1000)
    assert tests.verdict(0) == "few"
    assert np.isnan(tests.q[0])
    assert tests.verdict(1) == "less"
    assert tests.relative[1] == pytest.approx(-0.25)


def test_empty_variants_give_no_verdict() -> None:
    tests = compare_variants(np.array([0]), 0, np.array([5]), 100)
    assert tests.verdict(0) == "few"
    assert len(compare_variants(np.empty(0), 0, np.empty(0), 0).diff) == 0
    with pytest.raises(ValueError, match="more users"):
        compare_variants(np.array([5]), 4, np.array([0]), 4)
