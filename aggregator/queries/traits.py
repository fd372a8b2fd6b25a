"""Traits of a view as SQL on a row of `views`."""

from __future__ import annotations

from aggregator.queries.bound_values import BoundValues
from store.resolved_rules import ResolvedAction, ResolvedRule
from store.segments import Action, Rule
from store.zones import DAY_MS

# Of a visit, those of its first view. The others are those of any of its views.
OF_FIRST_VIEW = frozenset(
    ("device", "browser", "os", "country", "language", "channel", "source", "medium", "campaign", "referrer")
)
HOUR_MS = 3_600_000


def trait_sql(rule: Rule, values: BoundValues, ms_ahead: str) -> str:
    """The condition that a view has one of the rule's values or contains one, whether the rule wants that or not.

    `ms_ahead`: SQL for how far local time is ahead of UTC.
    """
    contains = rule.how in ("contains", "contains_not")
    match rule.what:
        case "landing" | "exit":
            return values.contains("page", rule.values) if contains else values.on_pages("page", pages_of(rule))
        case "viewport":
            return f"({' OR '.join(_width(value, values) for value in rule.values)})"
        case "variant":
            return f"({' OR '.join(_variant(value, values) for value in rule.values)})"
        case "weekday":
            return _local(f"(intDiv({{}}, {DAY_MS}) + 3) % 7 + 1", rule, values, ms_ahead)
        case "hour":
            return _local(f"intDiv({{}}, {HOUR_MS}) % 24", rule, values, ms_ahead)
    return values.contains(rule.what, rule.values) if contains else values.one_of(rule.what, rule.values)


def pages_of(rule: Rule | Action) -> list[tuple[str, ...]]:
    """The lists of patterns that a rule names, one of which must select the page; none: any page."""
    if isinstance(rule, ResolvedRule | ResolvedAction):
        return list(rule.pages)
    of_values = rule.values if isinstance(rule, Rule) and rule.what in ("saw", "landing", "exit") else ()
    return [(page,) for page in (rule.page, *of_values) if page]


def is_negative(rule: Rule) -> bool:
    """Whether the rule wants that the trait is absent."""
    return rule.how in ("is_not", "contains_not")


def _width(value: str, values: BoundValues) -> str:
    least, _, most = value.partition("-")
    low, high = values.bind("UInt32", int(least)), values.bind("UInt32", int(most or 1_000_000))
    return f"viewport_w BETWEEN {low} AND {high}"


def _variant(value: str, values: BoundValues) -> str:
    experiment, _, key = value.rpartition(":")
    return f"variants[{values.bind('String', experiment)}] = {values.bind('String', key)}"


def _local(part: str, rule: Rule, values: BoundValues, ms_ahead: str) -> str:
    """The condition that a part of the local time is one of the rule's numbers."""
    local = part.format(f"(toUnixTimestamp64Milli(time) + {ms_ahead})")
    return f"({local} IN {values.bind('Array(Int64)', [int(value) for value in rule.values])})"
