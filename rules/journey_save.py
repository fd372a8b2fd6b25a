"""Saves a journey that is edited in place: a change made at the same time is merged instead of rejected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from rules.faults import InvalidDefinition, accepted
from rules.find import faults_of
from rules.journey import parse
from rules.journey_base import checked_base
from rules.journey_lanes import laid_out
from rules.journey_merge import Merged, merged
from store.definitions import Conflict, Definitions, Stored
from store.journeys import Journey

ATTEMPTS = 5  # writes that somebody else may overtake one after the other


@dataclass(frozen=True)
class SavedJourney:
    """The journey as stored. `clashes`: paths of what both changed (rules/journey_merge.py); empty if nobody else
    changed the same."""

    journey: Journey
    clashes: tuple[str, ...] = ()


def save(
    definitions: Definitions, stored: Stored, site: str, fields: Mapping[str, object], by: str = ""
) -> SavedJourney:
    """Store a changed journey. `version` of the fields: the version that the change began with.

    A version that somebody else stored since is merged with it. InvalidDefinition if the journey or the merged one has
    faults; Conflict if the version was never stored, or if others go on storing faster.
    """
    mine = laid_out(checked_base(definitions, accepted(parse(fields, site, stored)), stored))
    for _ in range(ATTEMPTS - 1):
        try:
            return _saved(definitions, mine, by)
        except Conflict:
            if mine.version >= definitions.get(Journey, mine.id).version:
                raise
    return _saved(definitions, mine, by)


def _saved(definitions: Definitions, mine: Journey, by: str) -> SavedJourney:
    current = laid_out(definitions.get(Journey, mine.id))
    if current.version == mine.version:
        return SavedJourney(definitions.put(mine, by) if mine != current else current)
    found = _merged(definitions, mine, current)
    if faults := faults_of(found.journey):
        raise InvalidDefinition(faults)
    same = replace(found.journey, version=current.version) == current
    return SavedJourney(current if same else definitions.put(found.journey, by), found.clashes)


def _merged(definitions: Definitions, mine: Journey, current: Journey) -> Merged:
    """`mine` began with a version that is not the stored one."""
    since = definitions.revisions(Journey, mine.id)
    base = next((one.record for one in since if one.version == mine.version), None)
    if base is None:
        raise Conflict(f"The journey {mine.id!r} has no version {mine.version}: load it again.")
    author = next((one.author for one in since if one.version == current.version), "")
    return merged(laid_out(base), mine, current, author)
