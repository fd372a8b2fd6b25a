"""The pages of a site: thumbnails with heat, visitors, and what needs attention first."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.heatmap import Heatmap
from aggregator.answers.traffic import PageRow, pages_of
from aggregator.measures.elements_table import ElementRow
from aggregator.measures.statistics import FEW
from aggregator.pictures.newest import NoSnapshot
from aggregator.shapes.scope import Scope
from store.pages import page_path
from store.records import Site
from store.snapshots import Snapshot
from viewer.auth import require
from viewer.query import site_of, today

from .elements import names_of
from .frustration import stands_out
from .languages import Language
from .page import Choice, Page, doc
from .parts import Empty, Period, period_of
from .serve import answer, frame_of, signed_in, viewer_of
from .taking import Fields, address_of, fields_of, takeable
from .view import View

LOOKED_AT = 4  # pages whose elements are looked at for "needs attention"
SHOWN = 3
DEAD_LEAST, RAGE_LEAST = 0.30, 0.05  # shares of an element's clickers that are worth a line
HURT, HURT_SHARE = 10, 0.03  # visitors who met it, and of those of the page: fewer is an anecdote
MOST = 200  # pages shown


@dataclass(frozen=True)
class Need:
    """An element that hurts: one line above the gallery."""

    name: str
    href: str
    thumb: str
    words: str
    label: str
    share: str
    visitors: str


@dataclass(frozen=True)
class PageCard:
    name: str
    path: str
    href: str
    thumb: str  # "" without a picture
    take: Fields  # fields of the form that takes it
    visitors: str
    daily: list[int]
    frustrated: str
    bad: bool


@dataclass(frozen=True, kw_only=True)
class GalleryPage(Page):
    """Pages of a site with thumbnails, `/sites/3/pages?days=28`."""

    template = "pages.html"
    count_line: str = doc("How many pages, in words")
    period: Period = doc("The choice of days")
    needs: list[Need] = doc("Elements that hurt most, worst first")
    pages: list[PageCard] = doc("Pages by visitors")
    empty: Empty = doc("What to say when there is no page")
    take_action: str = doc("Where the form that takes a picture posts to")
    take_next: str = doc("Where to go on to when it is taken")
    states_href: str = doc("Where states of pages are defined")


def page_names(pictures: list[Snapshot]) -> dict[str, str]:
    """Page → the title of its newest picture, without what all titles of the site end with."""
    titles = {s.page: " ".join(s.title.split()) for s in pictures if not s.variant and not s.state and s.title.strip()}
    for mark in (" · ", " | ", " – ", " — ", " - ", ", "):
        ends = [title.rpartition(mark)[2] for title in titles.values() if mark in title]
        common = max(set(ends), key=ends.count, default="")
        if len(ends) > 1 and ends.count(common) > len(titles) / 2:
            titles = {page: title.removesuffix(mark + common) for page, title in titles.items()}
    return titles


def name_of(page: str, names: dict[str, str]) -> str:
    """What people call a page: its title, else its path."""
    return names.get(page) or page_path(page)


@require("viewer")
async def gallery(request: Request) -> Response:
    viewer, who = viewer_of(request), signed_in(request)
    site = await site_of(viewer, request)
    frame = await frame_of(request, "pages", site)
    lang, view = frame.lang, View.of(request.query_params)
    since, until = view.period(today())
    await viewer.maps.drained()

    def measure() -> tuple[list[PageRow], list[Snapshot]]:
        return pages_of(viewer.store, int(site.id), since, until), viewer.snapshots.list(int(site.id))

    rows, pictures = await viewer.run(measure)
    rows = sorted(rows, key=lambda row: -row.visitors)
    shares = [row.frustrated_share for row in rows if row.visitors >= FEW]
    names = page_names(pictures)
    days = {key: value for key, value in view.query(page="").items() if key in ("days", "since", "until")}
    shot = {s.page for s in pictures if not s.variant and not s.state}

    def card(row: PageRow) -> PageCard:
        few = row.visitors < FEW
        return PageCard(
            name=name_of(row.page, names),
            path=page_path(row.page) if row.page in names else row.page.partition("/")[0],
            href=viewer.urls.heatmap(site.id, page=row.page, **days),
            thumb=viewer.urls.thumb(site.id, row.page, **days) if row.page in shot else "",
            take=fields_of((address_of(row.page, pictures), "")) if who.may("editor") and takeable(row.page) else (),
            visitors=lang.number(row.visitors),
            daily=[int(n) for n in row.daily],
            frustrated=lang.text("few") if few else lang.share(row.frustrated_share),
            bad=not few and stands_out(row.frustrated_share, shares),
        )

    needs: list[Need] = []
    suspects = [r for r in rows if r.page in shot and r.visitors >= FEW and r.frustrated_share > 0]
    for row in sorted(suspects, key=lambda r: -r.frustrated_share * r.visitors)[:LOOKED_AT]:
        scope = Scope(int(site.id), (row.page,), "click", since, until)
        try:
            found = await viewer.maps.heatmap(scope, None)
        except NoSnapshot:
            continue
        need = _need(lang, found, names_of(lang, found.layout))
        if need:
            href = viewer.urls.heatmap(site.id, page=row.page, **days)
            needs.append(Need(name_of(row.page, names), href, viewer.urls.thumb(site.id, row.page, **days), *need))
    page = GalleryPage(
        frame=frame,
        title=lang.text("Pages"),
        count_line=lang.plural("%(num)s page", "%(num)s pages", len(rows)),
        period=period_of(view, lang, today(), viewer.urls.pages(site.id)),
        needs=needs[:SHOWN],
        pages=[card(row) for row in rows[:MOST]],
        empty=_empty(lang, site, viewer.urls.site(site.id), viewer.urls.pages(site.id, days=90), view),
        take_action=viewer.urls.take(site.id),
        take_next=viewer.urls.pages(site.id, **days),
        states_href=viewer.urls.states(site.id),
    )
    return answer(request, page)


def _need(lang: Language, found: Heatmap, names: list[str]) -> tuple[str, str, str, str] | None:
    """Words, label, share and visitors of the element of a page that hurts most visitors; None when none does."""
    _ = lang.text
    worst: tuple[int, ElementRow, bool] | None = None
    for element in found.elements:
        rage = element.rage if element.visitors and element.rage / element.visitors >= RAGE_LEAST else 0
        dead = element.dead if element.dead_share >= DEAD_LEAST else 0
        hurt, by_rage = max((dead, False), (rage, True), key=lambda pair: pair[0])
        if hurt >= HURT and (worst is None or hurt > worst[0]):
            worst = (hurt, element, by_rage)
    if worst is None:
        return None
    hurt, element, by_rage = worst
    of = max(1, found.visitors)
    if hurt < HURT_SHARE * of:
        return None
    if by_rage:
        words = _("“%(element)s” is pressed again and again by %(share)s of those who press it.",
                  element=names[element.index], share=lang.share(hurt / element.visitors, 0))  # fmt: skip
        return words, _("Rage by"), lang.share(hurt / of), lang.number(found.visitors)
    words = _("“%(element)s” does nothing for %(share)s of those who press it.",
              element=names[element.index], share=lang.share(element.dead_share, 0))  # fmt: skip
    return words, _("Dead clicks by"), lang.share(hurt / of), lang.number(found.visitors)


def _empty(lang: Language, site: Site, setup: str, longer: str, view: View) -> Empty:
    _ = lang.text
    if view.chosen_days or view.days < 28:
        return Empty(
            _("No visit in these days"),
            (_("Nobody was on %(site)s in the days chosen, or nothing was received.", site=site.name),),
            (Choice(_("Show 90 days"), longer, True), Choice(_("Check the set-up"), setup)),
        )
    return Empty(
        _("Nothing received so far"),
        (_("Pages appear here by themselves as soon as the line is on them and somebody opens them."),),
        (Choice(_("See the set-up"), setup, True),),
    )
