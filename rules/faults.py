"""What is wrong with an input: a field, a code and figures. The viewer words them in each language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as with_default

Scalar = str | int | float | bool

# code -> English sentence. `values` fills the holes; text that came from outside is quoted by `english`.
FAULTS = {
    "missing": "is missing.",
    "choice": "there is no {given}.",
    "whole_number": "{given} is not a whole number from {least} to {most}.",
    "day": "{given} is not a day like 2026-11-21.",
    "day_range": "{given} is not a day from {first} to {last}.",
    "swapped": "the start, {since}, is after the end, {until}.",
    "after_today": "the start, {since}, is after today, {today}.",
    "no_page": "{given} is neither an address (host/path) nor a path.",
    "not_http": "{given} is not an http(s) address with a host.",
    "host_missing": "{given} needs its host: write host/path.",
    "variant_form": "{given} is not written EXPERIMENT:VARIANT.",
    "no_variant": "{experiment} has no variant {given}.",
    "shows_both": "a comparison shows both variants: leave it out.",
    "no_state": "there is no picture of this page in state {given}, and no such state is defined for it.",
    "state_of_reach": "reach is that of the page as it opens: leave the state out.",
}
GIVEN = 80  # characters of an input that a fault repeats


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. `field`: dotted path of the input (`since`, `variants.1.key`); `code`: one of FAULTS.

    `values` fill the sentence. Where `values` has `allowed`, it lists what the field may be.
    """

    field: str
    code: str
    values: Mapping[str, Scalar] = with_default(default_factory=dict)

    def __post_init__(self) -> None:
        if self.code not in FAULTS:
            raise ValueError(f"{self.code!r} is not a code of rules.faults.FAULTS")

    def __hash__(self) -> int:
        return hash((self.field, self.code, tuple(sorted(self.values.items()))))

    @property
    def allowed(self) -> str:
        """What the field may be, as a list; empty where the sentence says it."""
        return str(self.values.get("allowed", ""))


@dataclass(frozen=True)
class Faults:
    """At least one fault, in the order of the fields."""

    found: tuple[Fault, ...]

    def __post_init__(self) -> None:
        if not self.found:
            raise ValueError("Faults holds at least one fault")

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)


def given(text: str) -> str:
    """An input as a fault repeats it: cut to GIVEN characters."""
    return text if len(text) <= GIVEN else text[: GIVEN - 1] + "…"


def english(fault: Fault) -> str:
    """The sentence of a fault, for programs and logs."""
    quoted = {name: repr(value) if name == "given" else value for name, value in fault.values.items()}
    return FAULTS[fault.code].format(**quoted)
