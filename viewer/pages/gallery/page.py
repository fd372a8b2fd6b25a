"""The pages of a site: thumbnails with heat, visitors, and what needs attention first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.traffic import BusyPage
from aggregator.pictures.newest import NoSnapshot
from rules.question import PERIOD
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.maps import HeatmapAnswer, Maps, site_scope_of
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.gallery.cards import PageCard, Shelf, cards_of
from viewer.pages.gallery.listing import (
    ListedPages,
    Position,
    Searching,
    nothing_found,
    part_of,
    position_of,
    scale_note,
    searching_of,
)
from viewer.pages.gallery.needs import Hurt, worst_of
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.page_names import name_of
from viewer.pages.map.period import PeriodControl, period_control
from viewer.questions import Asked, Questions
from viewer.traffic import TrafficReader

LOOKED_AT = 4  # pages whose elements are examined for "needs attention"
SHOWN = 3


@dataclass(frozen=True)
class Need:
    """An element that frustrates visitors: one line above the gallery."""

    name: str
    href: str
    thumb: str
    hurt: Hurt


@dataclass(frozen=True, kw_only=True)
class GalleryPage(Page):
    """Pages of a site with thumbnails, `/sites/3/pages?days=28`."""

    template = "gallery/gallery.html"
    count_line: str = doc("Number of pages found, as text; empty if the question has faults")
    searching: Searching = doc("The form that searches pages")
    scale_note: str = doc("What the colours of the thumbnails mean; empty without any")
    position: Position = doc("Which of the pages are shown, with links to the others")
    period: PeriodControl = doc("The period menu")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, no page is listed")
    needs: list[Need] = doc("Elements that frustrate most visitors, worst first")
    pages: list[PageCard] = doc("Pages, most visitors first")
    empty: Empty = doc("What to show when there are no pages")
    take_action: str = doc("Where the form that takes a picture posts to")
    take_next: str = doc("Where to go once it is taken")
    states_href: str = doc("Where states of pages are defined")


async def gallery(
    request: Request, *, questions: Questions, frames: Frames, urls: Urls, maps: Maps, traffic: TrafficReader
) -> Response:
    asked = await questions.read(request, PERIOD)
    frame = await frames.of(request, "pages", asked.site)
    shelf = Shelf(frame.lang, urls, asked, signed_in(request).may("editor"))
    if asked.faults:
        return answer(request, page_of(frame, shelf, ListedPages(), []), asked.status)
    await maps.drained()
    scope, part = site_scope_of(asked.question), part_of(shelf, request.query_params)
    listed = await traffic.part(scope, part)
    busiest = await traffic.busiest(scope)
    # A search, or a later part of the list, shows the list alone.
    suspects = [] if part.search or part.skipped else suspects_of(shelf, busiest)
    found = await _suspects(maps, asked, suspects)
    return answer(request, page_of(frame, shelf, ListedPages(part, listed, busiest), found))


def suspects_of(shelf: Shelf, busiest: Sequence[BusyPage]) -> list[str]:
    """The pages whose elements are examined: those that frustrate most visitors."""
    found = [one for one in busiest if one.page in shelf.pictured and one.frustrated_share > 0]
    return [one.page for one in sorted(found, key=lambda one: -one.frustrated_share * one.visitors)[:LOOKED_AT]]


async def _suspects(maps: Maps, asked: Asked, pages: Sequence[str]) -> list[tuple[str, HeatmapAnswer]]:
    """The maps of these pages; pages without a picture are skipped."""
    found = []
    for page in pages:
        try:
            found.append((page, await maps.heatmap(replace(asked.question, page=page), asked.known)))
        except NoSnapshot:
            continue
    return found


def page_of(
    frame: Frame, shelf: Shelf, listing: ListedPages, suspects: Sequence[tuple[str, HeatmapAnswer]]
) -> GalleryPage:
    """The gallery of a listing, with the elements of `suspects` that frustrate visitors."""
    lang, urls, faults = shelf.lang, shelf.urls, fault_list(shelf.lang, shelf.asked.faults, shelf.links)
    return GalleryPage(
        frame=frame,
        title=lang.text("Pages"),
        count_line="" if faults else lang.plural("%(num)s page", "%(num)s pages", listing.pages.total),
        searching=searching_of(shelf, listing),
        position=position_of(shelf, listing),
        scale_note=scale_note(shelf, listing),
        period=period_control(lang, shelf.links, shelf.asked.today),
        faults=faults,
        needs=needs_of(shelf, suspects),
        pages=cards_of(shelf, listing.pages.rows, listing.busiest),
        empty=nothing_found(shelf, listing.part) if listing.part.search or listing.part.skipped else _empty(shelf),
        take_action=urls.take(shelf.site),
        take_next=shelf.links.to(),
        states_href=urls.states(shelf.site),
    )


def needs_of(shelf: Shelf, suspects: Sequence[tuple[str, HeatmapAnswer]]) -> list[Need]:
    """One line for each page with an element that frustrates visitors."""
    hurting = [(page, hurt) for page, found in suspects if (hurt := worst_of(shelf.lang, found))]
    return [
        Need(name_of(page, shelf.names), shelf.map_of(page), shelf.thumb(page), hurt) for page, hurt in hurting[:SHOWN]
    ]


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
