"""Two sets of visitors of a page: periods, segments, devices, those who went on and those who left."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.pictures.newest import NoSnapshot
from rules.faults import Faults
from rules.other_set import TwoSets
from rules.question import SETS
from store.hosts import readable_host
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.maps import Maps, SetsAnswer
from viewer.pages.compare.chooser import Chooser, Choosing, chooser_of
from viewer.pages.compare.sets_result import SetsResult, sets_result
from viewer.pages.compare.sharing import comparison_sharing
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.map.controls import kind_choices
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.links import Links
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.map.picture import Strips
from viewer.pages.map.touchpoint_pages import TouchpointPageLine, touchpoint_page_line
from viewer.pages.map.way_back import TOUCHPOINT, journey_of, way_back
from viewer.pages.share.panel import SharePanel, SharePanels
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.questions import Asked, Questions
from viewer.touchpoint_pages import TouchpointPageReader, TouchpointPages

ASKS = replace(SETS, needs=("page",))  # without a set, the period before
FORMATS = ("png", "csv", "json", "npy")


@dataclass(frozen=True)
class SetsBar:
    """Kinds of map, the two ways to see them, and the period, as links."""

    kinds: list[Choice]
    views: list[Choice]
    period: PeriodControl


@dataclass(frozen=True, kw_only=True)
class SetsPage(Page):
    """Two sets of visitors of a page, `/sites/3/compare?page=shop.example/basket&days=7&with=before`."""

    template = "compare/sets.html"
    docs = "statistics#two-sets-that-were-not-chosen-at-random"
    name: str = doc("What is compared: the page and the two sets")
    path: str = doc("Path of the page")
    kind: str = doc("click or hover")
    view: str = doc("side or swipe")
    map_href: str = doc("The map of the page")
    back: Choice | None = doc("The journey that led here")
    touchpoint: TouchpointPageLine | None = doc("Which page of a touchpoint is shown; None for one of one page")
    exports: list[Choice] = doc("The same comparison as PNG, CSV, JSON, NPY")
    bar: SetsBar = doc("Kinds, views and days, as links")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, nothing is compared")
    empty: Empty | None = doc("What to show when there is no picture")
    who: WhoBar = doc("The devices, filters and segment of set B, and how many visitors they leave")
    chooser: Chooser | None = doc("The choice of the two sets")
    result: SetsResult | None = doc("Sentence, maps and tables; None without an answer")
    share_href: str = doc(
        "This page with the panel that makes read-only links; empty for those who may not", default=""
    )
    share: SharePanel | None = doc("The panel that makes read-only links", default=None)


@dataclass(frozen=True)
class SetsSetting:
    """Who reads the page, and what was asked. `every`: the table lists all elements. `journey`: the id of the one that
    led here, for the way back."""

    frame: Frame
    urls: Urls
    asked: Asked
    view: str
    every: bool
    journey: str = ""

    @property
    def links(self) -> Links:
        links = Links(self.urls.compare_sets(self.asked.site.id), self.asked.question, self.every, view=self.view)
        return links.keeping(journey=self.journey)

    def choosing(self, sets: TwoSets) -> Choosing:
        return Choosing(
            lang=self.frame.lang,
            urls=self.urls,
            links=self.links,
            sets=sets,
            known=self.asked.known,
            today=self.asked.today,
        )


async def show(
    request: Request,
    *,
    questions: Questions,
    frames: Frames,
    touchpoints: TouchpointPageReader,
    maps: Maps,
    bars: WhoBars,
    panels: SharePanels,
) -> Response:
    known = await questions.known(request)
    query = {"with": "before", **request.query_params}
    asked = await questions.resolve(known, query, ASKS)
    view = "swipe" if request.query_params.get("view") == "swipe" else ""
    frame = await frames.of(request, "pages", known.site)
    every, journey = request.query_params.get("all") == "1", journey_of(request.query_params)
    sets = asked.sets_or_faults()
    if isinstance(sets, Faults):
        asked = replace(asked, faults=sets.all)
        setting = SetsSetting(frame, frames.urls, asked, view, every, journey)
        return answer(request, page_of(setting, await bars.of(frame.lang, setting.links, asked)), asked.status)
    setting = SetsSetting(frame, frames.urls, asked, view, every, journey)
    found: SetsAnswer | None = None
    async with bars.begun(frame.lang, setting.links, asked) as counting:
        with suppress(NoSnapshot):
            found = await maps.sets(sets, known)
        who = await counting
    strips = [await maps.strips(one.heat.snapshot) for one in found.map.sets] if found else []
    of_touchpoint = await touchpoints.of(
        asked.site, journey.partition(TOUCHPOINT)[0], asked.question.page, [sets.a, sets.b]
    )
    page = page_of(setting, who, AnsweredSets(sets, found, strips, of_touchpoint))
    if found is None or not signed_in(request).may("editor"):
        return answer(request, page)
    sharing = comparison_sharing(frame.lang, asked.question, page.name, setting.links.to())
    page = replace(page, share_href=sharing.here)
    if "share" not in request.query_params:
        return answer(request, page)
    panel = await panels.of(request, frame.lang, asked.site, sharing)
    return panels.forget(request, answer(request, replace(page, share=panel)))


@dataclass(frozen=True)
class AnsweredSets:
    """Two sets with their answer, None without a picture, the `strips` of their two pictures, and the pages of the
    touchpoint whose comparison it is."""

    sets: TwoSets
    found: SetsAnswer | None
    strips: Sequence[Strips]
    touchpoint: TouchpointPages | None = None


def page_of(setting: SetsSetting, who: WhoBar, answered: AnsweredSets | None = None) -> SetsPage:
    """The page of an answer; without one, of a question with faults."""
    lang, asked, links, urls = setting.frame.lang, setting.asked, setting.links, setting.urls
    page, site = asked.question.page, asked.site.id
    choosing = setting.choosing(answered.sets) if answered else None
    found = answered.found if answered else None
    group = asked.question.page_group
    names = page_names(list(asked.known.snapshots))
    shown = group.name if group else name_of(page, names) if page else lang.text("Page")
    title = lang.text("%(page)s: %(a)s and %(b)s", page=shown, a=choosing.name("a"), b=choosing.name("b")) \
        if choosing else shown  # fmt: skip
    counts = tuple(lang.number(one.visitors) for one in found.figures.sets) if found else ("", "")
    return SetsPage(
        frame=setting.frame,
        title=title,
        name=title,
        path=", ".join(group.pages) if group else readable_host(page) if page else "",
        touchpoint=touchpoint_page_line(lang, links, names, answered.touchpoint) if answered else None,
        kind=asked.question.kind,
        view=setting.view or "side",
        back=way_back(lang, urls, replace(asked.question, segment="", tree=None), setting.journey),
        map_href=urls.heatmap(site, **replace(asked.question, compared_with="").query()),
        exports=_exports(setting) if found else [],
        bar=SetsBar(kind_choices(lang, links, SETS.kinds), _views(setting), period_control(lang, links, asked.today)),
        faults=None if choosing else fault_list(lang, asked.faults, links),
        empty=_empty(setting) if choosing and not found else None,
        who=who,
        chooser=chooser_of(choosing, (counts[0], counts[1])) if choosing else None,
        result=sets_result(choosing, found, answered.strips, setting.every)
        if answered and choosing and found
        else None,
    )


def _views(setting: SetsSetting) -> list[Choice]:
    _, links, swipe = setting.frame.lang.text, setting.links, setting.view == "swipe"
    return [
        Choice(_("Side by side"), replace(links, view="").to(), not swipe),
        Choice(_("Swipe"), replace(links, view="swipe").to(), swipe),
    ]


def _exports(setting: SetsSetting) -> list[Choice]:
    query = setting.asked.question.fixed(setting.asked.today).query()
    api = setting.urls.api
    return [
        Choice(form.upper(), api("sites", setting.asked.site.id, "compare", **query, format=form)) for form in FORMATS
    ]


def _empty(setting: SetsSetting) -> Empty:
    _ = setting.frame.lang.text
    return Empty(
        _("No picture of this page yet"),
        (_("The two maps are drawn on a picture of the page. Take one on its map first."),),
    )
