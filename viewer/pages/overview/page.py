"""The first page of a site: what changed, its figures with their trend, and tables whose rows are filters."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.overview import BOUNCE, GOAL, OverviewFigures
from rules.question import SITE
from viewer.http.parameters import choice
from viewer.http.urls import Urls
from viewer.overviews import Overviews, wanted_of
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.frame.trends import TrendChart
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.ledger import LedgerRow
from viewer.pages.map.links import with_query
from viewer.pages.overview.account import ledger_rows, outside_words
from viewer.pages.overview.bar import SiteBar, csv_link, site_bar
from viewer.pages.overview.figures import FigureTile, tile_of
from viewer.pages.overview.lead import Lead, lead_of
from viewer.pages.overview.needs import FoundNeeds, SiteNeeds, needs_of
from viewer.pages.overview.needs_reader import NeedsReader
from viewer.pages.overview.tables import VisitorTable, tables_of
from viewer.pages.overview.trend import trend_of
from viewer.pages.overview.view import OverviewView, view_of
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.questions import Asked, Questions


@dataclass(frozen=True, kw_only=True)
class OverviewPage(Page):
    """The figures of a site, `/sites/3/overview?days=28`."""

    template = "overview/overview.html"
    docs = "reading-a-map"
    name: str = doc("Name of the site")
    days_line: str = doc("The days of the period")
    setup_href: str = doc("The set-up of the site")
    bar: SiteBar = doc("What is shown, and who is counted")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, nothing else is shown")
    empty: Empty | None = doc("What to show when nobody is counted")
    first: str = doc("That the figures are estimates, which the page replaces by exact ones; empty: they are exact")
    exact: Choice = doc("The page with exact figures")
    among: str = doc("Who is counted, in front of the sentence; empty: everybody")
    lead: Lead | None = doc("What changed most, in a sentence")
    needs: SiteNeeds = doc("What needs attention first")
    tiles: tuple[FigureTile, ...] = doc("The figures")
    trend: TrendChart | None = doc("The days of the chosen figure")
    tables: tuple[VisitorTable, ...] = doc("Visitors by how they came, what they saw and what they use")
    measure: str = doc("What the share in the tables is of")
    measures: tuple[Choice, ...] = doc("What the share in the tables can be of")
    versus: str = doc("The last column of the tables: before, or everyone if something narrows")
    account: tuple[LedgerRow, ...] = doc("What became of the visitors received")
    csv: str = doc("All tables as a file")


async def show(
    request: Request,
    *,
    questions: Questions,
    frames: Frames,
    urls: Urls,
    overviews: Overviews,
    bars: WhoBars,
    needs_reader: NeedsReader,
) -> Response:
    asked = await questions.read(request, SITE)
    site = asked.site.id
    view = view_of(urls.overview(site), site, asked.question, asked.known, request.query_params)
    if not asked.faults and not await overviews.visited(asked.site):
        return go(urls.site(site))
    frame = await frames.of(request, "overview", asked.site)
    found = None
    if not asked.faults:
        wanted = wanted_of(asked.known, asked.question, view.listing, view.measure)
        exact = choice(request.query_params, "exact", ("0", "1"), "0") == "1"
        found = await overviews.of(asked.question, wanted, exact=exact)
    who = await bars.of(frame.lang, view.links, asked)
    needs = await needs_reader.of(frame.lang, asked, first=found.one_in > 1) if found else FoundNeeds()
    return answer(request, page_of(frame, urls, view, AnsweredOverview(asked, who, found, needs)), asked.status)


@dataclass(frozen=True)
class AnsweredOverview:
    """A question with its answer; `found` is None if the question has faults."""

    asked: Asked
    who: WhoBar
    found: OverviewFigures | None
    needs: FoundNeeds


def page_of(frame: Frame, urls: Urls, view: OverviewView, overview: AnsweredOverview) -> OverviewPage:
    """The page of an answer; without one, the faults of the question."""
    lang, links, asked, found = frame.lang, view.links, overview.asked, overview.found
    since, until = asked.question.period.span(asked.today)
    counted = found.account.counted if found else 0
    shown = found if counted else None
    return OverviewPage(
        frame=frame,
        title=asked.site.name,
        name=asked.site.name,
        days_line=lang.text("%(since)s to %(until)s", since=lang.day(since), until=lang.day(until)),
        setup_href=urls.site(view.site),
        bar=site_bar(lang, urls, asked, links, "figures", overview.who),
        faults=fault_list(lang, asked.faults, links),
        empty=None if shown or found is None else _nobody(lang, view, overview),
        first=_first_words(lang, found) if found and found.one_in > 1 else "",
        exact=Choice(lang.text("Show the exact figures"), with_query(view.to(), {"exact": "1"})),
        among=", ".join(overview.who.narrowed.parts),
        lead=lead_of(lang, shown, view.goal_names) if shown else None,
        needs=needs_of(lang, urls, view, overview.needs),
        tiles=_tiles(lang, shown, view) if shown else (),
        trend=trend_of(lang, shown, view.figure, view.goal_names, asked.today) if shown else None,
        tables=tables_of(lang, urls, shown, view) if shown else (),
        measure=_measured(lang, shown, view) if shown else "",
        measures=_measures(lang, shown, view) if shown else (),
        versus=lang.text("Everyone") if asked.question.group else lang.text("Before"),
        account=account_of(lang, overview),
        csv=csv_link(urls, asked, "overview", SITE, **({"measure": BOUNCE} if view.measure else {})),
    )


def _tiles(lang: Language, found: OverviewFigures, view: OverviewView) -> tuple[FigureTile, ...]:
    return tuple(
        tile_of(lang, found, one, view.goal_names, view.to(figure=one.name) + "#figures", one.name == view.figure)
        for one in found.figures
    )


def _first_words(lang: Language, found: OverviewFigures) -> str:
    return lang.text(
        "A first answer from one visitor in ten, %(visitors)s of them: counts are estimates, intervals are wider. The "
        "exact numbers replace it as soon as they are counted.",
        visitors=lang.number(found.account.counted // found.one_in),
    )


def _measured(lang: Language, found: OverviewFigures, view: OverviewView) -> str:
    goal = found.measure.removeprefix(GOAL)
    return lang.text("Bounce") if found.measure == BOUNCE else view.goal_names[goal]


def _measures(lang: Language, found: OverviewFigures, view: OverviewView) -> tuple[Choice, ...]:
    goals = tuple(
        Choice(name, view.to(question=replace(view.question, goal=goal), measure=""), found.measure == GOAL + goal)
        for goal, name in view.goal_names.items()
    )
    bounce = view.to(question=replace(view.question, goal=""), measure=BOUNCE)
    return (*goals, Choice(lang.text("Bounce"), bounce, found.measure == BOUNCE))


def account_of(lang: Language, overview: AnsweredOverview) -> tuple[LedgerRow, ...]:
    """Visitors received → counted; empty without an answer."""
    if overview.found is None:
        return ()
    outside = outside_words(lang, overview.asked.question, overview.who.narrowed)
    return ledger_rows(lang, overview.found.account, lang.text("Visitors received"), lang.text("Counted"), outside)


def _nobody(lang: Language, view: OverviewView, overview: AnsweredOverview) -> Empty:
    """Nobody is counted: because of the filters, or because nobody came."""
    _, question, account = lang.text, view.question, account_of(lang, overview)
    if question.group or question.device:
        everybody = replace(question, filters=(), segment="", tree=None, device="")
        actions = (Choice(_("Show everybody"), view.to(question=everybody), True),)
        return Empty(_("No visitor fits"), (), actions, account)
    return Empty(
        _("No visits in this period"), (), (), account if overview.found and overview.found.account.received else ()
    )
