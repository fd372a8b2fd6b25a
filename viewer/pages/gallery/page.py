"""The pages of a site: thumbnails with heat, visitors, and what needs attention first."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.heatmap import Heatmap
from aggregator.answers.traffic import PageRow
from aggregator.measures.elements_table import ElementRow
from aggregator.measures.statistics import FEW
from aggregator.pictures.newest import NoSnapshot
from aggregator.shapes.scope import Scope
from store.pages import page_path
from store.records import Site
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.maps import Maps
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Page, doc
from viewer.pages.map.elements import names_of
from viewer.pages.map.outliers import stands_out
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.map.parts import Empty, PeriodControl, period_of
from viewer.pages.map.view import View
from viewer.pages.pictures.fields import Fields, address_of, fields_of, takeable
from viewer.query import today
from viewer.registry import Registry
from viewer.site_snapshots import SiteSnapshots
from viewer.traffic import TrafficReader

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

    template = "gallery/gallery.html"
    count_line: str = doc("How many pages, in words")
    period: PeriodControl = doc("The choice of days")
    needs: list[Need] = doc("Elements that hurt most, worst first")
    pages: list[PageCard] = doc("Pages by visitors")
    empty: Empty = doc("What to say when there is no page")
    take_action: str = doc("Where the form that takes a picture posts to")
    take_next: str = doc("Where to go on to when it is taken")
    states_href: str = doc("Where states of pages are defined")


async def gallery(
    request: Request,
    *,
    registry: Registry,
    frames: Frames,
    urls: Urls,
    maps: Maps,
    traffic: TrafficReader,
    snapshots: SiteSnapshots,
) -> Response:
    who = signed_in(request)
    site = await registry.site(request)
    frame = await frames.of(request, "pages", site)
    lang, view = frame.lang, View.of(request.query_params)
    since, until = view.period(today())
    await maps.drained()

    rows, pictures = await traffic.of_pages(site, since, until), await snapshots.all(site)
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
            href=urls.heatmap(site.id, page=row.page, **days),
            thumb=urls.thumb(site.id, row.page, **days) if row.page in shot else "",
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
            found = await maps.heatmap(scope, None)
        except NoSnapshot:
            continue
        need = _need(lang, found, names_of(lang, found.layout))
        if need:
            href = urls.heatmap(site.id, page=row.page, **days)
            needs.append(Need(name_of(row.page, names), href, urls.thumb(site.id, row.page, **days), *need))
    page = GalleryPage(
        frame=frame,
        title=lang.text("Pages"),
        count_line=lang.plural("%(num)s page", "%(num)s pages", len(rows)),
        period=period_of(view, lang, today(), urls.pages(site.id)),
        needs=needs[:SHOWN],
        pages=[card(row) for row in rows[:MOST]],
        empty=_empty(lang, site, urls.site(site.id), urls.pages(site.id, days=90), view),
        take_action=urls.take(site.id),
        take_next=urls.pages(site.id, **days),
        states_href=urls.states(site.id),
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
