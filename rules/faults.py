"""Faults: what is wrong with an input, as a field, a code and figures.

The viewer words them in the reader's language; the API adds the English sentence of `FAULTS`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as _field

Scalar = str | int | float | bool

FAULTS: dict[str, str] = {
    # of any field
    "missing": "is missing.",
    "choice": "is {value!r}: choose one of {allowed}.",
    "day": "is {value!r}: write a day of the calendar such as 2026-11-21.",
    # of questions (rules/period.py, rules/page.py, rules/question.py)
    "whole_number": "is {value!r}: write a whole number from {least} to {most}.",
    "day_range": "is {value!r}: write a day from {first} to {last}.",
    "swapped": "the start, {since}, is after the end, {until}.",
    "after_today": "the start, {since}, is after today, {today}.",
    "no_page": "{value!r} is neither an address (host/path) nor a path.",
    "not_http": "{value!r} is not an http(s) address with a host.",
    "host_missing": "{value!r} needs its host: write host/path.",
    "variant_form": "{value!r} is not written EXPERIMENT:VARIANT.",
    "no_variant": "{experiment} has no variant {value!r}: choose one of {allowed}.",
    "shows_both": "a comparison shows both variants: leave it out.",
    "no_state": "there is no picture of this page in state {value!r}, and no such state is defined for it.",
    "state_of_reach": "reach is that of the page as it opens: leave the state out.",
}
_SHOWN = 80  # characters of a value that a fault quotes


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `field` is a path such as `variants.1.key`, counted from 0; "" is the whole."""

    field: str
    code: str  # a key of FAULTS
    values: Mapping[str, Scalar] = _field(default_factory=dict, hash=False)

    @property
    def sentence(self) -> str:
        """The fault in English, with its field."""
        words = FAULTS[self.code].format(**self.values)
        return f"{self.field}: {words}" if self.field else words


def fault(field: str, code: str, **values: Scalar) -> Fault:
    """A fault whose quoted values are cut to a length that can be shown."""
    return Fault(str(quoted(field)), code, {name: quoted(value) for name, value in values.items()})


def quoted(value: Scalar) -> Scalar:
    """The value as a fault carries it: short, and without what cannot be encoded."""
    if isinstance(value, str):
        return value[:_SHOWN].encode("utf-8", "replace").decode()
    return value


@dataclass(frozen=True)
class Faults:
    """All that is wrong with an input, at least one fault, in the order of its fields."""

    all: tuple[Fault, ...]

    def __post_init__(self) -> None:
        if not self.all:
            raise ValueError("Faults without a fault")

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    @property
    def sentence(self) -> str:
        """All of them in English."""
        return " ".join(one.sentence for one in self.all)


def in_order(faults: Iterable[Fault], fields: Iterable[str]) -> tuple[Fault, ...]:
    """Each fault once, in the order of `fields`, then by position in lists; unknown fields last."""
    rank = {name: n for n, name in enumerate(fields)}

    def place(one: Fault) -> tuple[int, tuple[tuple[int, str], ...]]:
        parts = one.field.split(".")
        return rank.get(parts[0], len(rank)), tuple((int(p), "") if p.isdecimal() else (0, p) for p in parts)

    return tuple(sorted(dict.fromkeys(faults), key=place))
