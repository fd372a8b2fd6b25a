"""The pages of a site and its groups of pages: thumbnails with heat, visitors, and what needs attention first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.traffic import BusyPage, PageList
from aggregator.pictures.newest import NoSnapshot
from store.page_groups import PageGroup
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.maps import HeatmapAnswer, Maps, site_scope_of
from viewer.page_groups import GroupReader
from viewer.pages.forms.faults import RejectedRow, rejected_row
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.gallery.bar import GalleryBar, gallery_bar
from viewer.pages.gallery.cards import PageCard, Shelf
from viewer.pages.gallery.listing import (
    ColourScale,
    ListedPages,
    Position,
    Searching,
    by_frustration,
    listed_cards,
    nothing_found,
    part_of,
    position_of,
    scale_of,
    searching_of,
    total_of,
)
from viewer.pages.gallery.needs import Hurt, worst_of
from viewer.pages.gallery.suggestions import Suggestions, suggestions_of
from viewer.pages.gallery.view import GALLERY, view_of
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.page_names import name_of
from viewer.questions import Asked, Questions
from viewer.registry import Registry
from viewer.thumbnails import Thumbnails
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
    """Pages or groups of a site with thumbnails, `/sites/3/pages?days=28`."""

    template = "gallery/gallery.html"
    docs = "reading-a-map"
    count_line: str = doc("Number of pages or groups found, as text; empty if the question has faults")
    heading: str = doc("What the list shows")
    searching: Searching = doc("The form that searches pages")
    bar: GalleryBar = doc("What is listed, of which devices and days, and in which order")
    scale: ColourScale | None = doc("What the colours of the thumbnails mean; None without any")
    position: Position = doc("Which of the pages are shown, with links to the others")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, no page is listed")
    needs: list[Need] = doc("Elements that frustrate most visitors, worst first")
    suggestions: Suggestions = doc("Groups that are suggested from the addresses")
    pages: list[PageCard] = doc("Pages or groups, in the chosen order")
    as_table: bool = doc("Whether they are a table instead of pictures")
    empty: Empty = doc("What to show when there are no pages")
    rejected: list[RejectedRow] = doc("Groups that the current rules reject, with their faults")
    take_action: str = doc("Where the form that takes a picture posts to")
    take_next: str = doc("Where to go once it is taken")
    reports_href: str = doc("Where reports and saved maps are listed")
    states_href: str = doc("Where states of pages are defined")
    new_group: str = doc("The form of a new group; empty if the person may not make one")


@dataclass(frozen=True)
class GalleryFindings:
    """What the gallery needs beside its list. `suspects`: the maps of the pages that frustrate most visitors."""

    suspects: Sequence[tuple[str, HeatmapAnswer]] = ()
    suggestions: Suggestions = Suggestions()
    rejected: tuple[RejectedRow, ...] = ()


@dataclass(frozen=True)
class GalleryParts:
    """What reads for the gallery."""

    maps: Maps
    traffic: TrafficReader
    groups: GroupReader
    thumbnails: Thumbnails
    registry: Registry


async def gallery(
    request: Request, *, questions: Questions, frames: Frames, urls: Urls, gallery_parts: GalleryParts
) -> Response:
    asked = await questions.read(request, GALLERY)
    frame = await frames.of(request, "pages", asked.site)
    view = view_of(urls.pages(asked.site.id), asked.question, request.query_params, has_groups=bool(asked.known.groups))
    shelf = Shelf(frame.lang, urls, asked, signed_in(request).may("editor"), view)
    if asked.faults:
        return answer(request, page_of(frame, shelf, ListedPages(), GalleryFindings()), asked.status)
    await gallery_parts.maps.drained()
    listing = await _listing(gallery_parts, shelf)
    # A search, a filter or a later part of the list shows the list alone.
    findings = await _findings(gallery_parts, shelf, listing) if view.plain else GalleryFindings()
    return answer(request, page_of(frame, shelf, listing, findings))


async def _listing(parts: GalleryParts, shelf: Shelf) -> ListedPages:
    asked, view, traffic = shelf.asked, shelf.view, parts.traffic
    scope = site_scope_of(asked.question)
    listing = ListedPages(busiest=await traffic.busiest(scope), devices=await traffic.by_device(scope))
    if view.form == "pictures" and shelf.pictured:
        scale = await parts.thumbnails.scale(asked.question, asked.known, asked.today)
        listing = replace(listing, scale=scale)
    if view.show == "groups":
        return replace(listing, groups=await parts.groups.figures(scope, asked.known.groups))
    part = part_of(shelf)
    if view.sort != "frustrated" and view.only != "attention":
        return replace(listing, pages=await traffic.part(scope, part))
    names, total = by_frustration(shelf, listing.busiest, await traffic.busiest(scope, part))
    found = await traffic.part(scope, replace(part, named=tuple(names), skipped=0))
    rows = sorted(found.rows, key=lambda row: names.index(row.page))
    return replace(listing, pages=PageList(total, rows))


async def _findings(parts: GalleryParts, shelf: Shelf, listing: ListedPages) -> GalleryFindings:
    asked, site = shelf.asked, shelf.asked.site
    suspects = await _suspects(parts.maps, asked, suspects_of(shelf, listing.busiest))
    if not shelf.editor or shelf.view.show == "ungrouped":
        return GalleryFindings(suspects)
    found = await parts.groups.suggested(site, asked.known.groups)
    declined = len(await parts.groups.declined(site))
    listed = await parts.registry.listing(PageGroup, site)
    rejected = tuple(
        rejected_row(shelf.lang, one, _own_label, shelf.urls.group(site.id, one.key)) for one in listed.rejected
    )
    return GalleryFindings(suspects, suggestions_of(shelf, found, declined), rejected)


def _own_label(lang: Language, path: str) -> str:
    """A field of a group that cannot be read: its form names it in full."""
    return path.partition(".")[0]


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


def page_of(frame: Frame, shelf: Shelf, listing: ListedPages, findings: GalleryFindings) -> GalleryPage:
    """The gallery of a listing, with what needs attention and what could be a group."""
    lang, urls, view = shelf.lang, shelf.urls, shelf.view
    faults = fault_list(shelf.lang, shelf.asked.faults, shelf.links)
    cards, total = listed_cards(shelf, listing), total_of(shelf, listing)
    return GalleryPage(
        frame=frame,
        title=lang.text("Pages"),
        count_line="" if faults else _count_line(shelf, listing, total),
        heading=_heading(shelf),
        searching=searching_of(shelf),
        bar=gallery_bar(shelf, listing),
        scale=scale_of(shelf, listing, cards),
        position=position_of(shelf, total, len(cards)),
        faults=faults,
        needs=needs_of(shelf, findings.suspects),
        suggestions=findings.suggestions,
        pages=cards,
        as_table=view.form == "table",
        empty=_empty(shelf) if view.plain and view.show != "ungrouped" else nothing_found(shelf),
        rejected=list(findings.rejected),
        take_action=urls.take(shelf.site),
        take_next=view.to(skipped=view.skipped),
        reports_href=urls.reports(shelf.site),
        states_href=urls.states(shelf.site),
        new_group=urls.new_group(shelf.site) if shelf.editor else "",
    )


def _count_line(shelf: Shelf, listing: ListedPages, total: int) -> str:
    lang = shelf.lang
    if shelf.view.show != "groups":
        return lang.plural("%(num)s page", "%(num)s pages", total)
    in_groups = lang.text(
        "%(n)s of %(all)s addresses in a group",
        n=lang.number(listing.groups.grouped),
        all=lang.number(listing.groups.addresses),
    )
    groups = lang.plural("%(num)s group", "%(num)s groups", total)
    return f"{groups}, {in_groups}"


def _heading(shelf: Shelf) -> str:
    _, view = shelf.lang.text, shelf.view
    if view.search:
        return _("Found pages")
    if view.show == "groups":
        return _("All groups")
    return _("Pages without a group") if view.show == "ungrouped" else _("All pages")


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
