"""The cards of a gallery: each page or group with its thumbnail and figures, and what the cards have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from aggregator.answers.page_groups import GroupRow
from aggregator.answers.traffic import BusyPage, PageRow
from aggregator.measures.statistics import FEW
from store.hosts import readable_host
from store.page_groups import PageGroup
from store.pages import NOT, page_path, selects
from store.snapshots import Snapshot
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.gallery.view import GalleryView
from viewer.pages.map.links import Links
from viewer.pages.map.outliers import stands_out
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.pictures.fields import Fields, address_of, fields_of, takeable
from viewer.questions import Asked


@dataclass(frozen=True)
class PageCard:
    """`thumb`: "" if there is no picture. `take`: fields of the form that takes one.

    `pictures`: the date of its latest picture, as a link to all of them; None if it has none. Of a group: `code` is its
    patterns, `addresses` a link to the list of them, `new` how many are new this week, `edit` the address of its form.
    """

    name: str
    path: str
    href: str
    thumb: str
    take: Fields
    visitors: str
    daily: list[int]
    frustrated: str
    bad: bool
    pictures: Choice | None
    code: str = ""
    addresses: Choice | None = None
    new: str = ""
    edit: str = ""
    many: bool = False


@dataclass(frozen=True)
class Shelf:
    """What all cards of a gallery need."""

    lang: Language
    urls: Urls
    asked: Asked
    editor: bool
    view: GalleryView

    @property
    def site(self) -> str:
        return self.asked.site.id

    @property
    def links(self) -> Links:
        """The gallery with a part of its question changed, from its first page on."""
        return Links(self.urls.pages(self.site), self.asked.question, extra=tuple(self.view.first_part.extra.items()))

    @cached_property
    def days(self) -> dict[str, str]:
        """The period and who is counted, for links to maps and thumbnails."""
        return self.asked.question.query("page")

    @cached_property
    def snapshots(self) -> list[Snapshot]:
        return list(self.asked.known.snapshots)

    @cached_property
    def pictured(self) -> set[str]:
        """The pages that have a picture."""
        return {s.page for s in self.snapshots if not s.variant and not s.state}

    @cached_property
    def latest(self) -> dict[str, int]:
        """Page → when the latest of the pictures that maps use was taken, in ms since 1970."""
        return {s.page: s.taken for s in sorted(self.snapshots, key=lambda s: s.taken)}

    @cached_property
    def names(self) -> dict[str, str]:
        return page_names(self.snapshots)

    @cached_property
    def pictured_groups(self) -> set[str]:
        """The keys of the groups of which a page has a picture."""
        groups = self.asked.known.groups
        return {group.key for group in groups if any(selects(group.patterns, page) for page in self.pictured)}

    def map_of(self, page: str) -> str:
        return self.urls.heatmap(self.site, page=page, **self.days)

    def pictures_of(self, page: str) -> str:
        return self.urls.picture_history(self.site, page=page)

    def thumb(self, page: str) -> str:
        """The thumbnail of a page, or of a group by its key; "" without a picture."""
        has_one = page in self.pictured or page in self.pictured_groups
        return self.urls.thumb(self.site, page, **self.days) if has_one else ""


def cards_of(shelf: Shelf, rows: Sequence[PageRow], busiest: Sequence[BusyPage]) -> list[PageCard]:
    """The cards of `rows`; `busiest` pages show what share of frustrated visitors is usual."""
    shares = [page.frustrated_share for page in busiest]
    return [_card(shelf, row, shares) for row in rows]


def group_cards(shelf: Shelf, rows: Sequence[GroupRow], busiest: Sequence[BusyPage]) -> list[PageCard]:
    """The cards of groups."""
    shares = [page.frustrated_share for page in busiest]
    groups = {group.key: group for group in shelf.asked.known.groups}
    return [_group_card(shelf, groups[row.key], row, shares) for row in rows]


def patterns_line(group: PageGroup) -> str:
    """The patterns of a group in a line, the first of many."""
    left_out = [f"{NOT}{pattern}" for pattern in group.without]
    first, *others = (*group.pages, *left_out)
    return f"{first} +{len(others)}" if len(others) > 1 else ", ".join((first, *others))


def _card(shelf: Shelf, row: PageRow, shares: Sequence[float]) -> PageCard:
    """`shares`: the frustrated shares of all pages with enough visitors."""
    lang, few = shelf.lang, row.visitors < FEW
    return PageCard(
        name=name_of(row.page, shelf.names),
        path=page_path(row.page) if row.page in shelf.names else readable_host(row.page.partition("/")[0]),
        href=shelf.map_of(row.page),
        thumb=shelf.thumb(row.page),
        take=_take(shelf, row.page),
        visitors=lang.number(row.visitors),
        daily=[int(n) for n in row.daily],
        frustrated=lang.text("few") if few else lang.share(row.frustrated_share),
        bad=not few and stands_out(row.frustrated_share, shares),
        pictures=_pictures(shelf, row.page),
    )


def _group_card(shelf: Shelf, group: PageGroup, row: GroupRow, shares: Sequence[float]) -> PageCard:
    lang, few = shelf.lang, row.visitors < FEW
    addresses = lang.plural("%(num)s address", "%(num)s addresses", row.addresses)
    return PageCard(
        name=group.name,
        path="",
        href=shelf.map_of(group.key),
        thumb=shelf.thumb(group.key),
        take=_take(shelf, group.picture_of or row.busiest),
        visitors=lang.number(row.visitors),
        daily=list(row.daily),
        frustrated=lang.text("few") if few else lang.share(row.frustrated_share),
        bad=not few and stands_out(row.frustrated_share, shares),
        pictures=None,
        code=patterns_line(group),
        addresses=Choice(addresses, shelf.urls.pages(shelf.site, page=group.key, **shelf.days)),
        new=lang.plural("%(num)s new this week", "%(num)s new this week", row.new) if row.new else "",
        edit=shelf.urls.group(shelf.site, group.key) if shelf.editor else "",
        many=row.addresses > 1,
    )


def _take(shelf: Shelf, page: str) -> Fields:
    """The fields of the form that takes a picture; none if the reader may not, or the page has no single address."""
    if not (shelf.editor and page and takeable(page)):
        return ()
    return fields_of((address_of(page, shelf.snapshots), ""))


def _pictures(shelf: Shelf, page: str) -> Choice | None:
    if page not in shelf.latest:
        return None
    moment = shelf.lang.moment(shelf.latest[page])
    return Choice(shelf.lang.text("Picture of %(moment)s", moment=moment), shelf.pictures_of(page))
