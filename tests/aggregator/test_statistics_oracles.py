"""Every statistical function against scipy and statsmodels, which only the tests depend on."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from aggregator.measures.attention import monotone
from aggregator.measures.statistics import (
    benjamini_hochberg,
    chi2_tail,
    expected_floor,
    needed_per_variant,
    newcombe,
    srm,
    t_tail,
    two_proportion_z,
    wilson,
)
from aggregator.measures.variant_tests import compare_variants

LEVELS = (0.8, 0.95, 0.99, 0.9975)
PAIRS = [(x0, n0, x1, n1) for n0 in (1, 10, 97) for n1 in (10, 1_000) for x0 in {0, 1, n0} for x1 in {0, 7, n1}]


@pytest.fixture(scope="module")
def stats() -> ModuleType:
    from scipy import stats

    return stats


@pytest.fixture(scope="module")
def proportion() -> ModuleType:
    from statsmodels.stats import proportion

    return proportion


@pytest.mark.parametrize("level", LEVELS)
def test_wilson_is_that_of_statsmodels(proportion: ModuleType, level: float) -> None:
    for n in (1, 2, 29, 148, 10_000):
        x = np.unique(np.linspace(0, n, 12).astype(int))
        expected = proportion.proportion_confint(x, n, alpha=1 - level, method="wilson")
        assert np.allclose(wilson(x, n, level), expected, atol=1e-12)


@pytest.mark.parametrize("level", LEVELS)
def test_newcombe_is_that_of_statsmodels(proportion: ModuleType, level: float) -> None:
    for x0, n0, x1, n1 in PAIRS:
        expected = proportion.confint_proportions_2indep(
            x1, n1, x0, n0, method="newcomb", compare="diff", alpha=1 - level
        )
        assert np.allclose(newcombe(x0, n0, x1, n1, level), expected, atol=1e-12), (x0, n0, x1, n1)


def test_the_pooled_z_is_that_of_statsmodels(proportion: ModuleType) -> None:
    for x0, n0, x1, n1 in PAIRS:
        if 0 < x0 + x1 < n0 + n1:  # otherwise nothing varies, and statsmodels divides by zero
            expected = proportion.proportions_ztest([x1, x0], [n1, n0])
            assert np.allclose(two_proportion_z(x0, n0, x1, n1), expected, atol=1e-12), (x0, n0, x1, n1)


@pytest.mark.parametrize("freedom", range(1, 12))
def test_the_tail_of_chi2_is_that_of_scipy(stats: ModuleType, freedom: int) -> None:
    for x in (0.0, 1e-9, 0.5, 3.84, 10.0, 60.0, 400.0):
        assert chi2_tail(x, freedom) == pytest.approx(float(stats.chi2.sf(x, freedom)), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("freedom", [*range(1, 8), 26, 91])
def test_the_tails_of_t_are_those_of_scipy(stats: ModuleType, freedom: int) -> None:
    for t in (0.0, 1e-9, 0.5, 1.96, 4.0, 20.0):
        assert t_tail(t, freedom) == pytest.approx(2 * float(stats.t.sf(t, freedom)), rel=1e-9, abs=1e-13)


def test_benjamini_and_hochberg_are_those_of_scipy(stats: ModuleType) -> None:
    rng = np.random.default_rng(3)
    for m in (1, 2, 40, 500):
        p = rng.beta(0.5, 2.0, m).round(3)  # rounded: with ties
        assert np.allclose(benjamini_hochberg(p), stats.false_discovery_control(p), atol=1e-12)


@pytest.mark.parametrize(
    ("counts", "shares"),
    [
        ([520, 480], [0.5, 0.5]),
        ([900, 110], [0.9, 0.1]),
        ([330, 301, 369], [1, 1, 1]),
        ([10, 20, 30, 40], [1, 2, 3, 4]),
    ],
)
def test_the_sample_ratio_check_is_scipys_chi_square(stats: ModuleType, counts: list[int], shares: list[float]) -> None:
    expected = np.array(shares) / sum(shares) * sum(counts)
    assert srm(counts, shares) == pytest.approx(stats.chisquare(counts, expected).pvalue, rel=1e-9)


def test_the_floor_is_the_least_expected_count(stats: ModuleType) -> None:
    for x0, n0, x1, n1 in PAIRS:
        if 0 < x0 + x1 < n0 + n1:
            least = stats.contingency.expected_freq([[x0, n0 - x0], [x1, n1 - x1]]).min()
            assert bool(expected_floor(x0, n0, x1, n1, least - 1e-9))
            assert not bool(expected_floor(x0, n0, x1, n1, least + 1e-9))


@pytest.mark.parametrize("share", [0.02, 0.12, 0.4])
@pytest.mark.parametrize("relative", [0.1, 0.2])
def test_the_needed_size_has_80_percent_power(proportion: ModuleType, share: float, relative: float) -> None:
    """Planned by the rule of thumb (factor 16): statsmodels finds 72 to 88 % at that size."""
    n = needed_per_variant(share, relative)
    power = proportion.power_proportions_2indep(share * relative, share, n, alpha=0.05).power
    assert power == pytest.approx(0.8, abs=0.08)


def test_a_table_of_elements_is_tested_as_by_statsmodels(proportion: ModuleType) -> None:
    """p, q, flags and the intervals, all at the level of the flagged rows, together."""
    from statsmodels.stats.multitest import multipletests

    na, nb = 4_000, 3_600
    a = np.array([400, 200, 120, 80, 40, 900])
    b = np.array([480, 170, 109, 150, 36, 801])
    found = compare_variants(a, na, b, nb)
    assert found.tested.all()
    p = [proportion.proportions_ztest([y, x], [nb, na])[1] for x, y in zip(a, b, strict=True)]
    flagged, q, _, _ = multipletests(p, alpha=0.05, method="fdr_bh")
    assert np.allclose(found.p, p)
    assert np.allclose(found.q, q)
    assert found.flagged.tolist() == flagged.tolist()
    assert 0 < flagged.sum() < len(a)
    alpha = 0.05 * flagged.sum() / len(a)
    assert found.level == pytest.approx(1 - alpha)
    for i in range(len(a)):
        interval = proportion.confint_proportions_2indep(
            b[i], nb, a[i], na, method="newcomb", compare="diff", alpha=alpha
        )
        assert np.allclose((found.low[i], found.high[i]), interval)


def test_the_rising_map_is_scipys_isotonic_regression() -> None:
    from scipy.optimize import isotonic_regression

    rng = np.random.default_rng(7)
    drawn = np.sort(rng.uniform(0.05, 0.95, 60))
    seen = np.clip(drawn + rng.normal(0, 0.1, 60), 0, 1)
    got, at = monotone(seen, drawn, knots=60)  # one pair per knot: the medians are the pairs themselves
    assert np.allclose(at[1:-1], drawn)
    assert np.allclose(got[1:-1], isotonic_regression(seen).x)
