"""The rules of a goal: an action that visitors are hoped to do (store/segments.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rules.by_name import parse_by_name, put_under_free_id
from rules.faults import Fault, Faults, accepted, fault
from rules.segment import action_faults
from store.definitions import Definitions, Stored
from store.segments import Action, Goal

FIELDS = ("name", "action", "counted", "within_days", "version")
# What a goal can be → the fields of its action; the first one is required
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "saw": ("page",),
    "clicked": ("element", "page"),
    "sent": ("name", "page", "least", "most"),
    "submitted": ("page", "element"),
    "stayed": ("least", "most", "page"),
    "scrolled": ("least", "page"),
}


def parse(fields: Mapping[str, object], site: str, stored: Stored | None = None) -> Goal | Faults:
    """A new goal of the site with an id derived from its name, or `stored` replaced.

    `version` of a change: the version it was based on, the stored one if it is not given.
    """
    return parse_by_name(Goal, fields, faults_between, FIELDS, site, stored)


def faults_between(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults that the field types cannot express."""
    action = values.get("action")
    if isinstance(action, Action):
        yield from (one.under("action") for one in _action_faults(action))


def _action_faults(action: Action) -> Iterator[Fault]:
    known = ACTIONS.get(action.what)
    if known is None:
        yield fault("what", "choice", value=action.what, allowed=", ".join(ACTIONS))
        return
    for name in action.__struct_fields__:
        if name not in ("what", *known) and getattr(action, name) not in ("", None):
            yield fault(name, "unknown", allowed=", ".join(("what", *known)))
    if action.what in ("saw", "clicked", "submitted") and not getattr(action, known[0]):
        yield fault(known[0], "missing")
    if action.what == "scrolled" and action.least is None:
        yield fault("least", "amount_missing")
        return
    yield from action_faults(action)
    if action.what in ("stayed", "scrolled"):
        for name in ("least", "most"):
            if (amount := getattr(action, name)) is not None and amount < 0:
                yield fault(name, "low", value=amount, least=0)
    if action.what == "scrolled" and (action.least or 0) > 1:
        yield fault("least", "high", value=action.least or 0, most=1)


def add(definitions: Definitions, site: str, fields: Mapping[str, object], by: str = "") -> Goal:
    """Store a new goal under a free id derived from its name. InvalidDefinition if it has faults."""
    made = accepted(parse(fields, site))
    return put_under_free_id(definitions, made, made.name, by)


def change(definitions: Definitions, stored: Stored, site: str, fields: Mapping[str, object], by: str) -> Goal:
    """Replace a stored goal. InvalidDefinition if it has faults, Conflict if somebody else has changed it since."""
    return definitions.put(accepted(parse(fields, site, stored)), by)
