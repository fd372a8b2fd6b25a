"""The rows of the overview's tables as filters: a link narrows the page to a row, or back out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

from aggregator.shapes.overview import Split
from rules.filters import FILTERS, Filter
from rules.question import Question
from store.devices import Device
from store.segments import What


@dataclass(frozen=True)
class Narrowed:
    """One value that narrows who is counted."""

    by: Split
    value: str


def is_on(question: Question, one: Narrowed) -> bool:
    """Whether the question is narrowed to a value."""
    if one.by == "device":
        return question.device == one.value
    return any(known.what == one.by and one.value in known.values for known in question.filters)


def toggled(question: Question, one: Narrowed) -> Question:
    """The question narrowed to a value too, or no longer. Values of one split mean "or", of two splits "and"."""
    if one.by == "device":
        devices: Sequence[Device] = get_args(Device)
        chosen = next((device for device in devices if device == one.value), None)
        return replace(question, device="" if chosen is None or question.device == chosen else chosen)
    values = next((known.values for known in question.filters if known.what == one.by), ())
    left = tuple(value for value in values if value != one.value)
    return with_values(question, one.by, (*values, one.value) if left == values else left)


def with_values(question: Question, by: What, values: tuple[str, ...]) -> Question:
    """The question with these values of a split as its filter, in the order of the parameters."""
    made = {known.what: known for known in question.filters if known.what != by}
    if values:
        made[by] = Filter(by, values)
    return replace(question, filters=tuple(made[name] for name in FILTERS if name in made))
