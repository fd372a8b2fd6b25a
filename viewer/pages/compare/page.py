"""Two variants of a page side by side: two maps on one scale, their difference, the tested table."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.pictures.newest import NoSnapshot
from rules.period import today
from rules.question import COMPARISON
from viewer.access.person import signed_in
from viewer.experiment_results import ExperimentResults
from viewer.maps import ComparisonAnswer, Maps
from viewer.pages.compare.result import Result, result_of
from viewer.pages.compare.setting import ComparisonSetting, days_of, pages_with
from viewer.pages.compare.sharing import comparison_sharing
from viewer.pages.experiments.outcome import Outcome, outcome_of
from viewer.pages.experiments.results import ListedExperiment, days_line
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.map.controls import all_on_this, kind_choices, picture_choices
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.map.picture import Strips
from viewer.pages.pictures.fields import Fields
from viewer.pages.share.panel import SharePanel, SharePanels
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.questions import Questions
from viewer.registry import Registry

ASKS = replace(COMPARISON, needs=("experiment",))  # without a page, the busiest is shown
PAGES = 40  # offered in the menu
FORMATS = ("png", "csv", "json", "npy")


@dataclass(frozen=True)
class ComparisonBar:
    """Kinds, pictures, pages of the experiment, period. `all_on_this`: all devices on the pictures shown."""

    kinds: list[Choice]
    pictures: list[Choice]
    all_on_this: Choice | None
    pages: list[Choice]
    period: PeriodControl


@dataclass(frozen=True, kw_only=True)
class ComparePage(Page):
    """An experiment on one page, `/sites/3/experiments/buy-button?page=shop.example/lamp&width=1366`."""

    template = "compare/compare.html"
    docs = "statistics"
    name: str = doc("Name of the experiment")
    of_line: str = doc("Its pages and days")
    kind: str = doc("click or hover")
    edit_href: str = doc("Address of its form; empty when the person may not edit it")
    exports: list[Choice] = doc("The same comparison as PNG, CSV, JSON, NPY")
    bar: ComparisonBar = doc("Kinds, pictures, pages and days, as links")
    who: WhoBar = doc("The devices, filters and segment that are counted, and how many visitors they leave")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, nothing is compared")
    empty: Empty | None = doc("What to show when there are no visitors or no picture")
    outcome: Outcome | None = doc("What the variants did to the goal; None without one")
    result: Result | None = doc("Verdict, maps and table; None without an answer")
    retake: Fields = doc("Fields of the form that retakes both pictures")
    take_action: str = doc("Where that form posts to")
    take_next: str = doc("Where to go once they are taken")
    share_href: str = doc(
        "This page with the panel that makes read-only links; empty for those who may not", default=""
    )
    share: SharePanel | None = doc("The panel that makes read-only links", default=None)


@dataclass(frozen=True)
class ExperimentReaders:
    """Reads what the page of an experiment shows: the two maps, and what was done to the goal."""

    maps: Maps
    results: ExperimentResults


async def compare(
    request: Request,
    *,
    questions: Questions,
    registry: Registry,
    frames: Frames,
    readers: ExperimentReaders,
    bars: WhoBars,
    panels: SharePanels,
) -> Response:
    known = await questions.known(request)
    experiment = await registry.experiment(known.site, request.path_params["experiment"])
    query = dict(request.query_params) | {"experiment": experiment.id}
    asked = await questions.resolve(known, query, ASKS, default=days_of(experiment, today(known.site.zone)))
    frame = await frames.of(request, "experiments", known.site)
    every, editor = request.query_params.get("all") == "1", signed_in(request).may("editor")
    setting = ComparisonSetting(frame.lang, frames.urls, asked, experiment, editor=editor, every=every)
    if asked.faults:
        who = await bars.of(frame.lang, setting.links, asked)
        return answer(request, page_of(frame, setting, who), asked.status)
    visited = await readers.results.visited(known.site, *asked.question.period.span(asked.today))
    setting = replace(setting, pages=pages_with(experiment, visited))
    counted = replace(asked, question=replace(asked.question, page=setting.page))
    async with bars.begun(frame.lang, setting.links, counted) as counting:
        found, who = await _answer(readers.maps, setting), await counting
    strips = [await readers.maps.strips(arm.snapshot) for arm in found.figures.arms] if found else []
    outcome = await _outcome(readers.results, setting)
    page = replace(page_of(frame, setting, who, found, strips), outcome=outcome)
    if found is None or not editor:
        return answer(request, page)
    sharing = comparison_sharing(frame.lang, setting.question, page.name, setting.links.to())
    page = replace(page, share_href=sharing.here)
    if "share" not in request.query_params:
        return answer(request, page)
    panel = await panels.of(request, frame.lang, asked.site, sharing)
    return panels.forget(request, answer(request, replace(page, share=panel)))


async def _outcome(results: ExperimentResults, setting: ComparisonSetting) -> Outcome | None:
    """What the experiment did to its goal on all its pages."""
    known, experiment, urls = setting.asked.known, setting.experiment, setting.urls
    listed = ListedExperiment(
        experiment=experiment,
        result=await results.of(setting.asked.question, experiment, known.goals),
        goal=next((goal.name for goal in known.goals if goal.id == experiment.goal), ""),
        href=urls.experiment(known.site.id, experiment.id),
        edit=urls.edit_experiment(known.site.id, experiment.id) if setting.editor else "",
    )
    return outcome_of(setting.lang, listed, setting.asked.today)


async def _answer(maps: Maps, setting: ComparisonSetting) -> ComparisonAnswer | None:
    """The comparison; None without a page or a picture."""
    if setting.page:
        with suppress(NoSnapshot):
            return await maps.comparison(setting.question, setting.experiment, setting.asked.known)
    return None


def page_of(
    frame: Frame,
    setting: ComparisonSetting,
    who: WhoBar,
    found: ComparisonAnswer | None = None,
    strips: Sequence[Strips] = (),
) -> ComparePage:
    """The page of an answer, with the `strips` of its two pictures. Without an answer the bar keeps the choices."""
    lang, experiment, urls = setting.lang, setting.experiment, setting.urls
    faults = fault_list(lang, setting.asked.faults, setting.links)
    edit = urls.edit_experiment(setting.site.id, experiment.id)
    return ComparePage(
        frame=frame,
        title=experiment.name,
        name=experiment.name,
        of_line=", ".join(part for part in (*experiment.pages[:3], days_line(lang, experiment)) if part),
        kind=setting.question.kind,
        edit_href=edit if setting.editor else "",
        exports=_exports(setting) if found else [],
        bar=_bar(setting),
        who=who,
        faults=faults,
        empty=None if found or faults else _empty(setting),
        outcome=None,
        result=result_of(setting, found, strips) if found else None,
        retake=setting.takes if found else (),
        take_action=urls.take(setting.site.id),
        take_next=setting.links.to(every=False),
    )


def _exports(setting: ComparisonSetting) -> list[Choice]:
    api = setting.urls.api
    return [
        Choice(form.upper(), api("sites", setting.site.id, "compare", **setting.fixed, format=form)) for form in FORMATS
    ]


def _bar(setting: ComparisonSetting) -> ComparisonBar:
    lang, links, names = setting.lang, setting.links, page_names(setting.snapshots)
    return ComparisonBar(
        kinds=kind_choices(lang, links, COMPARISON.kinds),
        pictures=picture_choices(lang, links, setting.widths, setting.width),
        all_on_this=all_on_this(lang, links, setting.width),
        pages=[Choice(name_of(p, names), links.to(page=p), p == setting.page) for p in setting.pages[:PAGES]],
        period=period_control(lang, links, setting.asked.today),
    )


def _empty(setting: ComparisonSetting) -> Empty:
    """What to say when there is no visitor, or no picture."""
    _, experiment = setting.lang.text, setting.experiment
    if not setting.page:
        patterns = ", ".join(experiment.pages)
        return Empty(
            _("No visitors on these pages yet"),
            (
                _("Nobody visited %(patterns)s in this period.", patterns=patterns),
                _("Check the pages of the experiment, and that your site sends the key “%(key)s”.", key=experiment.id),
            ),
        )
    return Empty(
        _("No picture of %(path)s yet", path=setting.path),
        (_("The two maps are drawn on pictures of the variants, and there are none yet."),),
        take=setting.takes,
    )
