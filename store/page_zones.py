"""Zones: named parts of a page, stored by the elements that they consist of (docs/zones.md)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from store.records import Key, Pattern, Record

MAX_ELEMENTS = 500  # of a zone

KnownKey = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$", extra={"code": "element_key"})]


class ElementPrint(Struct, frozen=True):
    """How an element of a zone was recognised on the picture where it was chosen: its path and fingerprints."""

    path: Annotated[str, Meta(max_length=4096)]
    fp: Annotated[str, Meta(max_length=4096)] = ""


class PageZone(Record, frozen=True, kw_only=True):
    """A named part of a page, or of the pages of a pattern or a page group.

    `page`: a canonical page, a pattern, or the key of a page group. `elements`: their keys, 16 hexadecimal digits;
    what lies in an element belongs to the zone too. `prints`: of each element, in the same order.
    """

    id: Key
    site: str
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    page: Pattern
    elements: Annotated[tuple[KnownKey, ...], Meta(min_length=1, max_length=MAX_ELEMENTS)]
    prints: Annotated[tuple[ElementPrint, ...], Meta(max_length=MAX_ELEMENTS)] = ()
