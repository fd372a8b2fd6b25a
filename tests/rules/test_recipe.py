"""Recipes: which lines are steps, and the faults of the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.recipe import LONGEST_WAIT, MOST_STEPS, VERBS, BadRecipe, Step, read_recipe, read_step


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("click #menu", Step("click", "#menu")),
        ("  CLICK   nav > a:nth-child(2) ", Step("click", "nav > a:nth-child(2)")),
        ("hover [title='go to it']", Step("hover", "[title='go to it']")),
        ("wait 250", Step("wait", number=250)),
        ("wait 250 ms", Step("wait", number=250)),
        ("wait .menu", Step("wait", ".menu")),
        ("scroll .panel to 800", Step("scroll", ".panel", 800)),
        ("scroll .panel to 800px", Step("scroll", ".panel", 800)),
        ("scroll page to bottom", Step("scroll", "", None)),
        ('scroll [title="go to x"] to bottom', Step("scroll", '[title="go to x"]', None)),
        ("dismiss #cookie button", Step("dismiss", "#cookie button")),
    ],
)
def test_steps(text: str, step: Step) -> None:
    assert read_step(text) == step


@pytest.mark.parametrize(
    ("lines", "code", "line", "words"),
    [
        (["", "  "], "none", 0, "at least one step"),
        (["click #a"] * (MOST_STEPS + 1), "many", 0, f"at most {MOST_STEPS}"),
        (["click #a", "", "tap #b"], "verb", 3, "Line 3: there is no step 'tap'"),
        (["type #name Ada"], "types", 1, "never does"),
        (["click"], "no_selector", 1, "click needs a selector"),
        (["click #a[title='x"], "selector", 1, "is not a CSS selector"),
        (["click a)"], "selector", 1, "bracket"),
        (["wait 500x"], "selector", 1, "begins with a digit"),
        (["click a\x00b"], "selector", 1, "is not a CSS selector"),
        (["click " + "a" * 501], "long", 1, "501 characters"),
        ([f"wait {LONGEST_WAIT + 1}"], "wait", 1, "too long"),
        (["scroll .panel"], "scroll", 1, "how far"),
        (["scroll to 800"], "scroll", 1, "how far"),
        (["scroll .panel to the end"], "scroll", 1, "how far"),
        (["scroll"], "scroll", 1, "how far"),
    ],
)
def test_a_bad_recipe_names_the_line(lines: list[str], code: str, line: int, words: str) -> None:
    with pytest.raises(BadRecipe) as raised:
        read_recipe(lines)
    assert (raised.value.code, raised.value.line) == (code, line)
    assert words in str(raised.value)


SELECTORS = st.lists(
    st.sampled_from(
        ["#menu", ".a-b", "nav > a", "li:nth-child(2)", "[title='go to x']", '[data-x="("]', "a, b", "\\31"]
    ),
    min_size=1,
    max_size=5,
).map(" ".join)
STEPS = st.one_of(
    st.builds(Step, st.sampled_from(["click", "hover", "dismiss", "wait"]), SELECTORS),
    st.builds(Step, st.just("wait"), st.just(""), st.integers(0, LONGEST_WAIT)),
    st.builds(Step, st.just("scroll"), SELECTORS | st.just(""), st.none() | st.integers(0, 1_000_000)),
)


@given(st.lists(STEPS, min_size=1, max_size=MOST_STEPS))
def test_a_recipe_reads_back_as_it_was_written(steps: list[Step]) -> None:
    assert read_recipe(str(step) for step in steps) == tuple(steps)


@given(st.lists(st.text() | st.builds("{} {}".format, st.sampled_from(VERBS), st.text()), max_size=30))
def test_any_text_is_a_recipe_or_raises_bad_recipe(lines: list[str]) -> None:
    try:
        steps = read_recipe(lines)
    except BadRecipe:
        return
    assert read_recipe(str(step) for step in steps) == steps
