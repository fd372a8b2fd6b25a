"""Which pages a zone belongs to (store/page_zones.py), and which zones a page has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rules.faults import Fault, Faults, InvalidDefinition, fault
from rules.fields import text_of
from rules.find import named
from rules.page import is_address, page_meant
from rules.resolve import Known
from store.page_groups import PageGroup
from store.page_zones import PageZone
from store.pages import selects


def with_page(fields: Mapping[str, object], known: Known) -> dict[str, object]:
    """The fields with the page that their `page` means: the key of a page group, a canonical page or a pattern.

    InvalidDefinition if it means none.
    """
    text = text_of(fields, "page")
    if not text:
        return dict(fields)
    group = None if text in known.pages else named(known.groups, text)
    if group:
        return {**fields, "page": group.key}
    if not ("/" in text or "*" in text or is_address(text)) or text in known.other_groups:
        raise InvalidDefinition(Faults((fault("page", "zone_page", value=text),)))
    meant = page_meant(known.site, text, known.pages)
    if isinstance(meant, Fault):
        raise InvalidDefinition(Faults((meant,)))
    return {**fields, "page": meant}


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
