"""The rules of a site: its name, its domains, its team."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from msgspec import Meta, Struct
from msgspec.structs import replace

from rules.domains import domain_fault, domain_of, network_fault, network_of
from rules.faults import Fault, Faults, accepted, fault
from rules.fields import address_fault, is_address, text_of, without_none, zone_fault
from rules.private_hosts import host_of_domain, is_off_limits_host
from rules.shape import record
from store.definitions import Conflict, Definitions, Stored
from store.records import Site
from store.sites import GRACE_DAYS, new_key
from store.visitors import staff_marks
from store.zone_names import machine_zone

FIELDS = (
    "name",
    "domains",
    "allow_private",
    "keep_query",
    "fetch_from",
    "staff_networks",
    "staff_ids",
    "demo",
    "retake",
    "keep_pictures",
    "keep_views_days",
    "keep_points_days",
    "keep_events_days",
    "keep_pictures_days",
    "timezone",
    "mode",
    "least_visitors",
)
LONGEST_GRACE = 365  # days


class KeyRotation(Struct, frozen=True):
    """How a key is rotated."""

    grace_days: Annotated[int, Meta(ge=0, le=LONGEST_GRACE)] = GRACE_DAYS


def parse(fields: Mapping[str, object], taken: Collection[str], stored: Stored | None = None) -> Site | Faults:
    """A new site, whose id is still 0, or `stored` with changes: fields that are left out keep their values.

    `taken`: the names of the other sites. `version` of a change: the version it was based on, the stored one
    if it is not given. Team ids may be as typed: `add` and `change` turn them into marks.
    """
    fields = without_none(fields, "version")

    def rules(values: Mapping[str, Any]) -> Iterator[Fault]:
        yield from faults_between(values)
        if values.get("name") in taken:
            yield fault("name", "site_taken", value=values["name"])

    if stored is None:
        given: dict[str, object] = {"id": "0", "key": new_key(), "version": 0}
        made = record(Site, fields, rules, allowed=FIELDS, given=given)
    else:
        kept = {name: value for name, value in stored.fields.items() if name in FIELDS}
        given = {name: stored.fields[name] for name in ("key", "old_keys") if name in stored.fields}
        plain = {**kept, "version": stored.version, **fields}
        made = record(Site, plain, rules, allowed=(*FIELDS, "version"), given={"id": stored.id, **given})
    return made if isinstance(made, Faults) else _tidy(made)


def faults_between(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults that the field types cannot express."""
    if values.get("name", "").isdigit():
        yield fault("name", "number_name", value=values["name"])
    for n, text in enumerate(values.get("domains", ())):
        if found := domain_fault(text, f"domains.{n}"):
            yield found
        elif is_off_limits_host(host_of_domain(text)):
            yield fault(f"domains.{n}", "off_limits", value=text)
    for n, text in enumerate(values.get("staff_networks", ())):
        if found := network_fault(text, f"staff_networks.{n}"):
            yield found
    address = values.get("fetch_from", "")
    yield from address_fault(address, "fetch_from")
    if is_address(address) and is_off_limits_host(urlsplit(address).hostname or ""):
        yield fault("fetch_from", "off_limits", value=address)
    yield from zone_fault(values.get("timezone", ""), "timezone")


def add(definitions: Definitions, fields: Mapping[str, object], by: str = "") -> Site:
    """Store a new site under the next free number. InvalidDefinition if it has faults."""
    made = accepted(parse(fields, taken_names(definitions)))
    while True:
        number = max((int(id) for id in definitions.ids(Site)), default=0) + 1
        try:
            return definitions.put(_marked(definitions, replace(made, id=str(number))), by)
        except Conflict:  # another process took this number: take the next
            continue


def with_zone(fields: Mapping[str, object]) -> dict[str, object]:
    """The fields of a new site; without a time zone, it is guessed to be that of this machine."""
    return {**fields, "timezone": fields.get("timezone") or machine_zone().name}


def change(definitions: Definitions, stored: Stored, fields: Mapping[str, object], by: str) -> Site:
    """Change a stored site. InvalidDefinition if it has faults, Conflict if somebody else has changed it since."""
    made = accepted(parse(fields, taken_names(definitions, but=stored.id), stored))
    return definitions.put(_marked(definitions, made), by)


def add_site(definitions: Definitions, name: str, domains: Sequence[str], **fields: Any) -> Site:
    """`add` for callers in Python."""
    return add(definitions, {"name": name, "domains": list(domains), **fields})


def taken_names(definitions: Definitions, but: str = "") -> set[str]:
    """The names of all sites except the site `but`."""
    return {text_of(one.fields, "name") for one in definitions.stored(Site) if one.id != but}


def _tidy(site: Site) -> Site:
    """The same with hosts and networks normalised and without duplicates."""
    return replace(
        site,
        domains=tuple(dict.fromkeys(map(domain_of, site.domains))),
        staff_networks=tuple(dict.fromkeys(map(network_of, site.staff_networks))),
    )


def _marked(definitions: Definitions, site: Site) -> Site:
    return replace(site, staff_ids=staff_marks(definitions, int(site.id), site.staff_ids))


def parse_rotation(fields: Mapping[str, object]) -> KeyRotation | Faults:
    """For how many days the previous key keeps working."""
    return record(KeyRotation, fields, allowed=("grace_days",))
