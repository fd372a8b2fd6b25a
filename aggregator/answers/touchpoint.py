"""The card of a touchpoint: its figures over time and since when they are different, where its visitors come from and
go to, what they used, and the devices and channels that they came by (docs/aggregator.md, "The card of a touchpoint").
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from aggregator.answers.journey import JourneyMeasure, course_of
from aggregator.answers.pressed_controls import pressed_controls
from aggregator.measures.change_points import ChangePoint, changes_of
from aggregator.measures.journey_figures import (
    StepShare,
    TouchpointFigures,
    WindowShare,
    figures_of_touchpoint,
    window_share,
)
from aggregator.measures.shares import ShareOf, share_of
from aggregator.measures.touchpoint_metrics import SHARES, TIMES, CardMetric, share_of_metric, time_of_metric
from aggregator.queries.chosen_rows import chosen_site_views
from aggregator.queries.touchpoint_before import read_before
from aggregator.queries.touchpoint_facts import Followed, read_parts
from aggregator.queries.used_elements import ElementUse, read_used_elements
from aggregator.shapes.journeys import Facts
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.touchpoint_parts import CameFrom, Parts, Span, Step, spans_of, usual_step
from store.client import Store
from store.journeys import Journey
from store.segments import Goal
from store.snapshots import Snapshots

MOST_ELEMENTS = 20
MOST_PICTURED = 8  # pages of a touchpoint, the busiest, whose pictures name its elements


@dataclass(frozen=True)
class CardAsked:
    """`key`: of the touchpoint. `step`: of its figures over time; "" lets the length of the period decide."""

    key: str
    step: Step | Literal[""] = ""


@dataclass(frozen=True)
class SpanFigures:
    """The figures of a touchpoint in one span: of the visitors with a hit in it, from their first one there on."""

    span: Span
    figures: TouchpointFigures


@dataclass(frozen=True)
class MetricChange:
    """From the day `since` on, a metric (a share, or ms) is `after` instead of `before`; `p` is corrected for the
    search."""

    metric: CardMetric
    since: str
    before: float
    after: float
    p: float


@dataclass(frozen=True)
class FlowBefore:
    """Another touchpoint ("" for none at all): the visitors who touched it immediately before, and at any time before
    within the window."""

    touchpoint: str
    directly: ShareOf | None
    ever: ShareOf | None


@dataclass(frozen=True)
class FlowAfter:
    """Another touchpoint ("" for none at all): the visitors for whom it was the next, and who touched it later at all
    within the window."""

    touchpoint: str
    directly: WindowShare
    ever: WindowShare


@dataclass(frozen=True)
class UsedElement:
    """An element that visitors of the touchpoint clicked. `share`: its clickers among the visitors of the touchpoint;
    `dead`, `rage`: of its clickers, those with a click without effect, and with a burst of clicks. `name`: "" where no
    picture has it."""

    key: int
    name: str
    clicks: int
    share: ShareOf | None
    dead: ShareOf | None
    dead_clicks: int
    rage: ShareOf | None
    rage_clicks: int


@dataclass(frozen=True)
class TouchpointCard:
    """`goal`: the id of the goal that "goal" means among the metrics; "" without one. `page`: the busiest page of the
    touchpoint. `devices`, `channels`: those with visitors of the touchpoint, most of them first. `one_in`: 10 in a
    first answer from one visitor in ten."""

    key: str
    visitors: int
    goal: str
    page: str
    step: Step
    figures: TouchpointFigures
    spans: tuple[SpanFigures, ...]
    changes: tuple[MetricChange, ...]
    came_from: tuple[FlowBefore, ...]
    went_to: tuple[FlowAfter, ...]
    elements: tuple[UsedElement, ...]
    devices: Mapping[str, TouchpointFigures]
    channels: Mapping[str, TouchpointFigures]
    one_in: int = 1


def touchpoint_card(
    store: Store,
    snapshots: Snapshots,
    journey: Journey,
    scope: SiteScope,
    measured: JourneyMeasure,
    asked: CardAsked,
    now: datetime | None = None,
) -> TouchpointCard:
    """Measure a touchpoint. `measured`: all figures of the journey, of the same scope. Raises KeyError for a key that
    the journey does not have."""
    now_ms = int(now.timestamp() * 1000) if now else int(time.time() * 1000)
    numbers = {touchpoint.key: number for number, (_, touchpoint) in enumerate(journey.touchpoints, 1)}
    number, course = numbers[asked.key], course_of(journey, measured.goals)
    followed = Followed(course, measured.claims, number, now_ms)
    step: Step = asked.step or usual_step(scope.since, scope.until)
    parts = Parts(spans_of(scope.since, scope.until, step))
    with chosen_site_views(store, scope) as chosen:
        found = read_parts(store, chosen, followed, parts)
        before = read_before(store, chosen, followed)
        elements = _elements(store, snapshots, chosen, followed, measured)
    figures = measured.figures.touchpoints[number]

    def of_part(facts: Facts) -> TouchpointFigures:
        return figures_of_touchpoint(facts, course, number, ends_well=figures.ends_well)

    keys = {number: key for key, number in numbers.items()} | {0: ""}
    spans = tuple(SpanFigures(span, of_part(facts)) for span, facts in zip(parts.spans, found.spans, strict=True))
    goal = main_goal(journey, course.goals)
    return TouchpointCard(
        key=asked.key,
        visitors=measured.figures.visitors,
        goal=goal,
        page=next(iter(_pages(measured, number)), ""),
        step=step,
        figures=figures,
        spans=spans,
        changes=metric_changes(spans, goal),
        came_from=_came_from(before, keys),
        went_to=_went_to(figures, keys),
        elements=elements,
        devices=_largest((name, of_part(facts)) for name, facts in found.devices.items()),
        channels=_largest((name, of_part(facts)) for name, facts in found.channels.items()),
        one_in=measured.one_in,
    )


def main_goal(journey: Journey, goals: Sequence[Goal]) -> str:
    """Id of the goal of a map: the one that a stage completes, else the first of the journey, else the first of the
    `goals` that are measured; "" without one."""
    named = (*(stage.completes for stage in journey.stages if stage.completes), *journey.goals)
    known = {goal.id for goal in goals}
    return next((one for one in named if one in known), goals[0].id if goals else "")


def metric_changes(spans: Sequence[SpanFigures], goal: str) -> tuple[MetricChange, ...]:
    """Since when each metric is different, the earliest change first."""
    shares: dict[str, list[tuple[int, int] | None]] = {}
    for metric in SHARES:
        of_metric = [share_of_metric(one.figures, metric, goal) for one in spans]
        shares[metric] = [(one.visitors, one.of) if one else None for one in of_metric]
    times: dict[str, list[tuple[float, int] | None]] = {}
    for metric in TIMES:
        of_time = [time_of_metric(one.figures, metric) for one in spans]
        times[metric] = [(one.median, one.n) if one.median is not None else None for one in of_time]
    found = changes_of(shares, times)
    changed = [_named(metric, found[metric], spans) for metric in (*SHARES, *TIMES) if metric in found]
    return tuple(sorted(changed, key=lambda one: one.since))


def _named(metric: CardMetric, change: ChangePoint, spans: Sequence[SpanFigures]) -> MetricChange:
    since = spans[change.at].span.since.isoformat()
    return MetricChange(metric, since, change.before, change.after, change.p)


def _came_from(before: CameFrom, keys: Mapping[int, str]) -> tuple[FlowBefore, ...]:
    rows = [
        FlowBefore(
            keys[n],
            share_of(before.directly.get(n, 0), before.visitors),
            share_of(before.ever.get(n, 0), before.visitors),
        )
        for n in before.others
    ]
    nothing = share_of(before.directly.get(0, 0), before.visitors)
    ordered = sorted(rows, key=lambda one: (-_visitors(one.directly), -_visitors(one.ever), one.touchpoint))
    return (*ordered, FlowBefore("", nothing, nothing)) if before.visitors else ()


def _went_to(figures: TouchpointFigures, keys: Mapping[int, str]) -> tuple[FlowAfter, ...]:
    if not figures.visitors:
        return ()
    rows = [FlowAfter(keys[n], step.next, step.later) for n, step in figures.steps.items()]
    ordered = sorted(rows, key=lambda one: (-_known(one.directly), -_known(one.ever), one.touchpoint))
    nothing = _nothing_after(figures, figures.steps.values())
    return (*ordered, FlowAfter("", nothing, nothing))


def _nothing_after(figures: TouchpointFigures, steps: Iterable[StepShare]) -> WindowShare:
    """The visitors without another touchpoint in the window."""
    closed = figures.visitors - figures.forward.left_out
    nexts = [step.next for step in steps]
    went = sum(one.share.visitors for one in nexts if one.share)
    so_far = sum(one.so_far.visitors for one in nexts if one.so_far)
    return window_share((closed - went, closed), (figures.visitors - so_far, figures.visitors))


def _visitors(share: ShareOf | None) -> int:
    return share.visitors if share else 0


def _known(share: WindowShare) -> int:
    return _visitors(share.share or share.so_far)


def _largest(parts: Iterable[tuple[str, TouchpointFigures]]) -> dict[str, TouchpointFigures]:
    """Those with visitors, most of them first."""
    found = [(name, figures) for name, figures in parts if figures.visitors]
    return dict(sorted(found, key=lambda one: (-one[1].visitors, one[0])))


def _pages(measured: JourneyMeasure, number: int) -> list[str]:
    """The pages of a touchpoint with visitors, the busiest first."""
    return [page for page in measured.page_visitors if measured.claims.get(page) == number]


def _elements(
    store: Store, snapshots: Snapshots, scope: SiteScope, followed: Followed, measured: JourneyMeasure
) -> tuple[UsedElement, ...]:
    pages = _pages(measured, followed.number)
    if not pages:
        return ()
    known = pressed_controls(snapshots, scope.site, pages[:MOST_PICTURED])
    used = read_used_elements(
        store, scope, followed.course, followed.claims, (followed.number,), known.controls, MOST_ELEMENTS
    )
    visitors = measured.figures.touchpoints[followed.number].visitors
    return tuple(used_element(one, known.names, visitors) for one in used.get(followed.number, ()))


def used_element(one: ElementUse, names: Mapping[int, str], visitors: int) -> UsedElement:
    """What visitors did with an element. A click of a view that began before the period can have no visitor in it."""
    return UsedElement(
        key=one.key,
        name=names.get(one.key, ""),
        clicks=one.clicks,
        share=share_of(one.clickers, max(visitors, one.clickers)),
        dead=share_of(one.dead, one.clickers),
        dead_clicks=one.dead_clicks,
        rage=share_of(min(one.rage, one.clickers), one.clickers),
        rage_clicks=one.rage_clicks,
    )
