"""The page of one touchpoint, with one click to its heatmap and to those who went on or left, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.journey import JourneyMap
from aggregator.answers.touchpoint import TouchpointCard
from aggregator.measures.statistics import FEW
from rules.journey_lanes import laid_out
from rules.question import JOURNEY
from store.journeys import Journey, Touchpoint
from viewer.journey_maps import JourneyMaps
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.journey.first_answer import first_words
from viewer.pages.journey.lanes.touchpoints import comparisons, kind_names
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.journey.touchpoint.flows import (
    SPLIT,
    FlowTable,
    PartRow,
    UsedElementLine,
    came_from,
    channel_rows,
    device_rows,
    element_lines,
    went_to,
)
from viewer.pages.journey.touchpoint.metric_rows import MetricRow, metric_rows
from viewer.pages.journey.touchpoint.over_time import OverTime, drawn_metric, over_time
from viewer.pages.journey.touchpoint.shown import ShownTouchpoint, card_names
from viewer.pages.journey.touchpoint.verdict import change_sentences, lead_sentence
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.links import Links
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.map.way_back import NAME, TOUCHPOINT
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.touchpoints import asked_of


@dataclass(frozen=True)
class MeasuredParts:
    """What is shown of a touchpoint with visitors; `split_heads`: of the columns of the devices and channels."""

    lead: str
    changes: tuple[str, ...]
    rows: tuple[MetricRow, ...]
    over_time: OverTime
    came_from: FlowTable
    went_to: FlowTable
    elements: tuple[UsedElementLine, ...]
    split_heads: tuple[str, ...]
    devices: tuple[PartRow, ...]
    channels: tuple[PartRow, ...]


@dataclass(frozen=True, kw_only=True)
class TouchpointPage(Page):
    """A touchpoint, `/sites/3/journeys/first-lamp/touchpoints/basket?days=28`."""

    template = "journey/touchpoint/touchpoint.html"
    docs = "journeys"
    name: str = doc("Name of the touchpoint")
    stage: str = doc("Name of its stage")
    back: Choice = doc("Its journey, in the same days")
    place: str = doc("Its busiest page, or its kind")
    purpose: str = doc("What the team wrote about its purpose")
    heatmap: str = doc("Address of its heatmap; empty without a page")
    compare: tuple[Choice, ...] = doc("Those who left beside those who went on; who reached the goal and who did not")
    downloads: tuple[Choice, ...] = doc("The card as files; none if the question has faults")
    steps: tuple[Choice, ...] = doc("Day by day or week by week")
    period: PeriodControl = doc("The period menu")
    who: WhoBar = doc("The devices, filters and segment that are counted, and how many visitors they leave")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, nothing is measured")
    first: str = doc(
        "That the figures are of one visitor in ten, until the exact ones are ready; empty: they are exact"
    )
    nothing: str = doc("Why nothing is measured here; empty if something is")
    found: MeasuredParts | None = doc("The figures; None without any")


async def show(
    request: Request, *, questions: Questions, registry: Registry, frames: Frames, maps: JourneyMaps, bars: WhoBars
) -> Response:
    """GET shows the card of a touchpoint; `metric` chooses the figure that is drawn over time."""
    asked = await questions.read(request, JOURNEY)
    journey = laid_out(await registry.journey(asked.site, request.path_params["journey"]))
    wanted = asked_of(request, journey)
    frame = await frames.of(request, "journeys", asked.site)
    stage, touchpoint = next((journey.stages[i], one) for i, one in journey.touchpoints if one.key == wanted.key)
    measured = MeasuredJourney(frame.lang, frames.urls, asked, journey, JourneyMap(0, [], {}, []))
    chosen = request.query_params.get("metric", "")
    extra = tuple(pair for pair in (("step", wanted.step), ("metric", chosen)) if pair[1])
    links = Links(frames.urls.touchpoint(asked.site.id, journey.id, wanted.key), asked.question, extra=extra)
    if asked.faults:
        who = await bars.of(frame.lang, links, asked)
        return answer(request, _page(frame, measured, touchpoint, links, who, None), asked.status)
    quick = request.query_params.get("exact") != "1"
    async with bars.begun(frame.lang, links, asked) as counting:
        card = await maps.touchpoint(journey, asked.question, wanted, asked.known.goals, quick=quick)
        who = await counting
    shown = ShownTouchpoint(measured, stage, touchpoint, card, links, chosen)
    return answer(request, _page(frame, measured, touchpoint, links, who, shown))


def _page(
    frame: Frame,
    measured: MeasuredJourney,
    touchpoint: Touchpoint,
    links: Links,
    who: WhoBar,
    shown: ShownTouchpoint | None,
) -> TouchpointPage:
    lang, journey, asked = measured.lang, measured.journey, measured.asked
    _, name = lang.text, lang.words(touchpoint.name, touchpoint.key)
    stage = next(one for one in journey.stages if touchpoint in one.touchpoints)
    card = shown.card if shown else None
    return TouchpointPage(
        frame=frame,
        title=_("%(touchpoint)s in %(journey)s", touchpoint=name, journey=journey.name),
        name=name,
        stage=lang.words(stage.name, stage.key),
        back=Choice(journey.name, measured.urls.journey(measured.site, journey.id, **asked.question.query())),
        place=card.page if card and card.page else kind_names(lang)[touchpoint.kind],
        purpose=lang.words(touchpoint.purpose),
        heatmap=_heatmap(measured, touchpoint, card),
        compare=_compared(shown) if shown else (),
        downloads=_downloads(measured, touchpoint, links) if shown else (),
        steps=_steps(shown) if shown else (),
        period=period_control(lang, links, asked.today),
        who=who,
        faults=fault_list(lang, asked.faults, links) if asked.faults else None,
        first=first_words(lang, card.visitors) if card and card.one_in > 1 else "",
        nothing=_nothing(measured, touchpoint, card) if card else "",
        found=_parts(shown) if shown and shown.card.figures.visitors else None,
    )


def _parts(shown: ShownTouchpoint) -> MeasuredParts:
    metric, names = drawn_metric(shown), card_names(shown.lang)
    return MeasuredParts(
        lead=lead_sentence(shown),
        changes=change_sentences(shown),
        rows=metric_rows(shown, metric),
        over_time=over_time(shown, metric),
        came_from=came_from(shown),
        went_to=went_to(shown),
        elements=element_lines(shown),
        split_heads=tuple(names[one] for one in SPLIT),
        devices=device_rows(shown),
        channels=channel_rows(shown),
    )


def _nothing(measured: MeasuredJourney, touchpoint: Touchpoint, card: TouchpointCard) -> str:
    _ = measured.lang.text
    if card.figures.visitors:
        return ""
    if touchpoint.kind == "manual":
        return _("This touchpoint is typed by the team. Give it a page, an element or an event, and it is measured.")
    return _("Nobody touched it in this period.")


def back_to(journey: Journey, touchpoint: Touchpoint) -> str:
    """How a map names the touchpoint that it leads back to."""
    return f"{journey.id}{TOUCHPOINT}{touchpoint.key}"


def _heatmap(measured: MeasuredJourney, touchpoint: Touchpoint, card: TouchpointCard | None) -> str:
    if card is None or not card.page:
        return ""
    query = measured.asked.question.query() | {"page": card.page, NAME: back_to(measured.journey, touchpoint)}
    return measured.urls.heatmap(measured.site, **query)


def _compared(shown: ShownTouchpoint) -> tuple[Choice, ...]:
    card = shown.card
    page = card.page if card.figures.visitors >= FEW else ""
    found = comparisons(shown.measured, shown.stage, shown.touchpoint, page)
    plain, named = f"{NAME}={shown.measured.journey.id}", back_to(shown.measured.journey, shown.touchpoint)
    return tuple(replace(one, href=one.href.replace(plain, f"{NAME}={named}")) for one in found)


def _downloads(measured: MeasuredJourney, touchpoint: Touchpoint, links: Links) -> tuple[Choice, ...]:
    _, fixed = measured.lang.text, measured.asked.question.fixed(measured.asked.today).query()
    step = {name: value for name, value in links.extra if name == "step"}
    root = ("sites", measured.site, "journeys", measured.journey.id, "touchpoints", touchpoint.key)
    return (
        Choice("CSV", measured.urls.api(*root, "card.csv", **fixed, **step), small=_("one line per figure")),
        Choice("JSON", measured.urls.api(*root, **fixed, **step), small=_("every figure")),
    )


def _steps(shown: ShownTouchpoint) -> tuple[Choice, ...]:
    _, links = shown.lang.text, shown.links
    names = (("day", _("Day by day")), ("week", _("Week by week")))
    return tuple(Choice(words, links.keeping(step=step).to(), shown.card.step == step) for step, words in names)
