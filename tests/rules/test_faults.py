"""Faults: ordered, worded, and never without one."""

from __future__ import annotations

from string import Formatter

import pytest

from rules.faults import CONFLICTS, FAULTS, Faults, fault, in_order


def test_faults_are_in_the_order_of_the_fields_and_each_once() -> None:
    mixed = [fault("b.10", "missing"), fault("x", "missing"), fault("b.2", "missing"), fault("a", "missing")] * 2
    assert [one.field for one in in_order(mixed, ["a", "b"])] == ["a", "b.2", "b.10", "x"]


def test_a_sentence_names_its_field_and_quotes_little_of_a_value() -> None:
    assert fault("kind", "choice", value="tap", allowed="a, b").sentence == "kind: is 'tap': choose one of a, b."
    assert fault("", "many_states", most=50).sentence == "A site can have at most 50 states: delete one first."
    assert len(fault("kind", "choice", value="x" * 5000, allowed="a, b").sentence) < 300


def test_there_are_no_faults_without_a_fault() -> None:
    with pytest.raises(ValueError):
        Faults(())


@pytest.mark.parametrize("code", FAULTS)
def test_every_code_has_an_english_sentence(code: str) -> None:
    holes = {name for _, name, _, _ in Formatter().parse(FAULTS[code]) if name}
    assert Faults((fault("field", code, **dict.fromkeys(holes, 7)),)).sentence.endswith(".")


def test_conflicts_are_codes_of_faults() -> None:
    assert set(CONFLICTS) <= set(FAULTS)
