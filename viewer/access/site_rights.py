"""Which fields of a site a person may set."""

from __future__ import annotations

from collections.abc import Mapping

from rules.faults import InvalidDefinition
from rules.owner_only import owner_only
from store.definitions import Stored
from viewer.access.person import Person


def check_site_fields(who: Person, fields: Mapping[str, object], stored: Stored | None = None) -> None:
    """InvalidDefinition, which the API answers with 403, if only an owner may make this change."""
    if not who.may("owner") and (found := owner_only(fields, stored)):
        raise InvalidDefinition(found)
