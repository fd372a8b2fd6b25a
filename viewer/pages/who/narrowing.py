"""Questions with another filter: the same question narrowed to a value too, or no longer."""

from __future__ import annotations

from dataclasses import replace

from rules.filters import FILTERS, Filter
from rules.question import Question
from store.segments import What


def values_of(question: Question, what: What) -> tuple[str, ...]:
    """The values that a question's filter of this trait lets through; empty without one."""
    return next((one.values for one in question.filters if one.what == what), ())


def with_values(question: Question, what: What, values: tuple[str, ...]) -> tuple[Filter, ...]:
    """The filters of the question with these values of a trait, in the order of the parameters."""
    made = {one.what: one for one in question.filters if one.what != what}
    if values:
        made[what] = Filter(what, values)
    return tuple(made[name] for name in FILTERS if name in made)


def toggled(question: Question, what: What, value: str) -> tuple[Filter, ...]:
    """The filters with one value more, or without it if it is on. Several values of a trait mean "or"."""
    now = values_of(question, what)
    return with_values(question, what, tuple(one for one in now if one != value) if value in now else (*now, value))


def everybody(question: Question) -> Question:
    """The question with nothing that narrows it but the devices."""
    return replace(question, filters=(), segment="", tree=None)
