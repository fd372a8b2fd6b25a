"""Quick filters: conditions on how visitors came and what they use, one URL parameter each.

`channel=mail,search&country=FR`: the values of one parameter mean "or", parameters mean "and". A comma or backslash in
a value is written after a backslash; `(none)` stands for visits without a value (`campaign=(none)`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.faults import Fault, fault
from rules.segment import rule_faults
from store.segments import MAX_VALUES, Rule, What

# What can be filtered. All concern the visit: how it began, or what it touched.
FILTERS: tuple[What, ...] = (
    "channel", "source", "medium", "campaign", "referrer", "country", "language", "browser", "os", "visitor",
    "landing", "exit", "saw", "weekday", "hour", "viewport",
)  # fmt: skip
NONE = "(none)"
_PARTS = re.compile(r"((?:[^,\\]|\\.)*)(?:,|$)", re.DOTALL)


@dataclass(frozen=True)
class Filter:
    """One of several values of a trait of the visit; `saw`: one of several pages or patterns that it contains."""

    what: What
    values: tuple[str, ...]

    @property
    def rule(self) -> Rule:
        return Rule(what=self.what, scope="visit", values=self.values)


@dataclass(frozen=True)
class FilterReading:
    """The valid filters, and the faults of the others."""

    filters: tuple[Filter, ...] = ()
    faults: tuple[Fault, ...] = field(default=())


def parse_filters(query: Mapping[str, str]) -> FilterReading:
    """The filters of a query."""
    filters: list[Filter] = []
    faults: list[Fault] = []
    for name in FILTERS:
        if not (text := query.get(name, "")):
            continue
        made = Filter(name, split_values(text))
        wrong = [Fault(name, one.code, one.values) for one in rule_faults(made.rule)]
        if not made.values and not wrong:  # the rule would mean any page
            wrong.append(fault(name, "values_missing"))
        if len(made.values) > MAX_VALUES:
            wrong.append(fault(name, "many", n=len(made.values), most=MAX_VALUES))
        faults += wrong
        if not wrong:
            filters.append(made)
    return FilterReading(tuple(filters), tuple(faults))


def filter_query(filters: tuple[Filter, ...]) -> dict[str, str]:
    """Filters as URL parameters."""
    return {one.what: joined_values(one.values) for one in filters}


def split_values(text: str) -> tuple[str, ...]:
    """The distinct values of a parameter, in order.

    >>> split_values(r"a,b\\,c,,a,(none)")
    ('a', 'b,c', '')
    """
    parts = [(part.strip(), re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL).strip()) for part in _PARTS.findall(text)]
    return tuple(dict.fromkeys("" if raw == NONE else value for raw, value in parts if value))


def joined_values(values: tuple[str, ...]) -> str:
    """Values as one parameter; `split_values` undoes it."""
    return ",".join(_escaped(value) for value in values)


def _escaped(value: str) -> str:
    if value in ("", NONE):
        return NONE if not value else f"\\{NONE}"
    return re.sub(r"([,\\])", r"\\\1", value)
