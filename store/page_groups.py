"""Named groups of pages, as people define them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from store.pages import NOT
from store.records import Key, Pattern, Patterns, Record


class PageGroup(Record, frozen=True, kw_only=True):
    """Pages that are asked about together. Which ones they are is decided when a question is asked, by the patterns.

    `key` is part of addresses. `picture_of`: the page of the group on whose pictures it is drawn; "" = its first page
    that has one.
    """

    site: str
    key: Key
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    pages: Patterns
    without: Annotated[tuple[Pattern, ...], Meta(max_length=50)] = ()
    picture_of: Annotated[str, Meta(max_length=2048)] = ""

    @property
    def patterns(self) -> tuple[str, ...]:
        """The group as one list of patterns, for `store.pages.selects`. The first page that it names is drawn."""
        first = (self.picture_of,) if self.picture_of else ()
        return (*first, *self.pages, *(NOT + pattern for pattern in self.without))


class DeclinedGroups(Record, frozen=True, kw_only=True):
    """The patterns that are not suggested as page groups of a site again. `id` is the site's."""

    site: str
    patterns: Annotated[tuple[Pattern, ...], Meta(max_length=500)] = ()
