"""NPS, CSAT, CES, the account and the comparison of surveys, against hand-worked figures and statsmodels."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from aggregator.measures.feedback import account, score_difference, score_figure
from aggregator.measures.statistics import t_quantile
from aggregator.measures.words import counted_words


def test_nps_of_a_hand_worked_example() -> None:
    """12 of 9–10, 4 of 7–8, 4 of 0–6: 60 % − 20 % = +40; the values 1, 0, −1 have the variance 0.8 − 0.4² = 0.64."""
    figure = score_figure("nps", [9] * 8 + [10] * 4 + [7, 7, 8, 8] + [0, 3, 6, 6])
    assert (figure.n, figure.value) == (20, pytest.approx(40))
    half = 1.959964 * sqrt(0.64 / 20) * 100
    assert (figure.low, figure.high) == (pytest.approx(40 - half, abs=1e-4), pytest.approx(40 + half, abs=1e-4))


def test_csat_of_a_hand_worked_example() -> None:
    figure = score_figure("csat", [5] * 10 + [4] * 5 + [3] * 3 + [1, 2])
    low, high = proportion_confint(15, 20, method="wilson")
    assert (figure.value, figure.low, figure.high) == (0.75, pytest.approx(low), pytest.approx(high))


def test_ces_of_a_hand_worked_example() -> None:
    scores = [1, 2, 3, 4, 5, 6, 7, 4, 4, 4] * 2
    figure = score_figure("ces", scores)
    low, high = DescrStatsW(scores).zconfint_mean()
    assert (figure.value, figure.low, figure.high) == (4.0, pytest.approx(low), pytest.approx(high))


@pytest.mark.parametrize("kind", ["nps", "csat", "ces"])
def test_nineteen_answers_have_no_figure(kind: str) -> None:
    few = score_figure(kind, [5] * 19)  # type: ignore[arg-type]
    assert (few.n, few.value, few.low, few.high) == (19, None, None, None)
    assert score_figure(kind, [5] * 20).value is not None  # type: ignore[arg-type]


@given(st.lists(st.integers(0, 10), min_size=20, max_size=200))
def test_nps_is_a_mean_with_the_interval_of_statsmodels(scores: list[int]) -> None:
    """statsmodels divides the variance by n − 1, the definition by n."""
    figure = score_figure("nps", scores)
    values = np.array([(score >= 9) - (score <= 6.0) for score in scores], float) * 100
    assert figure.value == pytest.approx(values.mean())
    low, high = DescrStatsW(values).zconfint_mean()
    half = (high - low) / 2 * sqrt((len(scores) - 1) / len(scores))
    assert figure.low == pytest.approx(max(-100.0, values.mean() - half), abs=1e-9)
    assert figure.high == pytest.approx(min(100.0, values.mean() + half), abs=1e-9)


def test_the_account_adds_up() -> None:
    states = [(1, False)] * 5 + [(2, False)] * 2 + [(3, False)] * 4 + [(4, False)] * 3 + [(5, False)]
    states += [(6, True)] * 2 + [(4, True), (5, True)] + [(7, True)] * 6
    found = account(states)
    assert (found.reached, found.not_drawn, found.asked_lately, found.asked) == (25, 5, 2, 18)
    assert (found.closed, found.half_way, found.answered) == (8, 4, 6)
    assert found.reached == found.not_drawn + found.asked_lately + found.asked
    assert found.asked == found.closed + found.half_way + found.answered
    low, high = proportion_confint(6, 18, method="wilson")
    assert (found.response.share, found.response.low) == (pytest.approx(1 / 3), pytest.approx(low))
    assert found.response.high == pytest.approx(high)


def test_nothing_asked_has_no_response_rate() -> None:
    assert account([]).response.share is None


def test_two_groups_are_compared_per_visitor_as_statsmodels_does() -> None:
    a = [(visitor, score) for visitor, score in enumerate([0, 3, 6, 7, 8, 9, 9, 10] * 4)]
    b = [(visitor, score) for visitor, score in enumerate([7, 8, 9, 9, 10, 10] * 5)]
    found = score_difference("nps", a, b)
    net = [[100.0 * ((score >= 9) - (score <= 6)) for _, score in one] for one in (a, b)]
    low, high = CompareMeans(DescrStatsW(net[1]), DescrStatsW(net[0])).tconfint_diff(usevar="unequal")
    assert found.difference == pytest.approx(np.mean(net[1]) - np.mean(net[0]))
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert found.certain


def test_several_answers_of_a_visitor_count_once() -> None:
    a = [(visitor, 10) for visitor in range(10) for _ in range(5)] + [(visitor, 0) for visitor in range(10, 21)]
    found = score_difference("nps", a, a)
    assert (found.visitors_a, found.visitors_b, found.difference) == (21, 21, 0.0)


def test_a_difference_of_few_visitors_is_not_shown() -> None:
    many = [(visitor, visitor % 11) for visitor in range(40)]
    assert score_difference("nps", many[:19], many).difference is None
    assert score_difference("ces", [(n, 3) for n in range(30)], [(n, 3) for n in range(30)]).difference is None


@given(st.floats(0.55, 0.999), st.floats(1, 500))
def test_quantiles_of_t_equal_those_of_scipy(p: float, freedom: float) -> None:
    assert t_quantile(p, freedom) == pytest.approx(stats.t.ppf(p, freedom), rel=1e-9)


def test_words_are_counted_by_stem_once_for_each_text() -> None:
    texts = [
        ("The codes do nothing, code after code", "en", 2),
        ("My discount code [mail] failed", "en-GB", 4),
        ("Les codes, les boutons", "fr", 3),
        ("Le code, le bouton", "fr", None),
        ("Lovely light", "en", 10),
    ]
    found = {one.stem: one for one in counted_words(texts)}
    assert (found["code"].texts, found["code"].forms, found["code"].score) == (2, ("codes",), 3.0)
    assert {found["bouton"].word, *found["bouton"].forms} == {"bouton", "boutons"}
    assert set(found) == {"code", "cod", "bouton"}  # each language has its own stems


@given(st.lists(st.tuples(st.text(max_size=40), st.sampled_from(["en", "fr", "ja", ""]), st.none()), max_size=8))
def test_any_text_can_be_counted(texts: list[tuple[str, str, None]]) -> None:
    for one in counted_words(texts):
        assert 2 <= one.texts <= len(texts)
