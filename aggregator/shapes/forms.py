"""What visitors did in the fields of a page's forms. Never what they typed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldTotals:
    """One field, by its element key: `reached` visitors had the focus in it.

    `corrected`, `blank`: those of them who corrected it, or left it without a value, at least once. `last`: for how
    many who began and did not submit it was the last field before they left. `median_ms`, `ninety_ms`: the time with
    the focus in it in all, of the median visitor and of nine in ten.
    """

    key: int
    reached: int
    corrected: int
    blank: int
    last: int
    median_ms: float
    ninety_ms: float


@dataclass(frozen=True)
class FormTotals:
    """The forms of a page: of the `visitors` of the page, how many `began` (had the focus in a field) and how many of
    these `submitted`. `median_ms`: the time in all fields of the median visitor who began."""

    page: str
    visitors: int
    began: int
    submitted: int
    median_ms: float
