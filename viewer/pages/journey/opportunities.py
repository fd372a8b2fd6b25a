"""The opportunities of a journey, by the visitors that they may win; and changing the state of one."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.journey import JourneyMap
from aggregator.answers.opportunities import OPEN
from rules import journey as rules
from rules.faults import accepted
from rules.find import stored_of, usable
from rules.journey import FIELDS
from rules.journey_lanes import laid_out
from rules.opportunities import with_state
from rules.question import JOURNEY
from rules.shape import plain
from store.journeys import Journey, Opportunity, OpportunityState
from viewer.access.guards import root_of, safe_next
from viewer.access.person import signed_in
from viewer.http.parameters import choice
from viewer.opportunities import Effect, OpportunityReader
from viewer.pages.forms.fields import text
from viewer.pages.frame.frames import Frames, answer, go
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.journey.lanes.opportunities import (
    OpportunityCard,
    effort_names,
    opportunity_cards,
    place_words,
    win_scale,
)
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.journey.measuring import JourneyMeasurer
from viewer.pages.journey.views import view_switch
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.links import Links
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.questions import Questions
from viewer.registry import Registry

SHOWN = ("all", "open", "shipped", "dropped")


@dataclass(frozen=True)
class OpportunityRow:
    """One row of the table; its card opens below. `effort` and `owner` are empty while nobody has said. `outcome`: its
    figure today, or before and after."""

    card: OpportunityCard
    place: str
    effort: str
    owner: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class OpportunitiesPage(Page):
    """The opportunities of a journey, `/sites/3/journeys/first-lamp/opportunities?days=28`."""

    template = "journey/opportunities.html"
    docs = "journeys#opportunities"
    name: str = doc("Name of the journey")
    views: tuple[Choice, ...] = doc("The views of the journey")
    period: PeriodControl = doc("The period menu")
    who: WhoBar = doc("The devices, filters and segment that are counted, and how many visitors they leave")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, nothing is measured")
    shown: tuple[Choice, ...] = doc("Which of them are listed: all, open, shipped, dropped")
    rows: tuple[OpportunityRow, ...] = doc("What may win most first")
    ticks: tuple[tuple[str, str], ...] = doc("The one scale of all ranges: places and numbers of visitors")
    empty: str = doc("What to say when there is none; empty otherwise")
    edit_href: str = doc("Address of the map open for editing; empty if the person may not edit it")
    downloads: tuple[Choice, ...] = doc("The list as files")
    here: str = doc("Address of this page, to come back to after a change")


async def show(
    request: Request,
    *,
    questions: Questions,
    registry: Registry,
    frames: Frames,
    bars: WhoBars,
    measurer: JourneyMeasurer,
) -> Response:
    """GET lists them."""
    asked = await questions.read(request, JOURNEY)
    journey = laid_out(usable(await registry.find(Journey, request.path_params["journey"], asked.site)))
    shown = choice(request.query_params, "show", SHOWN, "all")
    frame, urls = await frames.of(request, "journeys", asked.site), frames.urls
    edit = urls.journey(asked.site.id, journey.id, edit=1) if signed_in(request).may("editor") else ""
    measured = MeasuredJourney(
        lang=frame.lang, urls=urls, asked=asked, journey=journey, figures=JourneyMap(0, [], {}, []), edit=edit
    )
    extra = (("show", shown),) if shown != "all" else ()
    links = Links(urls.opportunities(asked.site.id, journey.id), asked.question, extra=extra)
    if asked.faults:
        who = await bars.of(frame.lang, links, asked)
        return answer(request, _page(frame, measured, links, who), asked.status)
    async with bars.begun(frame.lang, links, asked) as counting:
        measured, who = await measurer.measured(measured), await counting
    return answer(request, _page(frame, measured, links, who))


async def change(
    request: Request, *, questions: Questions, registry: Registry, opportunities: OpportunityReader
) -> Response:
    """POST changes the state of one. Shipping it keeps the figure from before."""
    asked, form = await questions.read(request, JOURNEY), await request.form()
    name, key, by = request.path_params["journey"], request.path_params["opportunity"], signed_in(request).name
    stored = await registry.find(Journey, name, asked.site)
    changed = accepted(with_state(usable(stored), key, text(form, "state"), asked.today))
    kept = await opportunities.with_frozen(changed, asked)
    fields = {name: value for name, value in plain(kept).items() if name in FIELDS}
    await registry.change(lambda all: rules.change(all, stored_of(stored), asked.site.id, fields, by))
    return go(safe_next(text(form, "next"), root_of(request)))


def _page(frame: Frame, measured: MeasuredJourney, links: Links, who: WhoBar) -> OpportunitiesPage:
    lang, asked, journey, urls = measured.lang, measured.asked, measured.journey, measured.urls
    shown = dict(links.extra).get("show", "all")
    listed = [] if asked.faults else measured.opportunities.ranked(journey)
    listed = [one for one in listed if shown in ("all", _group(one.state))]
    scale = win_scale(measured)
    fixed = {} if asked.faults else asked.question.fixed(asked.today).query()
    file = ("sites", measured.site, "journeys", journey.id)
    return OpportunitiesPage(
        frame=frame,
        title=lang.text("Opportunities of %(name)s", name=journey.name),
        name=journey.name,
        views=view_switch(lang, urls, asked, journey.id, "opportunities"),
        period=period_control(lang, links, asked.today),
        who=who,
        faults=fault_list(lang, asked.faults, links) if asked.faults else None,
        shown=tuple(
            Choice(words, links.keeping(show="" if key == "all" else key).to(), key == shown)
            for key, words in _shown_names(lang)
        ),
        rows=tuple(
            _row(measured, one, card) for one, card in zip(listed, opportunity_cards(measured, listed), strict=True)
        ),
        ticks=tuple((scale.at(tick), lang.number(round(tick))) for tick in scale.ticks),
        empty=_empty(lang, shown) if not listed and not asked.faults else "",
        edit_href=measured.edit,
        downloads=()
        if asked.faults
        else (
            Choice("CSV", urls.api(*file, "opportunities.csv", **fixed)),
            Choice("JSON", urls.api(*file, "opportunities", **fixed)),
        ),
        here=links.to(),
    )


def _row(measured: MeasuredJourney, one: Opportunity, card: OpportunityCard) -> OpportunityRow:
    effort = effort_names(measured.lang).get(one.effort, "")
    return OpportunityRow(card, place_words(measured, one), effort, one.owner, _outcome(measured, one))


def _outcome(measured: MeasuredJourney, one: Opportunity) -> str:
    """One sentence: of what was shipped, before and after; of what was dropped, why; else the figure today."""
    lang, effect = measured.lang, measured.opportunities.effects.get(one.key)
    if effect:
        return _change(lang, effect)
    if one.state == "dropped":
        return one.note
    figures = measured.opportunities.figures.get(one.key)
    if figures is None or figures.now is None or figures.now.share is None:
        return ""
    share = lang.share(figures.now.share.share)
    if figures.now.metric == "goal":
        return lang.text("%(share)s reach the goal today", share=share)
    return lang.text("%(share)s go on today", share=share)


def _change(lang: Language, effect: Effect) -> str:
    _, one = lang.text, effect.main
    before = lang.share(one.before.share)
    if one.after is None or one.difference is None:
        day = lang.day(effect.after_days.until)
        return _("%(before)s before; after comes on %(day)s", before=before, day=day) if not effect.over else before
    found = one.difference
    return _(
        "%(before)s before, %(after)s after (%(low)s to %(high)s points)",
        before=before,
        after=lang.share(one.after.share),
        low=lang.points(found.low),
        high=lang.points(found.high),
    )


def _group(state: OpportunityState) -> str:
    return "open" if state in OPEN else state


def _shown_names(lang: Language) -> tuple[tuple[str, str], ...]:
    _ = lang.text
    return (("open", _("Still open")), ("shipped", _("Shipped")), ("dropped", _("Dropped")), ("all", _("All")))


def _empty(lang: Language, shown: str) -> str:
    if shown == "all":
        return lang.text("No opportunity on this map yet: add one to a stage while you edit the map.")
    return lang.text("No opportunity in this state.")
