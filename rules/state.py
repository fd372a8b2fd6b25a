"""The rules of a page state: the pages that have it, and the steps that bring a page into it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from rules.faults import Fault, Faults, InvalidDefinition, accepted, fault
from rules.fields import text_of, without_none
from rules.names import slug
from rules.recipe import check_recipe
from rules.shape import record
from store.definitions import Conflict, Definitions, Stored
from store.records import PageState

FIELDS = ("name", "key", "pages", "steps", "first", "devices", "place", "version")
MOST_STATES = 50  # of a site


def state_id(site: str, key: str) -> str:
    """The id of a state. Keys are unique within a site, ids across all sites."""
    return f"{site}.{key}"


def parse(fields: Mapping[str, object], site: str, stored: Stored | None = None) -> PageState | Faults:
    """A new state of the site (`key` is derived from the name if it is not given), or `stored` replaced.

    `version` of a change: the version it was based on, the stored one if it is not given.
    """
    fields = without_none(fields, "key", "version")
    if stored is None:
        plain: Mapping[str, object] = {"key": slug(text_of(fields, "name")), **fields}
        made = record(PageState, plain, faults_between, allowed=FIELDS, given={"site": site, "id": site, "version": 0})
        return made if isinstance(made, Faults) else _tidy(replace(made, id=state_id(site, made.key)))
    key = text_of(stored.fields, "key") or stored.id.partition(".")[2]
    asked = fields.get("key", key)

    def rules(values: Mapping[str, Any]) -> Iterator[Fault]:
        yield from faults_between(values)
        if asked != key:
            yield fault("key", "fixed", value=key)

    made = record(PageState, {"version": stored.version, **fields}, rules, allowed=FIELDS,
                  given={"site": site, "id": stored.id, "key": key})  # fmt: skip
    return made if isinstance(made, Faults) else _tidy(made)


def faults_between(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults that the field types cannot express."""
    if "steps" in values:
        yield from check_recipe(values["steps"])[1]


def in_order(states: Iterable[PageState]) -> list[PageState]:
    """The owner's order: a point belongs to the first state that shows its element."""
    return sorted(states, key=lambda state: (state.first, state.place, state.name, state.key))


def add(definitions: Definitions, site: str, fields: Mapping[str, object], by: str = "") -> PageState:
    """Store a new state. InvalidDefinition if it has faults, its key is taken, or the site has too many states."""
    made = accepted(parse(fields, site))
    if sum(one.fields.get("site") == site for one in definitions.stored(PageState)) >= MOST_STATES:
        raise InvalidDefinition(Faults((fault("", "many_states", most=MOST_STATES),)))
    try:
        return definitions.put(made, by)
    except Conflict:
        raise InvalidDefinition(Faults((fault("key", "state_taken", value=made.key),))) from None


def change(definitions: Definitions, stored: Stored, site: str, fields: Mapping[str, object], by: str) -> PageState:
    """Replace a stored state. InvalidDefinition if it has faults, Conflict if somebody else has changed it since."""
    return definitions.put(accepted(parse(fields, site, stored)), by)


def _tidy(state: PageState) -> PageState:
    """The same with its steps normalised and without empty lines."""
    return replace(state, steps=tuple(str(step) for step in check_recipe(state.steps)[0]))
