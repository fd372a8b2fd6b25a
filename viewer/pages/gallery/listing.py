"""Which pages of a site the gallery lists: a search, and a part of what it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.answers.traffic import BusyPage, PageList
from aggregator.queries.conditions import MOST_NAMED
from aggregator.shapes.traffic import PagePart
from viewer.http.parameters import number
from viewer.pages.frame.page import Choice
from viewer.pages.gallery.cards import Shelf
from viewer.pages.map.empty import Empty

SHOWN = 60  # pages at once
MOST_SKIPPED = 100_000_000


@dataclass(frozen=True)
class ListedPages:
    """The `pages` of a `part` of the list, and the `busiest` of the site, with which they are compared."""

    part: PagePart = PagePart()
    pages: PageList = field(default_factory=lambda: PageList(0, []))
    busiest: Sequence[BusyPage] = ()


@dataclass(frozen=True)
class Searching:
    """The form: `text` is searched for, `fields` are the rest of the question, `clear` lists all pages again."""

    action: str
    text: str
    fields: tuple[tuple[str, str], ...]
    clear: str


@dataclass(frozen=True)
class Position:
    """`line`: which of the pages found are shown, empty if all are. The links are empty at the ends."""

    line: str
    earlier: str
    later: str


def part_of(shelf: Shelf, query: Mapping[str, str]) -> PagePart:
    """What an address asks for. Problem 400 for an `offset` that is no number."""
    search = query.get("search", "").strip()
    titled = [page for page, name in shelf.names.items() if search.casefold() in name.casefold()] if search else []
    return PagePart(search, tuple(titled[:MOST_NAMED]), SHOWN, number(query, "offset", 0, MOST_SKIPPED) or 0)


def searching_of(shelf: Shelf, listing: ListedPages) -> Searching:
    action = shelf.urls.pages(shelf.site)
    return Searching(action, listing.part.search, tuple(shelf.days.items()), _address(shelf, PagePart()))


def position_of(shelf: Shelf, listing: ListedPages) -> Position:
    part, total, number = listing.part, listing.pages.total, shelf.lang.number
    last = part.skipped + len(listing.pages.rows)
    if last == part.skipped or last - part.skipped == total:
        return Position("", "", "")
    line = shelf.lang.text(
        "%(first)s–%(last)s of %(all)s", first=number(part.skipped + 1), last=number(last), all=number(total)
    )
    earlier = _address(shelf, part, max(0, part.skipped - SHOWN)) if part.skipped else ""
    return Position(line, earlier, _address(shelf, part, last) if last < total else "")


def nothing_found(shelf: Shelf, part: PagePart) -> Empty:
    """What to show when the search finds nothing, or the list has fewer pages than are skipped."""
    _ = shelf.lang.text
    words = (_("No page that was visited in this period has “%(text)s” in its address or title.", text=part.search),)
    return Empty(
        _("No page found"),
        words if part.search else (),
        (Choice(_("All pages"), _address(shelf, PagePart()), True),),
    )


def _address(shelf: Shelf, part: PagePart, skipped: int = 0) -> str:
    return shelf.urls.pages(shelf.site, **shelf.days, search=part.search, offset=skipped or "")


def scale_note(shelf: Shelf, listing: ListedPages) -> str:
    """What the colours of the thumbnails mean; empty without any."""
    if not any(row.page in shelf.pictured for row in listing.pages.rows):
        return ""
    return shelf.lang.text(
        "The thumbnails share one scale: the same colour means the same number of clicks per 1,000 visitors. "
        "They are renewed when the picture or the day changes."
    )
