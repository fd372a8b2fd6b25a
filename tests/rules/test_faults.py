"""What is wrong with an input is a field, a code and figures."""

from string import Formatter

import pytest

from rules.faults import FAULTS, Fault, Faults, english, given


def test_a_fault_can_be_put_into_a_set():
    assert len({Fault("since", "missing"), Fault("since", "missing"), Fault("page", "missing")}) == 2


def test_an_unknown_code_is_a_mistake_of_the_programmer():
    with pytest.raises(ValueError, match="nonsense"):
        Fault("since", "nonsense")


def test_faults_are_never_empty():
    with pytest.raises(ValueError):
        Faults(())
    assert [fault.field for fault in Faults((Fault("a", "missing"), Fault("b", "missing")))] == ["a", "b"]


@pytest.mark.parametrize("code", FAULTS)
def test_every_code_has_an_english_sentence(code):
    holes = {name for _, name, _, _ in Formatter().parse(FAULTS[code]) if name}
    sentence = english(Fault("field", code, dict.fromkeys(holes, 7)))
    assert sentence.endswith(".")
    assert "{" not in sentence


def test_what_was_given_is_quoted_and_cut():
    assert english(Fault("kind", "choice", {"given": "tap"})) == "there is no 'tap'."
    assert len(given("x" * 500)) == 80
