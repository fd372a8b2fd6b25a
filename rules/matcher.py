"""The rules of a matcher, which says what counts as a contact with a touchpoint (store/journeys.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rules.faults import Fault, fault
from rules.segment import MOST_WILDCARDS
from store.journeys import ContactKind, Matcher

# on → the fields that count; the first one is required
FIELDS: Mapping[ContactKind, tuple[str, ...]] = {
    "page": ("page",),
    "element": ("element", "page"),
    "event": ("name", "page", "least", "most"),
    "channel": ("channel", "source", "medium", "campaign", "referrer"),
    "offsite": ("name", "source"),
}


def matcher_faults(matcher: Matcher) -> Iterator[Fault]:
    """Faults between the fields of a matcher."""
    known = FIELDS[matcher.on]
    for name in matcher.__struct_fields__:
        if name not in ("on", *known) and getattr(matcher, name) not in ("", None):
            yield fault(name, "unknown", allowed=", ".join(("on", *known)))
    if matcher.on in ("channel", "offsite"):
        if not any(getattr(matcher, name) for name in known):
            yield fault(known[0], "missing")
    elif not getattr(matcher, known[0]):
        yield fault(known[0], "missing")
    if matcher.on == "element" and matcher.element and not matcher.page:
        yield fault("page", "page_of_element")
    for name in ("page", "name"):
        if (n := getattr(matcher, name).count("*")) > MOST_WILDCARDS:
            yield fault(name, "wildcards_many", n=n, most=MOST_WILDCARDS)
    if matcher.least is not None and matcher.most is not None and matcher.least > matcher.most:
        yield fault("least", "amounts_swapped", least=matcher.least, most=matcher.most)
