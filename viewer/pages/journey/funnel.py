"""The funnel of a journey: steps one after another, where the others went instead, and the time between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.funnel import FunnelAsked
from rules.faults import Faults
from rules.other_set import before
from rules.question import JOURNEY
from viewer.funnels import FunnelReading, joined_steps, read_funnel
from viewer.journey_maps import JourneyMaps
from viewer.overviews import Overviews
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.journey.first_answer import first_words
from viewer.pages.journey.funnel_form import StepsForm, seen_panel, steps_form
from viewer.pages.journey.funnel_rows import StepRow, step_rows
from viewer.pages.journey.funnel_shown import ShownFunnel
from viewer.pages.journey.funnel_split import FunnelSplit, set_names, split_table
from viewer.pages.journey.funnel_words import (
    account_rows,
    big_figures,
    changed_words,
    emptied,
    sentence,
    so_far_words,
)
from viewer.pages.journey.views import view_switch
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.ledger import LedgerRow
from viewer.pages.map.links import Links
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.questions import Questions
from viewer.registry import Registry

WINDOWS = (1, 7, 30, 90)  # days that can be chosen
EXTRA = ("steps", "order", "window_days", "split", "before", "edit")  # parameters beside those of the question


@dataclass(frozen=True, kw_only=True)
class FunnelPage(Page):
    """A funnel, `/sites/3/journeys/first-lamp/funnel?steps=home,basket&days=28`."""

    template = "journey/funnel.html"
    docs = "journeys#funnel"
    name: str = doc("Name of the journey")
    about: str = doc("How many steps, and the days")
    views: tuple[Choice, ...] = doc("Map and funnel")
    orders: tuple[Choice, ...] = doc("Whether the order of the steps counts")
    windows: tuple[Choice, ...] = doc("Within how many days of the first step")
    compared: tuple[Choice, ...] = doc("Whether the period before is shown too")
    period: PeriodControl = doc("The period menu")
    who: WhoBar = doc("The devices, filters and segment that are counted, and how many visitors they leave")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, nothing is counted")
    downloads: tuple[Choice, ...] = doc("The funnel as files")
    edit_steps: str = doc("Address at which its steps can be chosen among what was seen too")
    first: str = doc("Says that this is the first answer, from one visitor in ten; empty for the exact one")
    so_far: str = doc("That nobody's window is over yet; empty if somebody's is")
    sentence: str = doc("The result in one sentence")
    changed: str = doc("What fell since the period before, in one sentence; empty if nothing did")
    big: tuple[tuple[str, str, str], ...] = doc("Name, figure and interval of who came all the way")
    rows: tuple[StepRow, ...] = doc("One for each step")
    in_order: bool = doc("Whether the steps must come in order")
    empty: Empty | None = doc("The step that takes everything, and a way out; None if somebody did all of them")
    split: FunnelSplit | None = doc("The split; None if nothing was counted")
    account: tuple[LedgerRow, ...] = doc("Who was received, left out and counted")
    form: StepsForm = doc("The form of the steps")
    seen: dict[str, Any] | None = doc("What the panel of what was seen needs; None while the steps are not edited")
    window: str = doc("The window in words")
    joined: str = doc("How many began with a later step")


async def show(
    request: Request,
    *,
    questions: Questions,
    registry: Registry,
    frames: Frames,
    maps: JourneyMaps,
    bars: WhoBars,
    overviews: Overviews,
) -> Response:
    """GET counts the steps of the address, or the first touchpoint of each stage. `edit=1`: its form offers what was
    seen."""
    asked = await questions.read(request, JOURNEY)
    journey = await registry.journey(asked.site, request.path_params["journey"])
    frame = await frames.of(request, "journeys", asked.site)
    query = dict(request.query_params)
    if steps := [key for key in request.query_params.getlist("step") if key]:  # of the form
        query["steps"] = joined_steps(steps)
    reading = await read_funnel(questions, bars.elements, asked, journey, query)
    extra = tuple((name, query[name]) for name in EXTRA if query.get(name))
    links = Links(frames.urls.funnel(asked.site.id, journey.id), asked.question, extra=extra)
    seen = await overviews.seen(asked.question) if query.get("edit") and not asked.faults else None
    if isinstance(reading, Faults) or asked.faults:
        asked = replace(asked, faults=(*asked.faults, *(reading if isinstance(reading, Faults) else ())))
        plain = FunnelAsked((), journey.window_days)
        shown = ShownFunnel(frame.lang, frames.urls, asked, journey, links, plain)
        who = await bars.of(frame.lang, links.keeping(steps=""), asked)
        given = [one for one in query.get("steps", "").split(",") if one]
        return answer(request, _page(frame, shown, who, steps_form(shown, given, seen)), asked.status)
    shown = ShownFunnel(frame.lang, frames.urls, asked, reading.journey, links, reading.funnel)
    async with bars.begun(frame.lang, links, asked) as counting:
        compared, quick = query.get("before") != "0", query.get("exact") != "1"
        shown = await _counted(shown, maps, reading, compared=compared, quick=quick)
        who = await counting
    return answer(request, _page(frame, shown, who, steps_form(shown, shown.funnel.steps, seen)))


async def _counted(
    shown: ShownFunnel, maps: JourneyMaps, reading: FunnelReading, *, compared: bool, quick: bool
) -> ShownFunnel:
    question, funnel = shown.asked.question, reading.funnel
    found = await maps.funnel(reading.journey, question, funnel, reading.sets, quick=quick)
    then = None
    if compared:
        earlier = replace(question, period=before(question.period, shown.asked.today))
        then = await maps.funnel(reading.journey, earlier, replace(funnel, split="", of=""), quick=quick)
    shown = replace(shown, found=found, before=then if then and then.steps[0].visitors else None)
    return replace(shown, sets=set_names(shown))


def _page(frame: Frame, shown: ShownFunnel, who: WhoBar, form: StepsForm) -> FunnelPage:
    lang, asked, funnel, links, found = shown.lang, shown.asked, shown.funnel, shown.links, shown.found
    _ = lang.text
    return FunnelPage(
        frame=frame,
        title=_("Funnel of %(name)s", name=shown.journey.name),
        name=shown.journey.name,
        about=_about(shown) if found else "",
        views=view_switch(lang, shown.urls, asked, shown.journey.id, "funnel"),
        orders=tuple(
            Choice(words, links.keeping(order=key).to(), funnel.in_any_order == (key == "any"))
            for key, words in (("", _("as listed")), ("any", _("any order")))
        ),
        windows=_windows(shown),
        compared=tuple(
            Choice(words, links.keeping(before=key).to(), (dict(links.extra).get("before") == "0") == (key == "0"))
            for key, words in (("", _("period before")), ("0", _("nothing")))
        ),
        period=period_control(lang, links, asked.today),
        who=who,
        faults=fault_list(lang, asked.faults, links) if asked.faults else None,
        downloads=_downloads(shown) if found else (),
        edit_steps=f"{links.keeping(edit='1').to()}#steps",
        first=first_words(lang, found.account.counted) if found and found.one_in > 1 else "",
        so_far=so_far_words(shown, found) if found else "",
        sentence=sentence(shown, found) if found else "",
        changed=changed_words(shown),
        big=big_figures(shown, found) if found else (),
        rows=step_rows(shown),
        in_order=not funnel.in_any_order,
        empty=emptied(shown, found) if found else None,
        split=split_table(shown) if found else None,
        account=account_rows(shown, found.account) if found else (),
        form=form,
        seen=seen_panel(shown) if shown.is_edited and not asked.faults else None,
        window=shown.window,
        joined=lang.number(found.account.joined) if found else "",
    )


def _about(shown: ShownFunnel) -> str:
    lang = shown.lang
    since, until = shown.asked.question.period.span(shown.asked.today)
    return lang.plural(
        "Funnel, %(num)s step, %(since)s to %(until)s",
        "Funnel, %(num)s steps, %(since)s to %(until)s",
        len(shown.funnel.steps),
        since=lang.day(since),
        until=lang.day(until),
    )


def _windows(shown: ShownFunnel) -> tuple[Choice, ...]:
    lang, usual, chosen = shown.lang, shown.journey.window_days, shown.funnel.window_days
    return tuple(
        Choice(
            lang.plural("%(num)s day", "%(num)s days", n),
            shown.links.keeping(window_days="" if n == usual else str(n)).to(),
            n == chosen,
        )
        for n in sorted({*WINDOWS, usual, chosen})
    )


def _downloads(shown: ShownFunnel) -> tuple[Choice, ...]:
    """The figures over fixed days, as files."""
    lang, asked, funnel = shown.lang, shown.asked, shown.funnel
    _, extra = lang.text, {name: value for name, value in shown.links.extra if name not in ("before", "edit")}
    fixed = asked.question.fixed(asked.today).query() | extra | {"steps": joined_steps(funnel.steps)}
    root = ("sites", asked.site.id, "journeys", shown.journey.id)
    tables = (("", _("one line per step")), ("instead", _("where instead")), ("account", _("the account")))
    csv = (
        Choice("CSV", shown.urls.api(*root, "funnel.csv", **fixed, table=table, names=lang.code), small=words)
        for table, words in tables
    )
    return (*csv, Choice("JSON", shown.urls.api(*root, "funnel", **fixed), small=_("all of these figures")))
