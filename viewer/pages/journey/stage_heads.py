"""The heads of a map's columns: each stage with its visitors and how many go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aggregator.answers.journey import StageRow
from aggregator.measures.journey_figures import WindowShare
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW
from store.journeys import Stage
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.journey.before import alarms, interval_of, of_share, stage_change, stage_is_worse, stage_visitors
from viewer.pages.journey.facts import going_on, worst_touchpoint
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.map.links import Links
from viewer.pages.who.from_screen import WhoTrees, narrowed, step_trees


@dataclass(frozen=True)
class StageHead:
    """`go`: the share that goes on, with its basis in `detail`; `more`: what is said beside or instead of it.
    `visitors_before`, `go_before`: the same in the period before; `worse`: the share alarms.
    `unfold`: the page with this empty stage opened, "" for a stage that is a column. `narrow`: links to the same
    journey of those who went on, and of those who left. Beside a persona's numbers, `of`: everyone's visitors, and
    `everyone`: their share."""

    key: str
    name: str
    visitors: str = ""
    go: str = ""
    detail: str = ""
    more: str = ""
    goal: str = ""
    alarm: bool = False
    unfold: str = ""
    narrow: tuple[Choice, ...] = ()
    visitors_before: str = ""
    go_before: str = ""
    worse: bool = False
    of: str = ""
    everyone: str = ""


def stage_heads(measured: MeasuredJourney) -> list[StageHead]:
    """One per stage, folded ones included, in their order."""
    worst = worst_touchpoint(measured)
    return [_head(measured, stage, worst) for stage in measured.journey.stages]


def _head(measured: MeasuredJourney, stage: Stage, worst: str) -> StageHead:
    lang, row = measured.lang, measured.stage_row(stage)
    name = lang.words(stage.name, stage.key)
    if measured.is_folded(stage):
        opened = "~".join(sorted((*measured.unfolded, stage.key)))
        return StageHead(stage.key, name, unfold=measured.links.keeping(open=opened).to())
    shown, change = _shown(measured, stage, row), stage_change(measured, stage)
    beside = measured.beside.everyone
    everyone = beside.stages[measured.journey.stages.index(stage)] if beside else None
    return StageHead(
        key=stage.key,
        name=name,
        visitors=lang.number(row.visitors),
        go=shown.words,
        detail="; ".join((shown.detail, interval_of(lang, change))) if change and shown.detail else shown.detail,
        more=shown.more if shown.words else _instead(measured, stage, row),
        goal=row.goal.name if row.goal else measured.goal_name(stage.completes) if stage.completes else "",
        alarm=any(touchpoint.key == worst for touchpoint in stage.touchpoints) or alarms(measured, stage),
        visitors_before=stage_visitors(measured, stage),
        go_before=of_share(lang, change) if change and shown.words else "",
        worse=bool(shown.words) and stage_is_worse(measured, stage),
        narrow=_narrow(measured, stage) if row.visitors else (),
        of=lang.text("of %(n)s", n=lang.number(everyone.visitors)) if everyone else "",
        everyone=_everyone(measured, stage, everyone) if everyone else "",
    )


def _everyone(measured: MeasuredJourney, stage: Stage, row: StageRow) -> str:
    """Everyone's share, beside that of a persona."""
    words = _shown(measured, stage, row).words
    return measured.lang.text("everyone: %(words)s", words=words) if words else ""


@dataclass(frozen=True)
class ShownShare:
    """The share in the head of a stage, what it rests on, and what is said beside it; empty without one."""

    words: str = ""
    detail: str = ""
    more: str = ""


def _shown(measured: MeasuredJourney, stage: Stage, row: StageRow) -> ShownShare:
    """Who reached the goal of a stage, else who went on, else who completed the last stage."""
    _, lang = measured.lang.text, measured.lang
    if row.goal and stage.touchpoints:
        return _windowed(measured, row.goal.reached, lambda share: _("%(share)s reach the goal", share=share))
    if row.completed:
        name = lang.words(stage.touchpoints[-1].name, stage.touchpoints[-1].key)
        return _windowed(
            measured, row.completed, lambda share: _("%(share)s reach %(touchpoint)s", share=share, touchpoint=name)
        )
    if not stage.touchpoints or _at_end(measured, stage):
        return ShownShare()
    if row.share is not None and row.closed >= FEW:
        words = _("%(share)s go on", share=lang.share(row.share))
        return ShownShare(words, going_on(lang, (row.low, row.high), row), _median(measured, row))
    if row.so_far and row.so_far.of >= FEW:
        return ShownShare(
            _("%(share)s go on", share=lang.share(row.so_far.share)), _basis(lang, row.so_far), _(" so far")
        )
    return ShownShare()


def _windowed(measured: MeasuredJourney, found: WindowShare, words: Callable[[str], str]) -> ShownShare:
    """A share of the visitors whose window has closed; while there is none, that of all so far."""
    lang, share = measured.lang, found.share or found.so_far
    if share is None or share.of < FEW:
        return ShownShare()
    detail, more = _basis(lang, share), ""
    if found.share is None:
        more = lang.text(" so far")
    elif found.left_out:
        detail += lang.text(", %(n)s more may still do so", n=lang.number(found.left_out))
    return ShownShare(words(lang.share(share.share)), detail, more)


def _basis(lang: Language, share: ShareOf) -> str:
    return lang.text(
        "%(interval)s, %(n)s of %(all)s visitors",
        interval=lang.between(share.low, share.high),
        n=lang.number(share.visitors),
        all=lang.number(share.of),
    )


def _at_end(measured: MeasuredJourney, stage: Stage) -> bool:
    """Nothing goes on from the stage that holds the goal, from those after it, or from the last one."""
    i = measured.journey.stages.index(stage)
    return i >= measured.goal_stage or stage is measured.journey.stages[-1]


def _narrow(measured: MeasuredJourney, stage: Stage) -> tuple[Choice, ...]:
    """Links to the journey of those who came to a stage and went on, and of those who left."""
    lang, trees = measured.lang, trees_after(measured, pages_of(stage), stage)
    links: Links = measured.links
    if trees is None:
        return ()
    if trees.did_not is None:
        return (Choice(lang.text("Only these visitors"), narrowed(links, trees.did)),)
    return (
        Choice(lang.text("Only those who went on"), narrowed(links, trees.did)),
        Choice(lang.text("Only those who left"), narrowed(links, trees.did_not)),
    )


def trees_after(measured: MeasuredJourney, pages: list[str], stage: Stage) -> WhoTrees | None:
    """The visitors of some pages of a stage: those who came to a later stage, and those who did not."""
    stages = measured.journey.stages
    later = [page for one in stages[stages.index(stage) + 1 :] for page in pages_of(one)]
    if not pages:
        return None
    return step_trees(pages, [] if _at_end(measured, stage) else later)


def pages_of(stage: Stage) -> list[str]:
    """The page patterns of a stage's touchpoints."""
    return [page for touchpoint in stage.touchpoints for page in touchpoint.pages]


def _median(measured: MeasuredJourney, row: StageRow) -> str:
    lang = measured.lang
    return lang.text(", median %(span)s", span=lang.span(row.median_ms)) if row.median_ms else ""


def _instead(measured: MeasuredJourney, stage: Stage, row: StageRow) -> str:
    """What a stage shows when it has no go-on share."""
    _, i = measured.lang.text, measured.journey.stages.index(stage)
    if i == measured.goal_stage:
        return ""
    if i > measured.goal_stage:
        return _("after the goal")
    if stage is measured.journey.stages[-1]:
        return _("last stage of this map")
    if not stage.touchpoints:
        return _("no touchpoint yet")
    if row.left_out and row.visitors >= FEW:
        return _("too early to tell: %(n)s may still go on", n=measured.lang.number(row.left_out))
    return _("few visitors") if row.visitors else _("nobody yet")
