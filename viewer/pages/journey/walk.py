"""A walk through a journey: the way of one real visitor, touchpoint by touchpoint, with the clicks on the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.journey import JourneyMap
from aggregator.answers.walk import WayChanged
from aggregator.shapes.walks import ALIKE, OfferedWay, Outcome, Ways
from rules.faults import Faults, fault
from rules.period import Period
from rules.question import JOURNEY
from viewer.journey_maps import JourneyMaps, WalkAnswer
from viewer.maps import Maps
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.journey.personas import persona_of, persona_switch
from viewer.pages.journey.views import view_switch
from viewer.pages.journey.walk_scene import WalkScene, walk_scene
from viewer.pages.journey.walk_strip import WalkCard, touchpoint_name, walk_strip
from viewer.pages.journey.walk_usual import UsualTable, usual_table
from viewer.pages.map.controls import device_name
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.links import Links
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.map.picture import Strips
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.walks import WalkAsked, chosen_way, parse_walk, ways_through

LONG_DAYS = 90  # offered where no way can be shown


@dataclass(frozen=True, kw_only=True)
class WalkPage(Page):
    """A walk, `/sites/3/journeys/first-lamp/walk?way=home,lamps&step=2&days=28`."""

    template = "journey/walk.html"
    docs = "journeys#walk"
    name: str = doc("Name of the journey")
    back: Choice | None = doc("The heatmap that led here")
    about: str = doc("How many visits in how much time, on which device")
    views: tuple[Choice, ...] = doc("The views of the journey")
    outcomes: tuple[Choice, ...] = doc("Whose ways: of everyone, of those who reached the goal, of the others")
    usual: str = doc("How many visitors went the same way, and which of the ways this is")
    personas: tuple[Choice, ...] = doc("The personas whose ways can be walked")
    period: PeriodControl = doc("The period menu")
    who: WhoBar = doc("The devices, filters and segment that are counted, and how many visitors they leave")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, no way is shown")
    empty: Empty | None = doc("Why no way can be shown")
    before: str = doc("Address of the previous way, '' without")
    after: str = doc("Address of the next way, '' without")
    strip: tuple[WalkCard, ...] = doc("The touchpoints in order, then those that this way did not reach")
    table: UsualTable | None = doc("The shown visitor among all who came to the touchpoint")
    scene: WalkScene | None = doc("What was done at the current touchpoint")


@dataclass(frozen=True)
class Shown:
    """What a walk's words and links need. `links`: of this walk."""

    measured: MeasuredJourney
    links: Links
    asked: WalkAsked

    @property
    def lang(self) -> Language:
        return self.measured.lang

    @property
    def others(self) -> Links:
        """Links of the page to whatever way comes first."""
        return self.links.keeping(way="", step="")


async def show(
    request: Request,
    *,
    questions: Questions,
    registry: Registry,
    frames: Frames,
    maps: JourneyMaps,
    pictures: Maps,
    bars: WhoBars,
) -> Response:
    """GET shows a stop of the way of the address, or of the one that most visitors went."""
    asked = await questions.read(request, JOURNEY)
    journey = await registry.journey(asked.site, request.path_params["journey"])
    frame = await frames.of(request, "journeys", asked.site)
    query = dict(request.query_params)
    walk = parse_walk(query, journey, asked.known.groups)
    persona = persona_of(journey, asked.question, query.get("persona", ""))
    extra = [(name, query.get(name, "")) for name in ("outcome", "page", "way", "step")] + [("persona", persona)]
    links = Links(
        frames.urls.walk(asked.site.id, journey.id), asked.question, extra=tuple(pair for pair in extra if pair[1])
    )

    def shown(faults: Faults | tuple[()] = ()) -> Shown:
        all_faults = replace(asked, faults=(*asked.faults, *faults))
        figures = JourneyMap(0, [], {}, [])
        measured = MeasuredJourney(frame.lang, frames.urls, all_faults, journey, figures, persona=persona)
        return Shown(measured, links, walk if isinstance(walk, WalkAsked) else WalkAsked())

    async def faulty(faults: Faults | tuple[()]) -> Response:
        one = shown(faults)
        page = _page(frame, one, await bars.of(frame.lang, one.others, one.measured.asked))
        return answer(request, page, one.measured.asked.status)

    if isinstance(walk, Faults) or asked.faults:
        return await faulty(walk if isinstance(walk, Faults) else ())
    every = await maps.ways(journey, asked.question, asked.known.goals, walk.outcome)
    ways = ways_through(walk, every, journey)
    way = chosen_way(walk, ways, journey)
    if isinstance(way, Faults):
        return await faulty(way)
    one = shown()
    who = await bars.of(frame.lang, one.others, asked)
    page = _page(frame, one, who)
    if way is None:
        return answer(request, replace(page, empty=_empty(one, ways)))
    try:
        found = await maps.walk(journey, asked.question, asked.known, way, walk.step_of(way, journey))
    except WayChanged:
        return await faulty(Faults((fault("way", "few_alike", least=ALIKE),)))
    strips = await pictures.strips(found.scene.picture) if found.scene.picture else ()
    name = touchpoint_name(one.measured, found.stops[found.step - 1].touchpoint)
    table = usual_table(frame.lang, name, await maps.usual(journey, asked.question, found))
    return answer(request, replace(_walked(page, one, ways, found, strips), table=table))


def _page(frame: Frame, shown: Shown, who: WhoBar) -> WalkPage:
    lang, measured = shown.lang, shown.measured
    asked, journey = measured.asked, measured.journey
    return WalkPage(
        frame=frame,
        title=lang.text("Walk through %(name)s", name=journey.name),
        name=journey.name,
        back=_back(shown),
        about="",
        views=view_switch(lang, measured.urls, asked, journey.id, "walk"),
        outcomes=_outcomes(shown),
        usual="",
        personas=persona_switch(lang, shown.others, asked, journey),
        period=period_control(lang, shown.others, asked.today),
        who=who,
        faults=fault_list(lang, asked.faults, shown.others) if asked.faults else None,
        empty=None,
        before="",
        after="",
        strip=(),
        table=None,
        scene=None,
    )


def _walked(page: WalkPage, shown: Shown, ways: Ways, found: WalkAnswer, strips: Strips) -> WalkPage:
    at = ways.offered.index(found.way)
    return replace(
        page,
        about=_about(shown.lang, found),
        usual=_usual(shown.lang, ways, at),
        before=_to_way(shown, ways.offered[at - 1]) if at else "",
        after=_to_way(shown, ways.offered[at + 1]) if at + 1 < len(ways.offered) else "",
        strip=walk_strip(shown.measured, shown.links, found),
        scene=walk_scene(shown.measured, shown.links, found, strips),
    )


def _back(shown: Shown) -> Choice | None:
    """The heatmap whose visitors are shown, of the same question."""
    measured, page = shown.measured, shown.asked.page
    if not page:
        return None
    query = {"page": page} | measured.query
    return Choice(shown.lang.text("Back to the heatmap"), measured.urls.heatmap(measured.site, **query))


def _outcomes(shown: Shown) -> tuple[Choice, ...]:
    """Everyone, those who reached the goal, and the others; none without a goal."""
    measured, _ = shown.measured, shown.lang.text
    if not any(one.id == measured.goal for one in measured.asked.known.goals):
        return ()
    words: dict[Outcome, str] = {"": _("All ways"), "reached": _("Reached the goal"), "missed": _("Did not")}
    on = shown.asked.outcome
    return tuple(Choice(label, shown.others.keeping(outcome=key).to(), key == on) for key, label in words.items())


def _about(lang: Language, found: WalkAnswer) -> str:
    first, last = found.stops[0], found.stops[-1]
    visits = lang.plural(
        "One real way: %(num)s visit, %(span)s",
        "One real way: %(num)s visits, %(span)s",
        last.visit,
        span=lang.span(last.at_ms + last.for_ms - first.at_ms),
    )
    device = next((one.device for one in found.stops if one.device), "")
    return f"{visits}, {device_name(lang, device)}" if device else visits


def _usual(lang: Language, ways: Ways, at: int) -> str:
    """How usual the way is."""
    way = ways.offered[at]
    alike = lang.plural(
        "%(num)s visitor went the same way, %(share)s of those who consented.",
        "%(num)s visitors went the same way, %(share)s of those who consented.",
        way.visitors,
        share=lang.share(way.visitors / ways.visitors),
    )
    which = lang.text(
        "Way %(n)s of the %(offered)s that at least %(least)s visitors went.",
        n=lang.number(at + 1),
        offered=lang.number(len(ways.offered)),
        least=ALIKE,
    )
    return f"{alike} {which}"


def _to_way(shown: Shown, way: OfferedWay) -> str:
    keys = ["", *(touchpoint.key for _, touchpoint in shown.measured.journey.touchpoints)]
    return shown.others.keeping(way=",".join(keys[n] for n in way.touchpoints)).to()


def _empty(shown: Shown, ways: Ways) -> Empty:
    """Why no way can be shown."""
    lang, links = shown.lang, shown.others
    why = lang.text(
        "A walk shows what one real visitor did, and only on a way that at least %(least)s visitors went alike. "
        "Visitors who did not consent are recognised for one day only, and none of their ways is shown.",
        least=ALIKE,
    )
    if ways.visitors < ALIKE:
        heading = lang.text("Needs visitors who consent: %(n)s so far.", n=lang.number(ways.visitors))
        lines: tuple[str, ...] = (why,)
    else:
        heading = lang.text("No way that enough visitors went alike")
        went = lang.text(
            "%(n)s visitors who consented went %(different)s different ways.",
            n=lang.number(ways.visitors),
            different=lang.number(ways.different),
        )
        lines = (went, why)
    longer = links.to(period=Period(LONG_DAYS))
    return Empty(heading, lines, (Choice(lang.text("Look at %(n)s days", n=LONG_DAYS), longer, True),))
