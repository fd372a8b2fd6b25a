"""Which pages a zone belongs to (store/page_zones.py), and which zones a page has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rules.faults import Fault, Faults, InvalidDefinition, fault, in_order
from rules.fields import text_of
from rules.find import named
from rules.page import is_address, page_meant
from rules.page_zone import FIELDS, parse
from rules.resolve import Known
from store.definitions import Stored
from store.page_groups import PageGroup
from store.page_zones import PageZone
from store.pages import selects


def with_page(fields: Mapping[str, object], known: Known, stored: Stored | None = None) -> dict[str, object]:
    """The fields of a zone with the page that their `page` means: the key of a page group, a canonical page or a
    pattern. `stored`: the zone that they change.

    InvalidDefinition with all their faults if it means none.
    """
    text = text_of(fields, "page")
    if not text:
        return dict(fields)
    meant = _page_meant(text, known)
    if isinstance(meant, Fault):
        made = parse(fields, known.site.id, stored)
        others = made.all if isinstance(made, Faults) else ()
        raise InvalidDefinition(Faults(in_order((*(one for one in others if one.top != "page"), meant), FIELDS)))
    return {**fields, "page": meant}


def _page_meant(text: str, known: Known) -> str | Fault:
    group = None if text in known.pages else named(known.groups, text)
    if group:
        return group.key
    if not ("/" in text or "*" in text or is_address(text)) or text in known.other_groups:
        return fault("page", "zone_page", value=text)
    return page_meant(known.site, text, known.pages)


def patterns_at(page: str, groups: Iterable[PageGroup]) -> tuple[str, ...]:
    """The `page` of a zone as patterns (`store.pages.selects`). That of a deleted group matches no page."""
    group = named(groups, page)
    return group.patterns if group else (page,)


def zones_of(zones: Iterable[PageZone], page: str, groups: Iterable[PageGroup]) -> list[PageZone]:
    """The zones of a page, a pattern or a page group (its key), by name; of a page, those of its groups too."""
    every = tuple(groups)
    is_one = "*" not in page and named(every, page) is None
    found = [one for one in zones if one.page == page or (is_one and selects(patterns_at(one.page, every), page))]
    return sorted(found, key=lambda zone: (zone.name.casefold(), zone.id))
