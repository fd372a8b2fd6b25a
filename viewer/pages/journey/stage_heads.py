"""The heads of a map's columns: each stage with its visitors and how many go on."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.journey import StageRow
from aggregator.measures.statistics import FEW
from store.journeys import Stage
from viewer.pages.frame.page import Choice
from viewer.pages.journey.facts import going_on, worst_touchpoint
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.map.links import Links
from viewer.pages.who.from_screen import WhoTrees, narrowed, step_trees


@dataclass(frozen=True)
class StageHead:
    """`go`: the share that goes on, with its basis in `detail`; `more`: what is said beside or instead of it.
    `unfold`: the page with this empty stage opened, "" for a stage that is a column. `narrow`: links to the same
    journey of those who went on, and of those who left."""

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
    known = row.share is not None and row.closed >= FEW and stage.touchpoints and not _at_end(measured, stage)
    return StageHead(
        key=stage.key,
        name=name,
        visitors=lang.number(row.visitors),
        go=lang.text("%(share)s go on", share=lang.share(row.share or 0.0)) if known else "",
        detail=going_on(lang, (row.low, row.high), row) if known else "",
        more=_median(measured, row) if known else _instead(measured, stage, row),
        goal=measured.goal_name(stage.completes) if stage.completes else "",
        alarm=any(touchpoint.key == worst for touchpoint in stage.touchpoints),
        narrow=_narrow(measured, stage) if row.visitors else (),
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
