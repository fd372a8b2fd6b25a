"""The pages of a site: thumbnails with heat, visitors, and what needs attention first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.traffic import PageRow
from aggregator.measures.statistics import FEW
from aggregator.pictures.newest import NoSnapshot
from rules.question import PERIOD
from store.pages import page_path
from store.snapshots import Snapshot
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.maps import HeatmapAnswer, Maps
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.gallery.needs import Hurt, worst_of
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.links import Links
from viewer.pages.map.outliers import stands_out
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.pictures.fields import Fields, address_of, fields_of, takeable
from viewer.questions import Asked, Questions
from viewer.traffic import TrafficReader

LOOKED_AT = 4  # pages whose elements are looked at for "needs attention"
SHOWN = 3
MOST = 200  # pages shown


@dataclass(frozen=True)
class Need:
    """An element that hurts: one line above the gallery."""

    name: str
    href: str
    thumb: str
    hurt: Hurt


@dataclass(frozen=True)
class PageCard:
    """`thumb`: "" without a picture. `take`: fields of the form that takes it."""

    name: str
    path: str
    href: str
    thumb: str
    take: Fields
    visitors: str
    daily: list[int]
    frustrated: str
    bad: bool


@dataclass(frozen=True, kw_only=True)
class GalleryPage(Page):
    """Pages of a site with thumbnails, `/sites/3/pages?days=28`."""

    template = "gallery/gallery.html"
    count_line: str = doc("How many pages, in words; empty when the question has faults")
    period: PeriodControl = doc("The choice of days")
    faults: FaultList | None = doc("What is wrong with the question; then no page is listed")
    needs: list[Need] = doc("Elements that hurt most, worst first")
    pages: list[PageCard] = doc("Pages by visitors")
    empty: Empty = doc("What to say when there is no page")
    take_action: str = doc("Where the form that takes a picture posts to")
    take_next: str = doc("Where to go when it is taken")
    states_href: str = doc("Where states of pages are defined")


@dataclass(frozen=True)
class Shelf:
    """What the cards of a gallery have in common."""

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
        """The pages with a picture of their own."""
        return {s.page for s in self.snapshots if not s.variant and not s.state}

    @cached_property
    def names(self) -> dict[str, str]:
        return page_names(self.snapshots)

    def map_of(self, page: str) -> str:
        return self.urls.heatmap(self.site, page=page, **self.days)

    def thumb(self, page: str) -> str:
        return self.urls.thumb(self.site, page, **self.days) if page in self.pictured else ""


async def gallery(
    request: Request, *, questions: Questions, frames: Frames, urls: Urls, maps: Maps, traffic: TrafficReader
) -> Response:
    asked = await questions.read(request, PERIOD)
    frame = await frames.of(request, "pages", asked.site)
    shelf = Shelf(frame.lang, urls, asked, signed_in(request).may("editor"))
    if asked.faults:
        return answer(request, page_of(frame, shelf, [], []), asked.status)
    await maps.drained()
    rows = await traffic.of_pages(asked.site, *asked.question.period.span(asked.today))
    rows = sorted(rows, key=lambda row: -row.visitors)
    found = await _suspects(maps, asked, suspects_of(shelf, rows))
    return answer(request, page_of(frame, shelf, rows, found))


def suspects_of(shelf: Shelf, rows: Sequence[PageRow]) -> list[str]:
    """The pages whose elements are worth a look: those that frustrate most visitors."""
    found = [r for r in rows if r.page in shelf.pictured and r.visitors >= FEW and r.frustrated_share > 0]
    return [row.page for row in sorted(found, key=lambda r: -r.frustrated_share * r.visitors)[:LOOKED_AT]]


async def _suspects(maps: Maps, asked: Asked, pages: Sequence[str]) -> list[tuple[str, HeatmapAnswer]]:
    """The maps of these pages, without those that have no picture."""
    found = []
    for page in pages:
        try:
            found.append((page, await maps.heatmap(replace(asked.question, page=page), asked.known)))
        except NoSnapshot:
            continue
    return found


def page_of(
    frame: Frame, shelf: Shelf, rows: Sequence[PageRow], suspects: Sequence[tuple[str, HeatmapAnswer]]
) -> GalleryPage:
    """The page of `rows` (most visitors first), with what hurts on the pages of `suspects`."""
    lang, urls, faults = shelf.lang, shelf.urls, fault_list(shelf.lang, shelf.asked.faults, shelf.links)
    return GalleryPage(
        frame=frame,
        title=lang.text("Pages"),
        count_line="" if faults else lang.plural("%(num)s page", "%(num)s pages", len(rows)),
        period=period_control(lang, shelf.links, shelf.asked.today),
        faults=faults,
        needs=needs_of(shelf, suspects),
        pages=cards_of(shelf, rows),
        empty=_empty(shelf),
        take_action=urls.take(shelf.site),
        take_next=shelf.links.to(),
        states_href=urls.states(shelf.site),
    )


def needs_of(shelf: Shelf, suspects: Sequence[tuple[str, HeatmapAnswer]]) -> list[Need]:
    """One line for each page that has an element that hurts."""
    hurting = [(page, hurt) for page, found in suspects if (hurt := worst_of(shelf.lang, found))]
    return [
        Need(name_of(page, shelf.names), shelf.map_of(page), shelf.thumb(page), hurt) for page, hurt in hurting[:SHOWN]
    ]


def cards_of(shelf: Shelf, rows: Sequence[PageRow]) -> list[PageCard]:
    shares = [row.frustrated_share for row in rows if row.visitors >= FEW]
    return [_card(shelf, row, shares) for row in rows[:MOST]]


def _card(shelf: Shelf, row: PageRow, shares: Sequence[float]) -> PageCard:
    """`shares`: those of the frustrated visitors of all pages with enough visitors."""
    lang, few = shelf.lang, row.visitors < FEW
    takes = shelf.editor and takeable(row.page)
    return PageCard(
        name=name_of(row.page, shelf.names),
        path=page_path(row.page) if row.page in shelf.names else row.page.partition("/")[0],
        href=shelf.map_of(row.page),
        thumb=shelf.thumb(row.page),
        take=fields_of((address_of(row.page, shelf.snapshots), "")) if takes else (),
        visitors=lang.number(row.visitors),
        daily=[int(n) for n in row.daily],
        frustrated=lang.text("few") if few else lang.share(row.frustrated_share),
        bad=not few and stands_out(row.frustrated_share, shares),
    )


def _empty(shelf: Shelf) -> Empty:
    _, period, setup = shelf.lang.text, shelf.asked.question.period, shelf.urls.site(shelf.site)
    if period.chosen or period.days < 28:
        longer = shelf.urls.pages(shelf.site, days=90)
        return Empty(
            _("No visits in this period"),
            (_("Nobody visited %(site)s in this period, or nothing was received.", site=shelf.asked.site.name),),
            (Choice(_("Show 90 days"), longer, True), Choice(_("Check the set-up"), setup)),
        )
    return Empty(
        _("Nothing received so far"),
        (_("Pages appear here automatically once the line is on them and somebody opens them."),),
        (Choice(_("See the set-up"), setup, True),),
    )
