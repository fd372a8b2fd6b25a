"""The funnel of a journey: steps one after another, where the others went instead, and the time between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.funnel import Funnel, FunnelAsked, FunnelStep
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW
from aggregator.shapes.funnels import FEWEST_STEPS, MOST_STEPS, SplitBy
from rules.faults import Faults
from rules.question import JOURNEY
from rules.segment import text_of_tree
from store.journeys import Journey, Touchpoint
from store.pages import matches
from viewer.funnels import joined_steps, read_funnel
from viewer.http.urls import Urls
from viewer.maps import Maps
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.journey.views import view_switch
from viewer.pages.map.controls import device_name
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.links import Links
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.sentences.names import channel_name
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.pages.who.from_screen import joined, step_trees
from viewer.questions import Asked, Questions
from viewer.registry import Registry

WINDOWS = (1, 7, 30, 90)  # days that can be chosen
NAMED = 5  # touchpoints after a step that are named; the others are one
MOST_ROWS = 12  # of the split table


@dataclass(frozen=True)
class WentInstead:
    """Where visitors went who did not come to the next step, and their share of those who did not. `left`: they left
    the site. `at`, `width`: its place on the bar, in percent. `href`: the paths through it; "" for the others."""

    name: str
    share: str
    left: bool
    at: str
    width: str
    href: str = ""


@dataclass(frozen=True)
class StepRow:
    """`href`, `thumb`: its heatmap, "" without; `compare`: the two maps of those who went on and those who left.
    `width`, `joined_width`: of the bars, in percent."""

    n: str
    name: str
    href: str
    thumb: str
    compare: str
    visitors: str
    of_first: str
    joined: str
    label: str
    width: str
    joined_width: str
    share: str
    interval: str
    time: str
    time_p90: str
    lost: str
    instead: tuple[WentInstead, ...]


@dataclass(frozen=True)
class FunnelSplitRow:
    """One value of what the funnel is split by: visitors of the first step, and the share of each step with its
    interval; the last is that of the whole funnel."""

    name: str
    visitors: str
    shares: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class FunnelPage(Page):
    """A funnel, `/sites/3/journeys/first-lamp/funnel?steps=home,basket&days=28`."""

    template = "journey/funnel.html"
    name: str = doc("Name of the journey")
    about: str = doc("How many steps, and the days")
    views: tuple[Choice, ...] = doc("The views of the journey")
    orders: tuple[Choice, ...] = doc("Whether the order of the steps counts")
    windows: tuple[Choice, ...] = doc("Within how many days of the first step")
    period: PeriodControl = doc("The period menu")
    who: WhoBar = doc("The devices, filters and segment that are counted, and how many visitors they leave")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, nothing is counted")
    sentence: str = doc("The result in one sentence")
    rows: tuple[StepRow, ...] = doc("One for each step")
    in_order: bool = doc("Whether the steps must come in order")
    splits: tuple[Choice, ...] = doc("What the funnel can be split by")
    split_heads: tuple[str, ...] = doc("Heads of the columns of the split table")
    split: tuple[FunnelSplitRow, ...] = doc("Rows of the split table")
    choices: tuple[tuple[str, str], ...] = doc("Every touchpoint as (key, name), for the form of the steps")
    chosen: tuple[str, ...] = doc("Keys of the steps, with empty ones that can be filled")
    form: str = doc("Address of the form of the steps")
    hidden: tuple[tuple[str, str], ...] = doc("What the form sends besides the steps")


@dataclass(frozen=True)
class _Shown:
    """A counted funnel, and what its words and links need. `names`: of touchpoints by key."""

    lang: Language
    urls: Urls
    asked: Asked
    journey: Journey
    links: Links
    funnel: FunnelAsked

    @property
    def touchpoints(self) -> dict[str, Touchpoint]:
        return {touchpoint.key: touchpoint for _, touchpoint in self.journey.touchpoints}

    def name(self, key: str) -> str:
        return self.lang.words(self.touchpoints[key].name, key)

    def page(self, key: str) -> str:
        """A page of a touchpoint that has a picture; else its first pattern, "" without any."""
        patterns = self.touchpoints[key].pages
        pictured = (one.page for one in self.asked.known.snapshots if not one.variant and not one.state)
        found = (page for page in pictured if any(matches(pattern, page) for pattern in patterns))
        return next(found, next(iter(patterns), ""))


async def show(
    request: Request, *, questions: Questions, registry: Registry, frames: Frames, maps: Maps, bars: WhoBars
) -> Response:
    """GET counts the steps of the address, or the first touchpoint of each stage."""
    asked = await questions.read(request, JOURNEY)
    journey = await registry.journey(asked.site, request.path_params["journey"])
    frame = await frames.of(request, "journeys", asked.site)
    query = dict(request.query_params)
    if steps := [key for key in request.query_params.getlist("step") if key]:  # of the form
        query["steps"] = joined_steps(steps)
    funnel = await read_funnel(questions, asked, journey, query)
    extra = tuple((name, query[name]) for name in ("steps", "order", "window_days", "split") if query.get(name))
    links = Links(frames.urls.funnel(asked.site.id, journey.id), asked.question, extra=extra)
    if isinstance(funnel, Faults) or asked.faults:
        asked = replace(asked, faults=(*asked.faults, *(funnel if isinstance(funnel, Faults) else ())))
        plain = FunnelAsked((), journey.window_days)
        shown = _Shown(frame.lang, frames.urls, asked, journey, links.keeping(steps=""), plain)
        who = await bars.of(frame.lang, shown.links, asked)
        return answer(request, _page(frame, shown, who, None), asked.status)
    shown = _Shown(frame.lang, frames.urls, asked, funnel.journey, links, funnel.funnel)
    async with bars.begun(frame.lang, links, asked) as counting:
        found, who = await maps.funnel(funnel.journey, asked.question, funnel.funnel, funnel.sets), await counting
    return answer(request, _page(frame, shown, who, found))


def _page(frame: Frame, shown: _Shown, who: WhoBar, found: Funnel | None) -> FunnelPage:
    lang, asked, funnel, links = shown.lang, shown.asked, shown.funnel, shown.links
    _ = lang.text
    since, until = asked.question.period.span(asked.today)
    days = sorted({*WINDOWS, shown.journey.window_days, funnel.window_days})
    orders = (("", _("as listed")), ("any", _("any order")))
    splits: Mapping[str, str] = {"": _("Nothing"), "device": _("Device"), "channel": _("Channel")}
    steps = found.steps if found else ()
    empty = max(min(MOST_STEPS - len(funnel.steps), 1), FEWEST_STEPS - len(funnel.steps), 0)
    return FunnelPage(
        frame=frame,
        title=_("Funnel of %(name)s", name=shown.journey.name),
        name=shown.journey.name,
        about=lang.plural(
            "Funnel, %(num)s step, %(since)s to %(until)s",
            "Funnel, %(num)s steps, %(since)s to %(until)s",
            len(funnel.steps),
            since=lang.day(since),
            until=lang.day(until),
        )
        if found
        else "",
        views=view_switch(lang, shown.urls, asked, shown.journey.id, "funnel"),
        orders=tuple(
            Choice(words, links.keeping(order=key).to(), funnel.in_any_order == (key == "any")) for key, words in orders
        ),
        windows=tuple(
            Choice(
                lang.plural("%(num)s day", "%(num)s days", n),
                links.keeping(window_days="" if n == shown.journey.window_days else str(n)).to(),
                n == funnel.window_days,
            )
            for n in days
        ),
        period=period_control(lang, links, asked.today),
        who=who,
        faults=fault_list(lang, asked.faults, links) if asked.faults else None,
        sentence=_sentence(shown, steps) if found else "",
        rows=tuple(_row(shown, steps, i) for i in range(len(steps))),
        in_order=not funnel.in_any_order,
        splits=tuple(
            Choice(splits[key], links.keeping(split=key).to(), key == funnel.split)
            for key in get_args(SplitBy)
            if key in splits
        ),
        split_heads=tuple(shown.name(step.key) for step in steps),
        split=tuple(_split_row(shown, value, part) for value, part in found.split.items())[:MOST_ROWS] if found else (),
        choices=tuple((key, shown.name(key)) for key in shown.touchpoints),
        chosen=(*funnel.steps, *("" for _n in range(empty))),
        form=links.action,
        hidden=links.keeping(steps="").fields(),
    )


def _sentence(shown: _Shown, steps: tuple[FunnelStep, ...]) -> str:
    lang, last = shown.lang, steps[-1]
    if last.of_first is None or last.of_first.of < FEW:
        n = steps[0].visitors
        return lang.plural(
            "%(num)s visitor began this funnel: too few for shares.",
            "%(num)s visitors began this funnel: too few for shares.",
            n,
        )
    return lang.text(
        "%(share)s of those who reach “%(first)s” come to “%(last)s” within %(window)s.",
        share=lang.share(last.of_first.share),
        first=shown.name(steps[0].key),
        last=shown.name(last.key),
        window=lang.plural("%(num)s day", "%(num)s days", shown.funnel.window_days),
    )


def _row(shown: _Shown, steps: tuple[FunnelStep, ...], i: int) -> StepRow:
    lang, step = shown.lang, steps[i]
    _, touchpoint, page = lang.text, shown.touchpoints[step.key], shown.page(step.key)
    query = shown.asked.question.query() | {"journey": shown.journey.id}
    widest = max(steps[0].visitors + steps[0].joined, *(one.visitors + one.joined for one in steps), 1)
    pictured = any(one.page == page for one in shown.asked.known.snapshots)
    known = step.of_before is not None and step.of_before.of >= FEW
    lost = step.visitors - steps[i + 1].visitors if i + 1 < len(steps) and not shown.funnel.in_any_order else 0
    few_wait = step.to_next_median_ms is None or i + 1 >= len(steps) or steps[i + 1].visitors < FEW
    return StepRow(
        n=lang.number(i + 1),
        name=shown.name(step.key),
        href=shown.urls.heatmap(shown.asked.site.id, **{"page": page} | query) if page else "",
        thumb=shown.urls.thumb(shown.asked.site.id, page, **shown.asked.question.query()) if pictured else "",
        compare=_comparison(shown, touchpoint, steps[i + 1].key, query, page)
        if i + 1 < len(steps) and pictured and step.visitors >= FEW
        else "",
        visitors=lang.number(step.visitors),
        of_first=_of_first(shown, step.of_first),
        joined=_(
            "+%(n)s joined later, %(all)s in all",
            n=lang.number(step.joined),
            all=lang.number(step.visitors + step.joined),
        )
        if step.joined and not shown.funnel.in_any_order
        else "",
        label=_(
            "%(n)s visitors in order, %(joined)s joined later",
            n=lang.number(step.visitors),
            joined=lang.number(step.joined),
        ),
        width=_percent(step.visitors / widest),
        joined_width=_percent(step.joined / widest) if not shown.funnel.in_any_order else "0",
        share=lang.share(step.of_before.share) if known and step.of_before else "",
        interval=lang.between(step.of_before.low, step.of_before.high) if known and step.of_before else "",
        time="" if few_wait else lang.span(step.to_next_median_ms or 0),
        time_p90="" if few_wait else lang.span(step.to_next_p90_ms or 0),
        lost=lang.number(-lost) if lost else "",
        instead=_instead(shown, steps, i, widest),
    )


def _of_first(shown: _Shown, share: ShareOf | None) -> str:
    if share is None or share.of < FEW:
        return ""
    return shown.lang.text("%(share)s of step 1", share=shown.lang.share(share.share))


def _comparison(shown: _Shown, here: Touchpoint, after: str, query: Mapping[str, str], page: str) -> str:
    """The maps of those who came to the next step and those who did not."""
    trees = step_trees(here.pages, shown.touchpoints[after].pages)
    if trees.did_not is None or not here.pages:
        return ""
    went_on, left = (text_of_tree(joined(shown.asked.question, tree)) for tree in (trees.did, trees.did_not))
    sets = dict(query) | {"page": page, "segment": went_on, "with": f"segment:{left}"}
    return shown.urls.compare_sets(shown.asked.site.id, **sets)


def _instead(shown: _Shown, steps: tuple[FunnelStep, ...], i: int, widest: int) -> tuple[WentInstead, ...]:
    """The most frequent ones by name, the others together; on the bar they lie in the gap to the next step."""
    lang, step = shown.lang, steps[i]
    lost = sum(one.visitors for one in step.instead)
    if lost < FEW:
        return ()
    gone = [(lang.text("Left the site"), one.visitors, "") for one in step.instead if not one.touchpoint]
    named = [(shown.name(one.touchpoint), one.visitors, one.touchpoint) for one in step.instead if one.touchpoint]
    rest = sum(n for _name, n, _key in named[NAMED:])
    every = [*gone, *named[:NAMED], *([(lang.text("Other"), rest, "")] if rest else [])]
    found, at = [], steps[i + 1].visitors
    for n, (name, visitors, key) in enumerate(every):
        place = {"at": _percent(at / widest), "width": _percent(visitors / widest)}
        href = _paths_through(shown, key) if key else ""
        found.append(WentInstead(name, lang.share(visitors / lost), n < len(gone), **place, href=href))
        at += visitors
    return tuple(found)


def _paths_through(shown: _Shown, touchpoint: str) -> str:
    through = {"through": f"touchpoint:{touchpoint}"}
    return shown.urls.paths(shown.asked.site.id, shown.journey.id, **shown.asked.question.query() | through)


def _split_row(shown: _Shown, value: str, steps: tuple[FunnelStep, ...]) -> FunnelSplitRow:
    lang = shown.lang
    name = device_name(lang, value) if shown.funnel.split == "device" else channel_name(lang, value)
    shares = [step.of_before for step in steps[1:]] + [steps[-1].of_first]
    return FunnelSplitRow(name, lang.number(steps[0].visitors), tuple(_cell(lang, share) for share in shares))


def _cell(lang: Language, share: ShareOf | None) -> tuple[str, str]:
    if share is None or share.of < FEW:
        return lang.text("few"), ""
    return lang.share(share.share), lang.between(share.low, share.high)


def _percent(share: float) -> str:
    return f"{100 * share:.2f}"
