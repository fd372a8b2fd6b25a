"""The rules of a page group: the patterns of the pages that are asked about together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from rules.faults import Fault, Faults, InvalidDefinition, accepted, fault
from rules.fields import text_of, without_none
from rules.names import slug
from rules.page import is_address, wildcard_faults
from rules.shape import record
from store.definitions import Conflict, Definitions, Missing, Stored
from store.page_groups import DeclinedGroups, PageGroup
from store.pages import NOT, selects

FIELDS = ("name", "key", "pages", "without", "picture_of", "version")
MOST_GROUPS = 200  # of a site
MOST_DECLINED = 500  # suggestions that are remembered; the oldest are forgotten first


def group_id(site: str, key: str) -> str:
    """The id of a group. Keys are unique within a site, ids across all sites."""
    return f"{site}.{key}"


def key_of(id: str) -> str:
    """The key in the id of a group."""
    return id.partition(".")[2]


def parse(fields: Mapping[str, object], site: str, stored: Stored | None = None) -> PageGroup | Faults:
    """A new group of the site (`key` is derived from the name if it is not given), or `stored` replaced.

    `version` of a change: the version it was based on, the stored one if it is not given.
    """
    fields = without_none(fields, "key", "version")
    if stored is None:
        plain: Mapping[str, object] = {"key": slug(text_of(fields, "name")), **fields}
        made = record(PageGroup, plain, faults_between, allowed=FIELDS, given={"site": site, "id": site, "version": 0})
        return made if isinstance(made, Faults) else replace(made, id=group_id(site, made.key))
    key = text_of(stored.fields, "key") or key_of(stored.id)
    asked = fields.get("key", key)

    def rules(values: Mapping[str, Any]) -> Iterator[Fault]:
        yield from faults_between(values)
        if asked != key:
            yield fault("key", "fixed", value=key)

    return record(PageGroup, {"version": stored.version, **fields}, rules, allowed=FIELDS,
                  given={"site": site, "id": stored.id, "key": key})  # fmt: skip


def faults_between(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults that the field types cannot express."""
    name, picture_of = values.get("name", ""), values.get("picture_of", "")
    if "/" in name or is_address(name):
        yield fault("name", "group_name", value=name)
    for field in ("pages", "without"):
        for n, pattern in enumerate(values.get(field, ())):
            yield from pattern_faults(pattern, f"{field}.{n}")
    if picture_of and {"pages", "without"} <= set(values):
        patterns = (*values["pages"], *(NOT + pattern for pattern in values["without"]))
        if picture_of.startswith("/") or not selects(patterns, picture_of):
            yield fault("picture_of", "picture_outside", value=picture_of)


def pattern_faults(pattern: str, field: str) -> Iterator[Fault]:
    """Faults of what is no pattern of addresses, or one that takes too long to compare."""
    if pattern.startswith(NOT) or not ("/" in pattern or "*" in pattern or is_address(pattern)):
        yield fault(field, "page_pattern", value=pattern)
    yield from wildcard_faults(pattern, field)


def in_order(groups: Iterable[PageGroup]) -> list[PageGroup]:
    """By name."""
    return sorted(groups, key=lambda group: (group.name.casefold(), group.key))


def add(definitions: Definitions, site: str, fields: Mapping[str, object], by: str = "") -> PageGroup:
    """Store a new group. InvalidDefinition if it has faults, its key or name is taken, or the site has too many."""
    made, others = accepted(parse(fields, site)), _others(definitions, site)
    if len(others) >= MOST_GROUPS:
        raise InvalidDefinition(Faults((fault("", "many_groups", most=MOST_GROUPS),)))
    _check_name(made, others)
    try:
        return definitions.put(made, by)
    except Conflict:
        raise InvalidDefinition(Faults((fault("key", "group_taken", value=made.key),))) from None


def change(definitions: Definitions, stored: Stored, site: str, fields: Mapping[str, object], by: str) -> PageGroup:
    """Replace a stored group. InvalidDefinition if it has faults, Conflict if somebody else has changed it since."""
    made = accepted(parse(fields, site, stored))
    _check_name(made, _others(definitions, site))
    return definitions.put(made, by)


def delete(definitions: Definitions, stored: Stored, by: str = "") -> None:
    """Delete a stored group; its pages and pictures stay. Conflict if somebody else has changed it since."""
    definitions.delete_stored(PageGroup, stored, by)


def declined(definitions: Definitions, site: str) -> tuple[str, ...]:
    """The patterns that are not suggested again, the oldest first."""
    try:
        return definitions.get(DeclinedGroups, site).patterns
    except Missing:
        return ()


def decline(definitions: Definitions, site: str, pattern: str, by: str = "") -> None:
    """Do not suggest this pattern again. InvalidDefinition if it cannot be one."""
    faults = tuple(pattern_faults(pattern, "pattern"))
    if faults:
        raise InvalidDefinition(Faults(faults))
    try:
        last = definitions.get(DeclinedGroups, site)
    except Missing:
        last = DeclinedGroups(id=site, site=site)
    kept = (*(one for one in last.patterns if one != pattern), pattern)[-MOST_DECLINED:]
    definitions.put(replace(last, patterns=kept), by)


def suggest_again(definitions: Definitions, site: str, by: str = "") -> None:
    """Forget which suggestions were declined."""
    try:
        definitions.delete(definitions.get(DeclinedGroups, site), by)
    except Missing:
        return


def _others(definitions: Definitions, site: str) -> list[Stored]:
    return [one for one in definitions.stored(PageGroup) if one.fields.get("site") == site]


def _check_name(group: PageGroup, others: Iterable[Stored]) -> None:
    for other in others:
        if other.id != group.id and text_of(other.fields, "name") == group.name:
            raise InvalidDefinition(Faults((fault("name", "group_taken", value=group.name),)))
