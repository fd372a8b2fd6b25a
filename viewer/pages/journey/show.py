"""A journey map: stages as columns, lanes as rows, measured figures beside the team's texts."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.journey import JourneyMap
from rules.find import usable
from rules.question import JOURNEY
from store.journeys import Journey
from viewer.access.guards import check_role
from viewer.access.person import signed_in
from viewer.maps import Maps
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.journey.columns import MeasuredJourney, StageColumn, columns_of
from viewer.pages.journey.edit import JourneyFormRenderer, show_form
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.links import Links
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.questions import Asked, Questions
from viewer.registry import Registry


@dataclass(frozen=True)
class UnmappedPage:
    """A page with visitors that belongs to no touchpoint."""

    name: str
    href: str
    visitors: str


@dataclass(frozen=True, kw_only=True)
class JourneyPage(Page):
    """A journey measured, `/sites/3/journeys/first-lamp?days=28`."""

    template = "journey/show.html"
    name: str = doc("Name of the journey")
    about: str = doc("Objective and review date")
    visitors_line: str = doc("Number of visitors; empty if the question has faults")
    edit_href: str = doc("Address of its form; empty if the person may not edit it")
    export: str = doc("Address of the figures as JSON; empty if the question has faults")
    period: PeriodControl = doc("The period menu")
    who: WhoBar = doc("The devices, filters and segment that are counted, and how many visitors they leave")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, nothing is measured")
    empty: Empty | None = doc("What to show when no stage has a touchpoint")
    stages: list[StageColumn] = doc("One column per stage")
    unmapped: list[UnmappedPage] = doc("The busiest pages without a touchpoint")
    method: str = doc("How the go-on share is counted")


async def show(
    request: Request,
    *,
    questions: Questions,
    registry: Registry,
    frames: Frames,
    maps: Maps,
    renderer: JourneyFormRenderer,
    bars: WhoBars,
) -> Response:
    """GET shows the map, or with `?edit=1` its form."""
    person, urls = signed_in(request), frames.urls
    asked = await questions.read(request, JOURNEY)
    found = await registry.find(Journey, request.path_params["journey"], asked.site)
    if request.query_params.get("edit") == "1":
        check_role(person, "editor")
        return await show_form(request, asked.site, found, renderer)
    journey = usable(found)
    frame = await frames.of(request, "journeys", asked.site)
    edit = urls.journey(asked.site.id, journey.id, edit=1) if person.may("editor") else ""
    links = Links(urls.journey(asked.site.id, journey.id), asked.question)
    if asked.faults:
        who = await bars.of(frame.lang, links, asked)
        return answer(request, with_faults(frame, journey, asked, JourneyBar(links, who, edit)), asked.status)
    async with bars.begun(frame.lang, links, asked) as counting:
        figures, who = await maps.journey(journey, asked.question), await counting
    measured = MeasuredJourney(frame.lang, urls, asked, journey, figures)
    return answer(request, page_of(frame, measured, JourneyBar(links, who, edit)))


@dataclass(frozen=True)
class JourneyBar:
    """The controls of the page. `edit`: address of the journey's form; "" if the person may not edit it."""

    links: Links
    who: WhoBar
    edit: str


def with_faults(frame: Frame, journey: Journey, asked: Asked, bar: JourneyBar) -> JourneyPage:
    """The page of a question that cannot be answered; its bar keeps the user's choices."""
    lang = frame.lang
    return JourneyPage(
        frame=frame,
        title=journey.name,
        name=journey.name,
        about=_about(lang, journey),
        visitors_line="",
        edit_href=bar.edit,
        export="",
        period=period_control(lang, bar.links, asked.today),
        who=bar.who,
        faults=fault_list(lang, asked.faults, bar.links),
        empty=None,
        stages=[],
        unmapped=[],
        method="",
    )


def page_of(frame: Frame, measured: MeasuredJourney, bar: JourneyBar) -> JourneyPage:
    """The page of a measured journey."""
    lang, journey, figures, asked = measured.lang, measured.journey, measured.figures, measured.asked
    fixed = asked.question.fixed(asked.today).query()
    return JourneyPage(
        frame=frame,
        title=journey.name,
        name=journey.name,
        about=_about(lang, journey),
        visitors_line=lang.plural(
            "%(num)s visitor in this period", "%(num)s visitors in this period", figures.visitors
        ),
        edit_href=bar.edit,
        export=measured.urls.api("sites", asked.site.id, "journeys", journey.id, "map", **fixed),
        period=period_control(lang, bar.links, asked.today),
        who=bar.who,
        faults=None,
        empty=_empty(lang, journey, bar.edit),
        stages=columns_of(measured),
        unmapped=_unmapped(measured, figures),
        method=_method(lang, journey),
    )


def _unmapped(measured: MeasuredJourney, figures: JourneyMap) -> list[UnmappedPage]:
    names = page_names(list(measured.asked.known.snapshots))
    return [
        UnmappedPage(
            name_of(page, names),
            measured.urls.heatmap(measured.asked.site.id, page=page, **measured.days),
            measured.lang.number(visitors),
        )
        for page, visitors in figures.unmapped
    ]


def _about(lang: Language, journey: Journey) -> str:
    review = lang.text("review on %(day)s", day=lang.day(journey.review_on)) if journey.review_on else ""
    return ", ".join(part for part in (journey.objective.strip().rstrip("."), review) if part)


def _method(lang: Language, journey: Journey) -> str:
    return lang.text(
        "Going on means reaching a later stage within %(window)s of first reaching this one. Visitors whose "
        "time window is still open are left out. Without consent a visitor is recognised for one day only, "
        "so the true shares may be higher.",
        window=lang.plural("%(num)s day", "%(num)s days", journey.window_days),
    )


def _empty(lang: Language, journey: Journey, edit: str) -> Empty | None:
    _ = lang.text
    if any(stage.touchpoints for stage in journey.stages):
        return None
    actions = (Choice(_("Edit"), edit, True),) if edit else ()
    why = _(
        "A touchpoint is one or more pages of a stage, such as the basket. Add some, and they are measured right away."
    )
    return Empty(_("No touchpoint on this map yet"), (why,), actions)
