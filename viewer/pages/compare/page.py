"""Two variants of a page side by side: two maps on one scale, their difference, the tested table."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.comparison_figures import ArmFigures
from aggregator.pictures.newest import NoSnapshot
from rules.period import today
from rules.question import COMPARISON
from store.pages import page_path
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.maps import ComparisonAnswer, Maps
from viewer.pages.compare.rows import Difference, Row, axis_of, difference_of, reach_of, rows_of, says_something
from viewer.pages.compare.setting import ComparisonSetting, days_of, pages_with
from viewer.pages.compare.verdict import Check, Verdict, checks_of, method_of, notes_of, verdict_of
from viewer.pages.experiments.page import days_line
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.map.controls import VisitorsByDevice, device_choices, kind_choices, width_choices
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.legend import Legend, Tick, heat_legend
from viewer.pages.map.page_names import name_of, page_names
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.map.picture import DrawnPicture, Strips, drawn_picture
from viewer.pages.pictures.fields import Fields
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.traffic import TrafficReader

ASKS = replace(COMPARISON, needs=("experiment",))  # without a page, the busiest is shown
PAGES = 40  # offered
FORMATS = ("png", "csv", "json", "npy")


@dataclass(frozen=True)
class ComparisonBar:
    """Kinds, widths that have a picture, pages that the experiment runs on, days, devices."""

    kinds: list[Choice]
    widths: list[Choice]
    pages: list[Choice]
    period: PeriodControl
    devices: list[Choice]


@dataclass(frozen=True)
class Pane:
    """One of the two maps."""

    title: str
    visitors: str
    picture: DrawnPicture


@dataclass(frozen=True)
class Table:
    """Element by element. `axis`: ticks over the intervals; `method`: how it was counted, in a few sentences."""

    rows: list[Row]
    all_rows: Choice | None
    axis: tuple[Tick, ...]
    interval_label: str
    method: str


@dataclass(frozen=True)
class Result:
    """What was measured: the verdict with its checks, the two maps with their difference, the table."""

    verdict: Verdict
    checks: list[Check]
    notes: tuple[str, ...]
    panes: list[Pane]
    legend: Legend
    difference: Difference
    table: Table


@dataclass(frozen=True, kw_only=True)
class ComparePage(Page):
    """An experiment on one page, `/sites/3/experiments/buy-button?page=shop.example/lamp&width=1366`."""

    template = "compare/compare.html"
    name: str = doc("Name of the experiment")
    of_line: str = doc("Pages and days it is about")
    kind: str = doc("click or hover")
    edit_href: str = doc("Address of the form that changes it; empty when the person may not")
    exports: list[Choice] = doc("The same comparison as PNG, CSV, JSON, NPY")
    bar: ComparisonBar = doc("Kinds, widths, pages, days and devices, as links")
    faults: FaultList | None = doc("What is wrong with the question; then nothing is compared")
    empty: Empty | None = doc("What to say when there is no visitor or no picture")
    result: Result | None = doc("Verdict, maps and table; None without an answer")
    retake: Fields = doc("Fields of the form that takes both pictures again")
    take_action: str = doc("Where that form posts to")
    take_next: str = doc("Where to go when they are taken")


async def compare(
    request: Request,
    *,
    questions: Questions,
    registry: Registry,
    frames: Frames,
    urls: Urls,
    maps: Maps,
    traffic: TrafficReader,
) -> Response:
    known = await questions.known(request)
    experiment = await registry.experiment(known.site, request.path_params["experiment"])
    query = dict(request.query_params) | {"experiment": experiment.id}
    asked = await questions.resolve(known, query, ASKS, default=days_of(experiment, today()))
    frame = await frames.of(request, "experiments", known.site)
    every, editor = request.query_params.get("all") == "1", signed_in(request).may("editor")
    setting = ComparisonSetting(frame.lang, urls, asked, experiment, editor=editor, every=every)
    if asked.faults:
        return answer(request, page_of(frame, setting), asked.status)
    rows = await traffic.of_pages(known.site, *asked.question.period.span(asked.today))
    setting = replace(setting, pages=pages_with(experiment, [row.page for row in rows]))
    found = await _answer(maps, setting)
    strips = [await maps.strips(arm.snapshot) for arm in found.figures.arms] if found else []
    return answer(request, page_of(frame, setting, found, strips))


async def _answer(maps: Maps, setting: ComparisonSetting) -> ComparisonAnswer | None:
    """The comparison; None without a page or a picture."""
    if setting.page:
        with suppress(NoSnapshot):
            return await maps.comparison(setting.question, setting.experiment, setting.asked.known)
    return None


def page_of(
    frame: Frame, setting: ComparisonSetting, found: ComparisonAnswer | None = None, strips: Sequence[Strips] = ()
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
        bar=_bar(setting, found),
        faults=faults,
        empty=None if found or faults else _empty(setting),
        result=_result(setting, found, strips) if found else None,
        retake=setting.takes if found else (),
        take_action=urls.take(setting.site.id),
        take_next=setting.links.to(every=False),
    )


def _exports(setting: ComparisonSetting) -> list[Choice]:
    api = setting.urls.api
    return [
        Choice(form.upper(), api("sites", setting.site.id, "compare", **setting.fixed, format=form)) for form in FORMATS
    ]


def _bar(setting: ComparisonSetting, found: ComparisonAnswer | None) -> ComparisonBar:
    lang, links, names = setting.lang, setting.links, page_names(setting.snapshots)
    visitors = VisitorsByDevice(found.figures.devices, found.figures.device_shares) if found else VisitorsByDevice()
    return ComparisonBar(
        kinds=kind_choices(lang, links, COMPARISON.kinds),
        widths=width_choices(lang, links, setting.widths, setting.width, visitors),
        pages=[Choice(name_of(p, names), links.to(page=p), p == setting.page) for p in setting.pages[:PAGES]],
        period=period_control(lang, links, setting.asked.today),
        devices=device_choices(lang, links, setting.width, visitors),
    )


def _result(setting: ComparisonSetting, found: ComparisonAnswer, strips: Sequence[Strips]) -> Result:
    lang, figures, reach = setting.lang, found.figures, reach_of(found.figures)
    return Result(
        verdict=verdict_of(lang, found),
        checks=checks_of(lang, figures),
        notes=notes_of(lang, figures),
        panes=[
            _pane(setting, letter, arm, found.figures.scale.cap, of_arm)
            for letter, arm, of_arm in zip("AB", figures.arms, strips, strict=True)
        ],
        legend=heat_legend(lang, figures.scale, setting.question.kind, shared=True),
        difference=difference_of(lang, setting.urls, setting.site.id, found, strips[1], reach),
        table=Table(
            rows=rows_of(lang, found, reach, setting.every),
            all_rows=_all_rows(setting, found),
            axis=axis_of(lang, reach),
            interval_label=lang.text("Interval"),
            method=method_of(lang, figures),
        ),
    )


def _pane(setting: ComparisonSetting, letter: str, arm: ArmFigures, cap: float, strips: Strips) -> Pane:
    """The map of one variant; `cap`: top of the scale of both."""
    question = replace(
        setting.question, variant=(setting.experiment.id, arm.variant), width=arm.snapshot.width, experiment=""
    )
    query = question.fixed(setting.asked.today).query() | {"cap": f"{cap:g}"}
    visitors = setting.lang.plural("%(num)s visitor", "%(num)s visitors", arm.visitors)
    return Pane(
        letter if arm.name == letter else f"{letter}, {arm.name}",
        visitors,
        drawn_picture(setting.urls, setting.site.id, arm.snapshot, strips, query),
    )


def _all_rows(setting: ComparisonSetting, found: ComparisonAnswer) -> Choice | None:
    rows = found.figures.rows
    if setting.every or all(says_something(row) == says_something(rows[0]) for row in rows):
        return None
    label = setting.lang.text("All %(n)s elements", n=setting.lang.number(len(rows)))
    return Choice(label, setting.links.to(every=True))


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
        _("No picture of %(path)s yet", path=page_path(setting.page)),
        (_("The two maps are drawn on pictures of the variants, and there are none yet."),),
        take=setting.takes,
    )
