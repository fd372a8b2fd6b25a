"""Checks of values that several kinds share: days, time zones, addresses, keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from rules.faults import Fault, fault
from store.zone_names import UnknownZone, zone_named


def day_faults(values: Mapping[str, Any], *names: str) -> Iterator[Fault]:
    """Faults of dates that have the right format but do not exist (2026-02-30)."""
    for name in names:
        if (text := values.get(name)) and day_of(text) is None:
            yield fault(name, "day", value=text)


def day_of(text: str) -> date | None:
    """The date of an ISO string; None if it is not valid."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def address_fault(text: str, path: str) -> Iterator[Fault]:
    """A fault unless the text is empty or an http(s) address with a host."""
    if text and not is_address(text):
        yield fault(path, "address", value=text)


def is_address(text: str) -> bool:
    """Whether the text is an http(s) address with a host. `urlsplit` would ignore tabs and line breaks in it."""
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False
    return has_host and parts.scheme in ("http", "https") and text.isprintable()


def zone_fault(text: str, path: str) -> Iterator[Fault]:
    """A fault unless the text is empty or the name of a time zone."""
    try:
        if text:
            zone_named(text)
    except UnknownZone as unknown:
        yield fault(path, "zone", value=text, example=unknown.example)


def twice_faults(keys: Iterable[tuple[str, str]]) -> Iterator[Fault]:
    """Faults of repeated keys, given as (path, key)."""
    seen: set[str] = set()
    for path, key in keys:
        if key in seen:
            yield fault(path, "twice", value=key)
        seen.add(key)


def without_none(fields: Mapping[str, object], *names: str) -> dict[str, object]:
    """The fields without those of `names` that are None, which in JSON means "not given"."""
    return {name: value for name, value in fields.items() if value is not None or name not in names}


def text_of(fields: Mapping[str, object], name: str) -> str:
    """A field as stripped text; empty if it is missing or not text."""
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""
