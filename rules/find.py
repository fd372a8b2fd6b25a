"""Finds definitions by id, key or name, whether the current rules accept them or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rules import experiment, goal, journey, page_group, page_zone, segment, shape, sign_in, site, state, survey
from rules.faults import Fault, Faults, InvalidDefinition
from rules.fields import text_of
from store.definitions import KINDS, Definitions, Missing, Stored
from store.journeys import Journey
from store.lenient import Unbuildable, build
from store.page_groups import PageGroup
from store.page_zones import PageZone
from store.records import Experiment, PageState, Record, SignInRecipe, Site
from store.segments import Goal, Segment
from store.surveys import Survey

R = TypeVar("R", bound=Record)
D = TypeVar("D", bound="Record | Rejected[Any]")

_BETWEEN: dict[type[Record], shape.FieldRules] = {
    Site: site.faults_between,
    Experiment: experiment.faults_between,
    Goal: goal.faults_between,
    Journey: journey.faults_between,
    PageState: state.faults_between,
    Segment: segment.faults_between,
    PageGroup: page_group.faults_between,
    PageZone: page_zone.faults_between,
    SignInRecipe: sign_in.faults_between,
    Survey: survey.faults_between,
}
KEYED = ("state", "group")  # kinds whose ids are unique across all sites, while addresses use a key
_KIND_NAMES = {kind: name for name, kind in KINDS.items()}


@dataclass(frozen=True)
class Rejected(Generic[R]):
    """A stored definition that the current rules reject.

    `record` is what can be built from it if its limits are ignored; None if its structure is broken too.
    """

    kind: str  # a key of store.definitions.KINDS
    stored: Stored
    faults: Faults
    record: R | None = None

    @property
    def id(self) -> str:
        return self.stored.id

    @property
    def version(self) -> int:
        return self.stored.version

    @property
    def fields(self) -> Mapping[str, Any]:
        return self.stored.fields

    @property
    def key(self) -> str:
        """The key of a state or group, which its addresses use; the id of any other kind."""
        return (text_of(self.fields, "key") if self.kind in KEYED else "") or self.id

    @property
    def name(self) -> str:
        """Its name, or its id."""
        return text_of(self.fields, "name") or self.id


@dataclass(frozen=True)
class Listing(Generic[R]):
    """All definitions of a kind, both parts sorted by id."""

    records: tuple[R, ...]
    rejected: tuple[Rejected[R], ...]


class RejectedDefinition(InvalidDefinition):
    """The requested definition is stored, but the current rules reject it."""

    def __init__(self, rejected: Rejected[Any]) -> None:
        super().__init__(rejected.faults)
        self.rejected = rejected


class NotFound(Missing):
    """No definition has this id or name; `known` lists the existing ids (for states and groups, keys)."""

    def __init__(self, kind: str, wanted: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no {kind} {wanted!r}.")
        self.kind, self.wanted, self.known = kind, wanted, tuple(known)


def faults_of(record: Record) -> Faults | None:
    """The faults that the current rules find in a record; None if they accept it."""
    found = _checked(type(record), Stored(record.id, record.version, shape.plain(record)))
    return found.faults if isinstance(found, Rejected) else None


def all_of(definitions: Definitions, kind: type[R], site: str = "") -> Listing[R]:
    """Every definition of a kind; only those of one site if `site` is its id."""
    found = [_checked(kind, one) for one in definitions.stored(kind) if not site or one.fields.get("site") == site]
    records = tuple(one for one in found if not isinstance(one, Rejected))
    return Listing(records, tuple(one for one in found if isinstance(one, Rejected)))


def find(definitions: Definitions, kind: type[R], name: str, site: str = "") -> R | Rejected[R]:
    """The definition with this id (or key), else with this name. NotFound if there is none."""
    found = all_of(definitions, kind, site)
    every: tuple[R | Rejected[R], ...] = (*found.records, *found.rejected)
    one = named(every, name)
    if one is None:
        raise NotFound(_KIND_NAMES[kind], name, (_key(one) for one in every))
    return one


def named(definitions: Iterable[D], name: str) -> D | None:
    """The one with this id (or key), else with this name; None if there is none."""
    every = list(definitions)
    by_id = [one for one in every if name in (one.id, _key(one))]
    return next(iter(by_id or [one for one in every if getattr(one, "name", "") == name]), None)


def usable(found: R | Rejected[R]) -> R:
    """The record; RejectedDefinition if the rules reject the stored definition."""
    if isinstance(found, Rejected):
        raise RejectedDefinition(found)
    return found


def site_of(definitions: Definitions, name: str) -> Site:
    """The site with this id or name, even if it breaks the current limits. NotFound if there is none.

    RejectedDefinition if its structure is broken, so that it cannot be used at all.
    """
    found = find(definitions, Site, name)
    if isinstance(found, Rejected) and found.record is not None:
        return found.record
    return usable(found)


def stored_of(found: Record | Rejected[Any]) -> Stored:
    """The stored form of a definition, from which a change starts."""
    return found.stored if isinstance(found, Rejected) else Stored(found.id, found.version, shape.plain(found))


def _key(found: Record | Rejected[Any]) -> str:
    """What addresses carry: the key of a state or group, the id of any other kind."""
    return found.key if isinstance(found, PageState | PageGroup | Rejected) else found.id


def _checked(kind: type[R], stored: Stored) -> R | Rejected[R]:
    fields = {**stored.fields, "id": stored.id, "version": stored.version}
    made = shape.record(kind, fields, _BETWEEN.get(kind, _no_rules))
    if not isinstance(made, Faults):
        return made
    try:
        record: R | None = build(kind, fields)
    except Unbuildable:
        record = None
    return Rejected(_KIND_NAMES[kind], stored, made, record)


def _no_rules(values: Mapping[str, Any]) -> Iterable[Fault]:
    return ()
