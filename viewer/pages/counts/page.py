"""The counts of a site that keeps counts only, in place of its overview and its list of pages."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.day_counts import SiteCounts, site_counts
from aggregator.queries.day_counts import EVENT, PAGE
from rules.question import PERIOD
from store.client import Store
from viewer.http.urls import Urls
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Page, doc
from viewer.pages.map.links import Links
from viewer.pages.map.period import PeriodControl, period_control
from viewer.questions import Asked, Questions
from viewer.work import Work


@dataclass(frozen=True)
class CountedRow:
    """One value of a table; `href`: its map, empty where it has none."""

    name: str
    href: str
    visitors: str
    amount: str


@dataclass(frozen=True)
class CountedTable:
    """The values of one property, those with most visitors first. `amount`: the head of its last column."""

    title: str
    amount: str
    rows: tuple[CountedRow, ...]


@dataclass(frozen=True)
class DayLine:
    """A closed day; `few`: that fewer visitors came than are counted."""

    day: str
    visitors: str
    views: str
    few: str


@dataclass(frozen=True, kw_only=True)
class CountsPage(Page):
    """The counts of the closed days of a site, `/sites/3/counts?days=28`."""

    template = "counts/page.html"
    docs = "privacy"
    name: str = doc("Name of the site")
    days_line: str = doc("The days of the period")
    period: PeriodControl = doc("The menu of periods")
    lead: str = doc("Visitors and views of the period in a sentence; empty if no day is counted")
    rules: tuple[str, ...] = doc("How the counts are to be read")
    daily: tuple[int, ...] = doc("Visitors of each counted day")
    days: tuple[DayLine, ...] = doc("The closed days, the last one first")
    tables: tuple[CountedTable, ...] = doc("The counts by page, device, event and so on")
    lost: tuple[str, ...] = doc("What a site that keeps counts only does not show")
    privacy_href: str = doc("Where the mode is chosen")
    csv: str = doc("The counts as a file")


async def show(
    request: Request, *, questions: Questions, frames: Frames, urls: Urls, store: Store, work: Work
) -> Response:
    asked = await questions.read(request, PERIOD)
    site = asked.site
    if not site.counts_only:
        return go(urls.overview(site.id))
    frame = await frames.of(request, "overview", site)
    since, until = asked.checked().period.span(asked.today)
    found = await work.run(site_counts, store, int(site.id), since, until, site.least_visitors)
    return answer(request, _page(frame.lang, urls, asked, found, frame=frame))


def _page(lang: Language, urls: Urls, asked: Asked, found: SiteCounts, **more: object) -> CountsPage:
    _, site = lang.text, asked.site
    since, until = asked.question.period.span(asked.today)
    least = lang.number(found.least)
    lead = ""
    if found.visitors:
        lead = lang.plural(
            "%(visitors)s visitors and %(views)s views on %(num)s day.",
            "%(visitors)s visitors and %(views)s views on %(num)s days.",
            sum(one.visitors is not None for one in found.days),
            visitors=lang.number(found.visitors),
            views=lang.number(found.views),
        )
    return CountsPage(
        title=site.name,
        name=site.name,
        days_line=lang.text("%(since)s to %(until)s", since=lang.day(since), until=lang.day(until)),
        period=period_control(lang, Links(urls.counts(site.id), asked.question), asked.today),
        lead=lead,
        rules=(
            _("Visitors are the sum of the days: whoever came on two days counts twice."),
            _("A count of fewer than %(n)s visitors on a day is not kept.", n=least),
            _("A day is one of UTC. It is counted two hours after its end, so today is not here yet."),
        ),
        daily=tuple(one.visitors or 0 for one in found.days),
        days=tuple(
            DayLine(
                lang.day(one.day),
                lang.number(one.visitors) if one.visitors else "",
                lang.number(one.views) if one.views else "",
                "" if one.visitors else _("fewer than %(n)s visitors", n=least),
            )
            for one in reversed(found.days)
        ),
        tables=_tables(lang, urls, asked, found),
        lost=lost_words(lang),
        privacy_href=urls.privacy(site.id),
        csv=urls.api("sites", site.id, "counts", **asked.question.period.query(), format="csv"),
        **more,  # type: ignore[arg-type]
    )


def lost_words(lang: Language) -> tuple[str, ...]:
    """What a site loses that keeps counts only."""
    _ = lang.text
    return (
        _("Journeys, goals and ways: nobody is followed from page to page."),
        _("Segments and filters: no visitor is known, so there is nobody to choose."),
        _("Comparisons and experiments: two sets of visitors cannot be told apart."),
        _("Forms, dead clicks, rage clicks, how far pages are scrolled: they need single visits."),
        _("Surveys: what somebody answered is of one visitor."),
        _("Today: a day is shown once it is counted."),
    )


def _tables(lang: Language, urls: Urls, asked: Asked, found: SiteCounts) -> tuple[CountedTable, ...]:
    _, period = lang.text, asked.question.period.query()
    titles = {
        PAGE: _("Pages"),
        EVENT: _("Events"),
        "channel": _("Channels"),
        "referrer": _("Referrers"),
        "source": _("Sources"),
        "medium": _("Media"),
        "campaign": _("Campaigns"),
        "device": _("Devices"),
        "browser": _("Browsers"),
        "os": _("Systems"),
        "country": _("Countries"),
        "language": _("Languages"),
    }
    return tuple(
        CountedTable(
            title,
            _("Times") if what == EVENT else _("Views"),
            tuple(
                CountedRow(
                    one.name,
                    urls.heatmap(asked.site.id, page=one.name, **period) if what == PAGE else "",
                    lang.number(one.visitors),
                    lang.number(one.amount),
                )
                for one in found.tables[what]
            ),
        )
        for what, title in titles.items()
        if what in found.tables
    )
