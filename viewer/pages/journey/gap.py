"""A future state against the map of today: what changes, the targets against today's figures, the expected path."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from aggregator.answers.journey import StageRow
from aggregator.answers.journey_gap import PathGap, TargetGap
from aggregator.measures.targets import MetricShare, TargetState
from aggregator.measures.touchpoint_metrics import TIMES
from rules.find import usable
from rules.journey_gap import Happened, StageGap, TouchpointGap
from rules.question import JOURNEY
from store.journeys import Journey
from viewer.access.person import signed_in
from viewer.http.urls import Urls
from viewer.journey_gaps import GapReader, MeasuredGap
from viewer.pages.frame.frames import Frames, answer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice, Frame, Page, doc
from viewer.pages.journey.lanes.targets import wanted_words
from viewer.pages.journey.metrics import metric_basis, metric_names, metric_value
from viewer.pages.map.empty import Empty
from viewer.pages.map.faults import FaultList, fault_list
from viewer.pages.map.links import Links
from viewer.pages.map.period import PeriodControl, period_control
from viewer.pages.who.bar import WhoBar
from viewer.pages.who.bars import WhoBars
from viewer.questions import Asked, Questions
from viewer.registry import Registry


@dataclass(frozen=True)
class GapTargetLine:
    """A target of the future and the figure today. `missing`: how far it is, in words; "" if it is reached."""

    name: str
    wanted: str
    state: TargetState
    today: str
    basis: str
    missing: str


@dataclass(frozen=True)
class GapRow:
    """A touchpoint of either map: what `happened` to it, in words too, and its `targets` in the future."""

    name: str
    stage: str
    happened: Happened
    words: str
    targets: tuple[GapTargetLine, ...]


@dataclass(frozen=True)
class GapStage:
    """A stage of either map, with the figures of today; they are empty for one that is new."""

    name: str
    happened: Happened
    words: str
    visitors: str
    go: str
    basis: str


@dataclass(frozen=True)
class GapPathRow:
    """What should follow a touchpoint, how many took it, and where most went."""

    name: str
    expected: str
    fit: str
    basis: str
    real: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class GapPage(Page):
    """A future state against the map of today, `/sites/3/journeys/next-year/gap?days=28`."""

    template = "journey/gap.html"
    docs = "journeys#a-future-state-against-today"
    name: str = doc("Name of the future state")
    maps: tuple[Choice, ...] = doc("The map of today and the future state")
    period: PeriodControl = doc("The period menu")
    who: WhoBar = doc("The devices, filters and segment that are counted, and how many visitors they leave")
    faults: FaultList | None = doc("What is wrong with the question; if anything is, nothing is measured")
    empty: Empty | None = doc("Why there is nothing to compare with")
    summary: str = doc("How much changes, and how many targets are met today")
    stages: tuple[GapStage, ...] = doc("The stages of both maps")
    rows: tuple[GapRow, ...] = doc("The touchpoints of both maps")
    paths: tuple[GapPathRow, ...] = doc("The expected path against the real one")
    download: str = doc("Address of the same as JSON; empty if there is nothing to compare")


async def show(
    request: Request, *, questions: Questions, registry: Registry, frames: Frames, bars: WhoBars, gaps: GapReader
) -> Response:
    """GET shows it."""
    asked = await questions.read(request, JOURNEY)
    future = usable(await registry.find(Journey, request.path_params["journey"], asked.site))
    frame, today = await frames.of(request, "journeys", asked.site), await gaps.base(asked, future)
    links = Links(frames.urls.journey_gap(asked.site.id, future.id), asked.question)
    who = await bars.of(frame.lang, links, asked)
    shown = _Shown(frame, frames.urls, asked, future, today)
    if today is None:
        edit = frames.urls.journey(asked.site.id, future.id, edit=1) if signed_in(request).may("editor") else ""
        return answer(request, shown.page(links, who, empty=_without(frame.lang, future, edit)), asked.status)
    gap = None if asked.faults else await gaps.measured(asked, today, future)
    return answer(request, shown.page(links, who, gap=gap), asked.status)


@dataclass(frozen=True)
class _Shown:
    """What the page is about. `today`: the map that the future is based on; None if there is none."""

    frame: Frame
    urls: Urls
    asked: Asked
    future: Journey
    today: Journey | None

    def page(self, links: Links, who: WhoBar, *, gap: MeasuredGap | None = None, empty: Empty | None = None) -> GapPage:
        lang, site, asked = self.frame.lang, self.asked.site.id, self.asked
        maps = [one for one in (self.today, self.future) if one]
        return GapPage(
            frame=self.frame,
            title=lang.text("Gap of %(name)s", name=self.future.name),
            name=self.future.name,
            maps=tuple(Choice(one.name, self.urls.journey(site, one.id, **asked.question.query())) for one in maps),
            period=period_control(lang, links, asked.today),
            who=who,
            faults=fault_list(lang, asked.faults, links) if asked.faults else None,
            empty=empty,
            summary=_summary(lang, gap) if gap else "",
            stages=_stages(lang, gap) if gap else (),
            rows=tuple(_row(lang, gap, one) for one in gap.gap.touchpoints) if gap else (),
            paths=tuple(_path(lang, gap, key, one) for key, one in gap.paths.items()) if gap else (),
            download=self._file() if gap else "",
        )

    def _file(self) -> str:
        fixed = self.asked.question.fixed(self.asked.today).query()
        return self.urls.api("sites", self.asked.site.id, "journeys", self.future.id, "gap", **fixed)


def _without(lang: Language, future: Journey, edit: str) -> Empty:
    _ = lang.text
    if not future.based_on:
        why = _("This map is not based on another one. Make a future state of a map in the list of journeys.")
    elif future.based_on == future.id:
        why = _("This map is based on itself.")
    else:
        why = _(
            "The map that it is based on (%(id)s) is not there any more. A deleted map can be restored for 30 days.",
            id=future.based_on,
        )
    return Empty(_("Nothing to compare with"), (why,), (Choice(_("Edit"), edit, True),) if edit else ())


def _summary(lang: Language, found: MeasuredGap) -> str:
    """`Touchpoints: 2 added, 1 removed, 0 moved. Targets today: 1 of 3 met, …`"""
    _ = lang.text
    touchpoints = [one.happened for one in found.gap.touchpoints]
    targets = [one.state for lines in found.targets.values() for one in lines]
    changes = _(
        "Touchpoints: %(added)s added, %(removed)s removed, %(moved)s moved.",
        **{name: lang.number(touchpoints.count(name)) for name in ("added", "removed", "moved")},
    )
    if not targets:
        return " ".join((changes, _("The future state has no targets yet.")))
    states: tuple[TargetState, ...] = ("met", "missed", "inside", "unknown")
    met = _(
        "Targets today: %(met)s of %(all)s met, %(missed)s missed, %(inside)s undecided, %(unknown)s not known.",
        all=lang.number(len(targets)),
        **{name: lang.number(targets.count(name)) for name in states},
    )
    return f"{changes} {met}"


def _stages(lang: Language, found: MeasuredGap) -> tuple[GapStage, ...]:
    rows = {row.key: row for row in found.figures.stages}
    return tuple(_stage(lang, stage, rows.get(stage.key)) for stage in found.gap.stages)


def _stage(lang: Language, stage: StageGap, row: StageRow | None) -> GapStage:
    """A stage with who reached its goal today, else who went on."""
    go = basis = ""
    reached = row.goal.reached.share or row.goal.reached.so_far if row and row.goal else None
    if reached:
        go = lang.text("%(share)s reach the goal", share=lang.share(reached.share))
        basis = lang.between(reached.low, reached.high)
    elif row and row.share is not None and row.low is not None and row.high is not None:
        go, basis = lang.text("%(share)s go on", share=lang.share(row.share)), lang.between(row.low, row.high)
    return GapStage(
        name=lang.words(stage.name, stage.key),
        happened=stage.happened,
        words=happened_names(lang)[stage.happened],
        visitors=lang.number(row.visitors) if row else "",
        go=go,
        basis=basis,
    )


def _row(lang: Language, found: MeasuredGap, one: TouchpointGap) -> GapRow:
    stages = {stage.key: lang.words(stage.name, stage.key) for stage in (*found.today.stages, *found.future.stages)}
    words = happened_names(lang)[one.happened]
    if one.happened == "moved":
        words = lang.text("moved from %(stage)s", stage=stages[one.stage_today])
    if one.changed:
        words = ", ".join((words, lang.text("changed")))
    return GapRow(
        name=lang.words(one.name, one.key),
        stage=stages[one.stage or one.stage_today],
        happened=one.happened,
        words=words,
        targets=tuple(_target(lang, line) for line in found.targets.get(one.key, ())),
    )


def _target(lang: Language, line: TargetGap) -> GapTargetLine:
    metric, today = line.target.metric, line.today
    return GapTargetLine(
        name=metric_names(lang)[metric],
        wanted=wanted_words(lang, line.target),
        state=line.state,
        today=metric_value(lang, metric, today) if today else lang.text("not known"),
        basis=metric_basis(lang, metric, today) if today else "",
        missing=_missing(lang, line, today),
    )


def _missing(lang: Language, line: TargetGap, today: MetricShare | None) -> str:
    if today is None or line.missing is None or line.missing <= 0:
        return ""
    if line.target.metric in TIMES:
        return lang.text("%(span)s away", span=lang.span(line.missing))
    return lang.text("%(n)s points away", n=lang.number(line.missing * 100, 1))


def _path(lang: Language, found: MeasuredGap, key: str, path: PathGap) -> GapPathRow:
    names = {one.key: lang.words(one.name, one.key) for _, one in found.future.touchpoints}
    fit, basis = path.fit, ""
    if fit:
        basis = lang.text("%(interval)s of %(n)s", interval=lang.between(fit.low, fit.high), n=lang.number(fit.of))
    return GapPathRow(
        name=names[key],
        expected=", ".join(names.get(one, one) for one in path.expected),
        fit=lang.share(fit.share) if fit else lang.text("few visitors"),
        basis=basis,
        real=tuple((names[one.touchpoint], lang.share(one.share.share)) for one in path.real),
    )


def happened_names(lang: Language) -> dict[Happened, str]:
    _ = lang.text
    return {"kept": _("as today"), "added": _("added"), "removed": _("removed"), "moved": _("moved")}
