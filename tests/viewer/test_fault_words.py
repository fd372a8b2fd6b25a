"""Every fault of a question has a sentence in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import rules
from rules.faults import FAULTS, Fault, fault
from viewer.pages.frame.languages import CODES, language
from viewer.pages.map.fault_words import fault_words

MODULES = [Path(rules.__file__).parent / name for name in ("period.py", "page.py", "question.py", "resolve.py")]
FOUND = sorted({code for file in MODULES for code in re.findall(r'fault\([^()]*?, "(\w+)"', file.read_text())})
DAYS = ("since", "until", "today", "first", "last")


def example(code: str) -> Fault:
    holes = {name for _, name, _, _ in Formatter().parse(FAULTS[code]) if name}
    values = {name: "2020-11-21" if name in DAYS else 1200 if name in ("least", "most") else "x" for name in holes}
    return fault("days", code, **values)


def test_the_codes_of_questions_are_found() -> None:
    assert {"swapped", "missing", "choice", "no_state", "no_page", "whole_number"} <= set(FOUND)
    assert set(FOUND) <= set(FAULTS)


@pytest.mark.parametrize("code", FOUND)
def test_a_fault_has_a_sentence_in_both_languages(code: str) -> None:
    sentences = [fault_words(language(one), example(code)) for one in CODES]
    assert len(set(sentences)) == len(CODES)
    for sentence in sentences:
        assert sentence != example(code).sentence, "the English of the API, not of the pages"
        assert "%(" not in sentence
        assert sentence[-1] == "."


def test_figures_are_written_as_the_reader_does() -> None:
    french = fault_words(language("fr"), example("whole_number"))
    assert "1\u202f200" in french
    assert "21 novembre 2020" in fault_words(language("fr"), example("swapped"))
