"""The columns of a journey map: each stage with its figures, each touchpoint as a card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from aggregator.answers.journey import JourneyMap, StageRow, TouchpointRow
from aggregator.measures.statistics import FEW
from store.journeys import Journey, Stage, Touchpoint
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.links import Links
from viewer.pages.map.outliers import stands_out
from viewer.pages.who.from_screen import narrowed, step_trees
from viewer.questions import Asked

EXITS_ALARM = 0.30
ALARM_LEAST = 50  # visitors; below, no stage or touchpoint is marked as bad


@dataclass(frozen=True)
class TouchpointCard:
    name: str
    href: str  # its heatmap; "" if it had no visitors
    thumb: str
    evidence: str
    facts: tuple[Choice, ...]  # label, value in `small`, interval in `title`, `on` if bad
    alarm: bool


@dataclass(frozen=True)
class StageColumn:
    """`go`: the share that goes on, "" for the last stage; its interval is in `go_title`. `narrow`: links to the same
    journey of those who went on, and of those who left."""

    key: str
    name: str
    visitors: str
    go: str
    go_title: str
    go_more: str
    alarm: bool
    goal: str
    pains: tuple[str, ...]
    touchpoints: tuple[TouchpointCard, ...]
    narrow: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class MeasuredJourney:
    """A journey with its figures, and what its cards need for their links."""

    lang: Language
    urls: Urls
    asked: Asked
    journey: Journey
    figures: JourneyMap

    @property
    def days(self) -> dict[str, str]:
        """Period and device, for links to maps and thumbnails."""
        return self.asked.question.query()

    @cached_property
    def pictured(self) -> set[str]:
        """The pages that have a picture."""
        return {s.page for s in self.asked.known.snapshots if not s.variant and not s.state}

    @cached_property
    def usual(self) -> list[float]:
        """The frustrated shares of all touchpoints with enough visitors."""
        rows = self.figures.touchpoints.values()
        return [row.frustrated for row in rows if row.frustrated is not None and not row.few]

    def is_last(self, stage: Stage) -> bool:
        return stage is self.journey.stages[-1]


def columns_of(measured: MeasuredJourney) -> list[StageColumn]:
    """One column per stage. The stage of the most frustrating touchpoint is marked if it stands out."""
    stages = measured.journey.stages
    columns = [_column(measured, stage, row) for stage, row in zip(stages, measured.figures.stages, strict=True)]
    worst = _worst(measured, columns)
    return [replace(column, alarm=i == worst) for i, column in enumerate(columns)]


def _worst(measured: MeasuredJourney, columns: Sequence[StageColumn]) -> int:
    """Index of the stage with the most frustrating touchpoint among those that stand out; -1 if none does."""
    frustrated = [
        (measured.figures.touchpoints[touchpoint.key].frustrated or 0.0, i)
        for i, (stage, column) in enumerate(zip(measured.journey.stages, columns, strict=True))
        for touchpoint, card in zip(stage.touchpoints, column.touchpoints, strict=True)
        if card.alarm
    ]
    return max(frustrated, key=lambda one: one[0], default=(0.0, -1))[1]


def _column(measured: MeasuredJourney, stage: Stage, row: StageRow) -> StageColumn:
    lang = measured.lang
    cards = tuple(_card(measured, touchpoint, measured.is_last(stage)) for touchpoint in stage.touchpoints)
    known = row.share is not None and row.closed >= FEW and cards and not measured.is_last(stage)
    return StageColumn(
        key=stage.key,
        name=lang.words(stage.name, stage.key),
        visitors=lang.number(row.visitors),
        go=lang.text("%(share)s go on", share=lang.share(row.share or 0.0)) if known else "",
        go_title=_going_on(lang, (row.low, row.high), row) if known else "",
        go_more=_median(lang, row) if known else _why_no_share(measured, stage, row),
        alarm=False,
        goal=lang.words(stage.goal),
        pains=stage.pains,
        touchpoints=cards,
        narrow=_narrow(measured, stage) if row.visitors else (),
    )


def _narrow(measured: MeasuredJourney, stage: Stage) -> tuple[Choice, ...]:
    """Links to the journey of those who came to a stage and went on, and of those who left."""
    lang, stages = measured.lang, measured.journey.stages
    later = [page for one in stages[stages.index(stage) + 1 :] for page in _pages(one)]
    trees = step_trees(_pages(stage), later)
    links = Links(measured.urls.journey(measured.asked.site.id, measured.journey.id), measured.asked.question)
    if trees.did_not is None:
        return (Choice(lang.text("Only these visitors"), narrowed(links, trees.did)),)
    return (
        Choice(lang.text("Only those who went on"), narrowed(links, trees.did)),
        Choice(lang.text("Only those who left"), narrowed(links, trees.did_not)),
    )


def _pages(stage: Stage) -> list[str]:
    return [page for touchpoint in stage.touchpoints for page in touchpoint.pages]


def _going_on(lang: Language, interval: tuple[float | None, float | None], row: StageRow | TouchpointRow) -> str:
    """The basis of a go-on share: its interval, its numbers, and how many may still go on."""
    low, high = interval
    words = lang.text(
        "%(interval)s, %(n)s of %(all)s visitors",
        interval=lang.between(low or 0.0, high or 0.0),
        n=lang.number(row.went_on),
        all=lang.number(row.closed),
    )
    if not row.left_out:
        return words
    return words + lang.text(", %(n)s more may still go on", n=lang.number(row.left_out))


def _median(lang: Language, row: StageRow) -> str:
    return lang.text(", median %(span)s", span=lang.span(row.median_ms)) if row.median_ms else ""


def _why_no_share(measured: MeasuredJourney, stage: Stage, row: StageRow) -> str:
    """What a stage shows when its go-on share is not known."""
    _ = measured.lang.text
    if measured.is_last(stage):
        return _("last stage of this map")
    if not stage.touchpoints:
        return _("no touchpoint yet")
    if row.left_out and row.visitors >= FEW:
        return _("too early to tell: %(n)s may still go on", n=measured.lang.number(row.left_out))
    return _("few visitors") if row.visitors else _("nobody yet")


def _card(measured: MeasuredJourney, touchpoint: Touchpoint, last: bool) -> TouchpointCard:
    lang, urls, site = measured.lang, measured.urls, measured.asked.site.id
    _ = lang.text
    name, row = lang.words(touchpoint.name, touchpoint.key), measured.figures.touchpoints.get(touchpoint.key)
    if not touchpoint.pages:
        return TouchpointCard(name, "", "", _("typed, not measured"), (), False)
    if row is None or not row.visitors:
        return TouchpointCard(name, "", "", _("nobody in this period"), (), False)
    bad = _is_bad(measured, row)
    return TouchpointCard(
        name=name,
        href=urls.heatmap(site, page=row.page, **measured.days) if row.page else "",
        thumb=urls.thumb(site, row.page, **measured.days) if row.page in measured.pictured else "",
        evidence="",
        facts=tuple(_facts(lang, row, bad=bad, last=last)),
        alarm=bad,
    )


def _is_bad(measured: MeasuredJourney, row: TouchpointRow) -> bool:
    if row.few or row.frustrated is None or row.visitors < ALARM_LEAST:
        return False
    return stands_out(row.frustrated, measured.usual)


def _facts(lang: Language, row: TouchpointRow, *, bad: bool, last: bool) -> list[Choice]:
    """The figures of a touchpoint; shares only if it has enough visitors."""
    _ = lang.text
    facts = [
        Choice(_("Visitors"), "", small=lang.number(row.visitors)),
        Choice(_("Reached by"), "", small=lang.share(row.reach), title=lang.between(row.low, row.high)),
    ]
    if row.few:
        return [*facts, Choice(_("Shares"), "", small=_("few visitors"))]
    if row.forward is not None and row.closed >= FEW:
        title = _going_on(lang, (row.forward_low, row.forward_high), row)
        facts.append(Choice(_("Go on"), "", small=lang.share(row.forward), title=title))
    if row.frustrated is not None:
        facts.append(Choice(_("Frustrated"), "", bad, lang.share(row.frustrated)))
    if row.exits is not None and not last:
        of = lang.plural("of %(num)s visit", "of %(num)s visits", row.visits)
        facts.append(Choice(_("Visits ending"), "", bad and row.exits >= EXITS_ALARM, lang.share(row.exits), of))
    return facts
