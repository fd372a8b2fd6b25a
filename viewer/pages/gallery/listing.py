"""What the gallery lists: pages or groups, a search, a filter, an order, and a part of what they find."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from aggregator.answers.page_groups import GroupList, GroupRow
from aggregator.answers.traffic import BusyPage, PageList
from aggregator.grids.scale import Scale
from aggregator.measures.statistics import FEW
from aggregator.queries.conditions import MOST_NAMED
from aggregator.shapes.traffic import PagePart
from store.page_groups import PageGroup
from viewer.pages.frame.page import Choice
from viewer.pages.gallery.cards import PageCard, Shelf, cards_of, group_cards
from viewer.pages.map.empty import Empty
from viewer.pages.map.legend import Tick, heat_legend
from viewer.pages.map.outliers import stands_out

SHOWN = 60  # pages or groups at once


@dataclass(frozen=True)
class ListedPages:
    """What is listed: some of `pages`, or `groups`; `busiest` pages of the site, with which they are compared.

    `devices`: visitors by device under everything else that narrows; "" for all. `scale`: of the thumbnails.
    """

    pages: PageList = field(default_factory=lambda: PageList(0, []))
    groups: GroupList = field(default_factory=lambda: GroupList([], 0, 0))
    busiest: Sequence[BusyPage] = ()
    devices: dict[str, int] = field(default_factory=dict)
    scale: Scale | None = None


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


@dataclass(frozen=True)
class ColourScale:
    """What the colours of the thumbnails mean."""

    title: str
    note: str
    ticks: tuple[Tick, ...]


def part_of(shelf: Shelf) -> PagePart:
    """The pages that are asked for."""
    view, known = shelf.view, shelf.asked.known
    search = view.search
    titled = [page for page, name in shelf.names.items() if search.casefold() in name.casefold()] if search else []
    return PagePart(
        search=search,
        also=tuple(titled[:MOST_NAMED]),
        most=SHOWN,
        skipped=view.skipped,
        order="visitors" if view.sort == "frustrated" else view.sort,
        within=shelf.asked.question.patterns if shelf.asked.question.page else (),
        in_none_of=tuple(group.patterns for group in known.groups) if view.show == "ungrouped" else (),
        unpictured=view.only == "unpictured",
    )


def by_frustration(shelf: Shelf, busiest: Sequence[BusyPage], found: Sequence[BusyPage]) -> tuple[list[str], int]:
    """Some pages of `found` by their frustrated share, or those that stand out, and how many there are.

    `busiest` pages show what share is usual.
    """
    view = shelf.view
    shares = [one.frustrated_share for one in busiest]
    if view.only == "attention":
        found = [one for one in found if stands_out(one.frustrated_share, shares)]
    if view.sort == "frustrated":
        found = sorted(found, key=lambda one: -one.frustrated_share)
    elif view.sort == "name":
        found = sorted(found, key=lambda one: one.page)
    return [one.page for one in found[view.skipped : view.skipped + SHOWN]], len(found)


def groups_of(shelf: Shelf, listing: ListedPages) -> list[GroupRow]:
    """The groups that are asked for, in their order."""
    view = shelf.view
    found = list(listing.groups.groups)
    shares = [one.frustrated_share for one in listing.busiest]
    groups = {group.key: group for group in shelf.asked.known.groups}
    if view.search:
        text = unquote(view.search).casefold()
        found = [row for row in found if any(text in one.casefold() for one in _texts(groups[row.key]))]
    if view.only == "attention":
        found = [row for row in found if row.visitors >= FEW and stands_out(row.frustrated_share, shares)]
    elif view.only == "unpictured":
        found = [row for row in found if row.key not in shelf.pictured_groups]
    keys = {
        "visitors": lambda row: -row.visitors,
        "frustrated": lambda row: -row.frustrated_share if row.visitors >= FEW else 0,
        "rising": lambda row: -_rise(row.daily),
        "name": lambda row: 0,  # as they are
    }
    return sorted(found, key=keys[view.sort])


def _texts(group: PageGroup) -> tuple[str, ...]:
    """What a search of groups looks at."""
    return (group.name, *group.pages)


def _rise(daily: Sequence[int]) -> int:
    """By how many views the later half of the days has more than the earlier one."""
    middle = (len(daily) + 1) // 2
    return sum(daily[middle:]) - sum(daily[:middle])


def listed_cards(shelf: Shelf, listing: ListedPages) -> list[PageCard]:
    """The cards of the part that is shown."""
    if shelf.view.show != "groups":
        return cards_of(shelf, listing.pages.rows, listing.busiest)
    rows = groups_of(shelf, listing)[shelf.view.skipped : shelf.view.skipped + SHOWN]
    return group_cards(shelf, rows, listing.busiest)


def total_of(shelf: Shelf, listing: ListedPages) -> int:
    return len(groups_of(shelf, listing)) if shelf.view.show == "groups" else listing.pages.total


def searching_of(shelf: Shelf) -> Searching:
    """The form that searches addresses, whatever is shown."""
    view = replace(shelf.view.first_part, show="pages" if shelf.view.show == "groups" else shelf.view.show)
    kept = {name: value for name, value in view.extra.items() if name != "search"}
    fields = (*shelf.asked.question.query().items(), *kept.items())
    return Searching(view.action, shelf.view.search, fields, shelf.view.to(search=""))


def position_of(shelf: Shelf, total: int, shown: int) -> Position:
    view, number = shelf.view, shelf.lang.number
    last = view.skipped + shown
    if not shown or shown == total:
        return Position("", "", "")
    line = shelf.lang.text(
        "%(first)s–%(last)s of %(all)s", first=number(view.skipped + 1), last=number(last), all=number(total)
    )
    earlier = view.to(skipped=max(0, view.skipped - SHOWN)) if view.skipped else ""
    return Position(line, earlier, view.to(skipped=last) if last < total else "")


def nothing_found(shelf: Shelf) -> Empty:
    """What to show when the search or filter finds nothing, or the list has fewer pages than are skipped."""
    _, view = shelf.lang.text, shelf.view
    words = {
        "search": _(
            "No page that was visited in this period has “%(text)s” in its address or title.", text=view.search
        ),
        "attention": _("No page has an unusual share of frustrated visitors in this period."),
        "unpictured": _("Every page that was visited in this period has a picture."),
        "ungrouped": _("Every page that was visited in this period is in a group."),
    }.get("search" if view.search else view.only or view.show)
    question = replace(shelf.asked.question, page="", page_group=None)
    everything = view.to(search="", only="", show="pages", question=question)
    return Empty(_("No page found"), (words,) if words else (), (Choice(_("All pages"), everything, True),))


def scale_of(shelf: Shelf, listing: ListedPages, cards: Sequence[PageCard]) -> ColourScale | None:
    """What the colours of the thumbnails mean; None without any."""
    if listing.scale is None or shelf.view.form == "table" or not any(card.thumb for card in cards):
        return None
    _ = shelf.lang.text
    return ColourScale(
        title=_("Clicks per %(thousand)s visitors, one scale for all pictures", thousand=shelf.lang.number(1000)),
        note=_(
            "The thumbnails share one scale: the same colour means the same number of clicks per 1,000 visitors. "
            "They are renewed when the picture or the day changes."
        ),
        ticks=heat_legend(shelf.lang, listing.scale, "click").ticks,
    )
