"""The cards of a gallery: each page with its thumbnail and figures, and what the cards have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from aggregator.answers.traffic import BusyPage, PageRow
from aggregator.measures.statistics import FEW
from store.hosts import readable_host
from store.pages import page_path
from store.snapshots import Snapshot
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.links import Links
from viewer.pages.map.outliers import stands_out
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.pictures.fields import Fields, address_of, fields_of, takeable
from viewer.questions import Asked


@dataclass(frozen=True)
class PageCard:
    """`thumb`: "" if there is no picture. `take`: fields of the form that takes one.

    `pictures`: the date of its latest picture, as a link to all of them; None if it has none.
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


@dataclass(frozen=True)
class Shelf:
    """What all cards of a gallery need."""

    lang: Language
    urls: Urls
    asked: Asked
    editor: bool

    @property
    def site(self) -> str:
        return self.asked.site.id

    @property
    def links(self) -> Links:
        return Links(self.urls.pages(self.site), self.asked.question)

    @cached_property
    def days(self) -> dict[str, str]:
        """The period, for links to maps and thumbnails."""
        return self.asked.question.query()

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

    def map_of(self, page: str) -> str:
        return self.urls.heatmap(self.site, page=page, **self.days)

    def pictures_of(self, page: str) -> str:
        return self.urls.picture_history(self.site, page=page)

    def thumb(self, page: str) -> str:
        return self.urls.thumb(self.site, page, **self.days) if page in self.pictured else ""


def cards_of(shelf: Shelf, rows: Sequence[PageRow], busiest: Sequence[BusyPage]) -> list[PageCard]:
    """The cards of `rows`; `busiest` pages show what share of frustrated visitors is usual."""
    shares = [page.frustrated_share for page in busiest]
    return [_card(shelf, row, shares) for row in rows]


def _card(shelf: Shelf, row: PageRow, shares: Sequence[float]) -> PageCard:
    """`shares`: the frustrated shares of all pages with enough visitors."""
    lang, few = shelf.lang, row.visitors < FEW
    takes = shelf.editor and takeable(row.page)
    return PageCard(
        name=name_of(row.page, shelf.names),
        path=page_path(row.page) if row.page in shelf.names else readable_host(row.page.partition("/")[0]),
        href=shelf.map_of(row.page),
        thumb=shelf.thumb(row.page),
        take=fields_of((address_of(row.page, shelf.snapshots), "")) if takes else (),
        visitors=lang.number(row.visitors),
        daily=[int(n) for n in row.daily],
        frustrated=lang.text("few") if few else lang.share(row.frustrated_share),
        bad=not few and stands_out(row.frustrated_share, shares),
        pictures=_pictures(shelf, row.page),
    )


def _pictures(shelf: Shelf, page: str) -> Choice | None:
    if page not in shelf.latest:
        return None
    moment = shelf.lang.moment(shelf.latest[page])
    return Choice(shelf.lang.text("Picture of %(moment)s", moment=moment), shelf.pictures_of(page))
