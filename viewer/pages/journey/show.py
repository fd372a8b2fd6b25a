"""A journey map: stages as columns, lanes as rows, measured figures beside the team's texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.journey import UNMAPPED_SHOWN, JourneyMap
from aggregator.answers.unmapped import UnmappedTraffic
from rules.fields import day_of
from rules.find import Rejected, usable
from rules.journey_lanes import laid_out
from rules.question import JOURNEY
from store.journeys import Journey
from store.pages import page_path
from viewer.access.guards import check_role
from viewer.access.person import signed_in
from viewer.http.parameters import choice
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.journey.duration import WholeLine, whole_line
from viewer.pages.journey.edit import JourneyFormRenderer, show_form
from viewer.pages.journey.editor import editor_page
from viewer.pages.journey.first_answer import first_words
from viewer.pages.journey.lanes.rows import LaneRow, lane_rows
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.journey.measuring import JourneyMeasurer
from viewer.pages.journey.paper import SheetOptions, map_downloads, on_sheet, sheet_line, sheet_options
from viewer.pages.journey.personas import Personas, persona_of, personas_of
from viewer.pages.journey.stage_heads import StageHead, stage_heads
from viewer.pages.journey.views import view_switch
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.questions import Questions
from viewer.registry import Registry


@dataclass(frozen=True)
class UnmappedRow:
    """What no touchpoint claims. `href`: its heatmap, "" without one; `make`: where a touchpoint is made of it, "" if
    the person may not."""

    name: str
    href: str
    visitors: str
    make: str


@dataclass(frozen=True)
class UnmappedKind:
    """Pages, other sites or events that no touchpoint claims. `more`: how many others there are, in words."""

    heading: str
    rows: tuple[UnmappedRow, ...]
    more: str


@dataclass(frozen=True, kw_only=True)
class JourneyPage(Page):
    """A journey measured, `/sites/3/journeys/first-lamp?days=28`."""

    template = "journey/show.html"
    docs = "journeys"
    name: str = doc("Name of the journey")
    about: str = doc("Objective and review date")
    review_due: str = doc("That the review is due, and for how long; empty while it is not")
    first: str = doc(
        "That the figures are of one visitor in ten, until the exact ones are ready; empty: they are exact"
    )
    visitors_line: str = doc("Number of visitors; empty if the question has faults")
    edit_href: str = doc("Address of its form; empty if the person may not edit it")
    downloads: tuple[Choice, ...] = doc("The map as files; none if the question has faults")
    sheet: str = doc("What its sheet of paper says: period, visitors, revision")
    options: SheetOptions | None = doc("What is printed; None if the question has faults")
    compare: tuple[Choice, ...] = doc("What the figures are compared with")
    views: tuple[Choice, ...] = doc("The views of the journey")
    period: PeriodControl = doc("The period menu")
    who: WhoBar = doc("The devices, filters and segment that are counted, and how many visitors they leave")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, nothing is measured")
    empty: Empty | None = doc("What to show when no stage has a touchpoint")
    stages: list[StageHead] = doc("One head per stage; an empty stage is folded")
    lanes: list[LaneRow] = doc("The rows, each with one cell for each stage that is not folded")
    personas: Personas = doc("The personas whose numbers can be shown, and the card of the one that is on")
    unmapped: tuple[UnmappedKind, ...] = doc("Traffic without a touchpoint, those with the most visitors first")
    here: str = doc("Address of this page, to come back to after a change")
    whole: WholeLine | None = doc("How long the whole journey takes; None without a goal")
    method: str = doc("How the go-on share is counted")


async def show(
    request: Request,
    *,
    questions: Questions,
    registry: Registry,
    frames: Frames,
    renderer: JourneyFormRenderer,
    bars: WhoBars,
    measurer: JourneyMeasurer,
) -> Response:
    """GET shows the map, with `?edit=1` open for editing, with `?edit=form` as a form that needs no scripts."""
    person, urls = signed_in(request), frames.urls
    asked = await questions.read(request, JOURNEY)
    stored = await registry.find(Journey, request.path_params["journey"], asked.site)
    editing = request.query_params.get("edit", "")
    compared = choice(request.query_params, "with", ("before",), "") == "before"
    if editing:
        check_role(person, "editor")
    if editing == "form" or (editing and isinstance(stored, Rejected)):
        return await show_form(request, asked.site, stored, renderer)
    whole = laid_out(usable(stored))
    journey = whole if editing else on_sheet(whole, request.query_params)
    frame = await frames.of(request, "journeys", asked.site)
    measured = MeasuredJourney(
        lang=frame.lang,
        urls=urls,
        asked=asked,
        journey=journey,
        figures=JourneyMap(0, [], {}, []),
        edit=urls.journey(asked.site.id, journey.id, edit=1) if person.may("editor") else "",
        unfolded=frozenset(request.query_params.get("open", "").split("~")) - {""},
        persona=persona_of(journey, asked.question, request.query_params.get("persona", "")),
        compared=compared,
        futures=futures_of(journey, await registry.journeys(asked.site)),
    )
    if editing:
        every = frozenset(stage.key for stage in journey.stages)
        measured = replace(measured, unfolded=every)
        if not asked.faults:
            measured = await measurer.measured(measured, opportunities=False)
        return answer(request, editor_page(frame, measured))
    if asked.faults:
        who = await bars.of(frame.lang, measured.links, asked)
        return answer(request, with_faults(frame, measured, who), asked.status)
    async with bars.begun(frame.lang, measured.links, asked) as counting:
        quick = request.query_params.get("exact") != "1"
        has_lane = any(lane.kind == "opportunities" and not lane.hidden for lane in journey.lanes)
        measured = await measurer.measured(
            measured, quick=quick, opportunities=has_lane, before=compared, lanes=True, personas=True
        )
        unmapped = await measurer.unmapped(measured)
        who = await counting
    page = page_of(frame, measured, who, unmapped)
    return answer(request, replace(page, options=sheet_options(measured, whole, request.query_params)))


def with_faults(frame: Frame, measured: MeasuredJourney, who: WhoBar) -> JourneyPage:
    """The page of a question that cannot be answered; its bar keeps the user's choices."""
    lang, journey, asked = measured.lang, measured.journey, measured.asked
    return JourneyPage(
        frame=frame,
        title=journey.name,
        name=journey.name,
        about=_about(lang, journey),
        review_due=_review_due(measured),
        first="",
        visitors_line="",
        edit_href=measured.edit,
        downloads=(),
        sheet="",
        options=None,
        compare=(),
        views=view_switch(lang, measured.urls, asked, journey.id, "map"),
        period=period_control(lang, measured.links, asked.today),
        who=who,
        faults=fault_list(lang, asked.faults, measured.links),
        empty=None,
        stages=[],
        lanes=[],
        personas=Personas(),
        unmapped=(),
        here=measured.links.to(),
        whole=None,
        method="",
    )


def page_of(frame: Frame, measured: MeasuredJourney, who: WhoBar, unmapped: UnmappedTraffic) -> JourneyPage:
    """The page of a measured journey."""
    lang, journey, figures, asked = measured.lang, measured.journey, measured.figures, measured.asked
    return JourneyPage(
        frame=frame,
        title=journey.name,
        name=journey.name,
        about=_about(lang, journey),
        review_due=_review_due(measured),
        first=first_words(lang, figures.visitors) if figures.one_in > 1 else "",
        visitors_line=lang.plural(
            "%(num)s visitor in this period", "%(num)s visitors in this period", figures.visitors
        ),
        edit_href=measured.edit,
        downloads=map_downloads(measured),
        sheet=sheet_line(measured),
        options=None,
        compare=_compare(measured),
        views=view_switch(lang, measured.urls, asked, journey.id, "map"),
        period=period_control(lang, measured.links, asked.today),
        who=who,
        faults=None,
        empty=_empty(lang, journey, measured.edit),
        stages=stage_heads(measured),
        lanes=lane_rows(measured),
        personas=personas_of(measured),
        unmapped=_unmapped(measured, unmapped),
        here=measured.links.to(),
        whole=whole_line(measured),
        method=_method(measured),
    )


def _unmapped(measured: MeasuredJourney, found: UnmappedTraffic) -> tuple[UnmappedKind, ...]:
    lang, names = measured.lang, page_names(list(measured.asked.known.snapshots))

    def row(on: str, name: str, visitors: int) -> UnmappedRow:
        is_page = on == "page"
        href = measured.urls.heatmap(measured.site, **{"page": name} | measured.query) if is_page else ""
        contact = page_path(name) if is_page else name
        make = f"{measured.edit}#make={quote(f'{on}:{contact}', safe='')}" if measured.edit else ""
        return UnmappedRow(name_of(name, names) if is_page else name, href, lang.number(visitors), make)

    def kind(heading: str, on: str, rows: tuple[tuple[str, int], ...]) -> UnmappedKind:
        left = len(rows) - UNMAPPED_SHOWN
        shown = tuple(row(on, *one) for one in rows[:UNMAPPED_SHOWN])
        return UnmappedKind(heading, shown, lang.plural("%(num)s more", "%(num)s more", left) if left > 0 else "")

    _ = lang.text
    kinds = (
        kind(_("Pages"), "page", found.pages),
        kind(_("Other sites that visitors came from"), "referrer", found.referrers),
        kind(_("Events"), "event", found.events),
    )
    return tuple(one for one in kinds if one.rows)


def _about(lang: Language, journey: Journey) -> str:
    review = lang.text("review on %(day)s", day=lang.day(journey.review_on)) if journey.review_on else ""
    return ", ".join(part for part in (journey.objective.strip().rstrip("."), review) if part)


def _review_due(measured: MeasuredJourney) -> str:
    """A reminder on the map from the review day on, as on the list of journeys."""
    lang, review = measured.lang, day_of(measured.journey.review_on)
    if review is None or review > measured.asked.today:
        return ""
    late = (measured.asked.today - review).days
    if not late:
        return lang.text("The review of this map is due today.")
    return lang.plural(
        "The review of this map is due: %(num)s day late.", "The review of this map is due: %(num)s days late.", late
    )


def _compare(measured: MeasuredJourney) -> tuple[Choice, ...]:
    """The choices of what the figures are compared with."""
    lang, links, on = measured.lang, measured.links, measured.compared
    return (
        Choice(lang.text("nothing"), links.keeping(**{"with": ""}).to(), not on),
        Choice(lang.text("period before"), links.keeping(**{"with": "before"}).to(), on),
        *(_gap_choice(measured, one) for one in measured.futures),
    )


def _gap_choice(measured: MeasuredJourney, future: Journey) -> Choice:
    lang, query = measured.lang, measured.asked.question.query()
    itself = future.id == measured.journey.id
    words = lang.text("the map of today") if itself else lang.text("future state: %(name)s", name=future.name)
    return Choice(words, measured.urls.journey_gap(measured.site, future.id, **query))


def futures_of(journey: Journey, every: Sequence[Journey]) -> tuple[Journey, ...]:
    """The future states whose gap a map leads to: those that are based on it, and itself if it is based on another."""
    itself = (journey,) if journey.based_on else ()
    return (*itself, *(one for one in every if one.based_on == journey.id and one.id != journey.id))


def _method(measured: MeasuredJourney) -> str:
    lang, days = measured.lang, measured.journey.window_days
    if measured.changes is None:
        red = lang.text(
            "Red: a target that the whole interval misses, or frustration well above that of the other touchpoints."
        )
    else:
        red = lang.text(
            "Red: a target that the whole interval misses; without a target, a share that is worse than in the period "
            "before, beyond chance, as adjusted for the number of shares that are compared. How much a figure has "
            "changed is said where that is beyond chance. Shares of visits are shown beside those before, and not "
            "tested: visits of one visitor depend on each other."
        )
    counted = lang.text(
        "Going on means reaching a later stage within %(window)s of first reaching this one. Visitors whose "
        "time window is still open are left out. Without consent a visitor is recognised for one day only, "
        "so the true shares may be higher.",
        window=lang.plural("%(num)s day", "%(num)s days", days),
    )
    amber = lang.text("Amber ≈: the target lies inside the interval.")
    return f"{counted} {red} {amber}"


def _empty(lang: Language, journey: Journey, edit: str) -> Empty | None:
    _ = lang.text
    if any(stage.touchpoints for stage in journey.stages):
        return None
    actions = (Choice(_("Edit"), edit, True),) if edit else ()
    why = _(
        "A touchpoint is one or more pages of a stage, such as the basket. Add some, and they are measured right away."
    )
    return Empty(_("No touchpoint on this map yet"), (why,), actions)
