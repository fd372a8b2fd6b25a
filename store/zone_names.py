"""The names of time zones: those that exist, the one that a wrong name may mean, and that of this machine."""

from __future__ import annotations

import difflib
from functools import cache
from zoneinfo import available_timezones

import tzlocal

from store.zones import UTC_ZONE, Zone

_NAMES_OF_UTC = (None, "", "UTC", "Etc/UTC", "Etc/UCT", "Etc/Zulu", "Etc/Universal", "GMT", "Etc/GMT")


class UnknownZone(ValueError):
    """There is no such time zone; `example` is a name that may be meant."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.example = _likely(name)


def zone_named(name: str) -> Zone:
    """The zone with this IANA name, such as Europe/Paris. UnknownZone if there is none."""
    if not is_zone(name):
        raise UnknownZone(name)
    return Zone(name)


def is_zone(name: str) -> bool:
    """Whether there is a zone with this name."""
    return name in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def zone_names() -> tuple[str, ...]:
    """All names of zones, in alphabetical order."""
    return tuple(sorted(_known()))


def machine_zone() -> Zone:
    """The zone of the machine that this process runs on; UTC if it is not set, or has no IANA name."""
    try:
        name = tzlocal.get_localzone_name()
        return UTC_ZONE if name in _NAMES_OF_UTC else zone_named(name)
    except (UnknownZone, LookupError, OSError, ValueError):
        return UTC_ZONE


def _likely(name: str) -> str:
    """The name of a zone that a wrong one may mean: the same in other letters, or its last part (Paris)."""
    plain = {zone.casefold(): zone for zone in zone_names()}
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in reversed(zone_names())}
    wanted = name.strip().replace(" ", "_").casefold()
    if found := plain.get(wanted) or cities.get(wanted.rpartition("/")[2]):
        return found
    near = difflib.get_close_matches(wanted[:64], plain, 1) or difflib.get_close_matches(wanted[:64], cities, 1)
    return (plain | cities)[near[0]] if near else "Europe/Paris"
