"""What the measured lanes of a map show: elements, devices and channels, hours; each counted only if its lane is shown.

docs/aggregator.md, "Measured lanes".
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aggregator.answers.journey import JourneyMeasure, course_of
from aggregator.answers.pressed_controls import pressed_controls
from aggregator.answers.touchpoint import UsedElement, used_element
from aggregator.measures.shares import ShareOf, share_of
from aggregator.queries.chosen_rows import chosen_site_views
from aggregator.queries.journey_lanes import read_stage_hours, read_stage_traits
from aggregator.queries.used_elements import read_used_elements
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.journeys import Journey, LaneKind
from store.snapshots import Snapshots

COUNTED: frozenset[LaneKind] = frozenset({"actions", "channels", "hours"})  # beside the map's figures
MOST_USED = 3  # elements of a touchpoint
HOURS = 24


@dataclass(frozen=True)
class MeasuredLanes:
    """By the key of a touchpoint its `elements`, most used first. By the key of a stage its visitors by `devices` and
    `channels`, most frequent first, and `hours`: how often visitors were there in each hour of the day, from 0. Empty
    where nothing was counted."""

    elements: Mapping[str, tuple[UsedElement, ...]] = field(default_factory=dict)
    devices: Mapping[str, Mapping[str, ShareOf]] = field(default_factory=dict)
    channels: Mapping[str, Mapping[str, ShareOf]] = field(default_factory=dict)
    hours: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def shown_kinds(journey: Journey) -> frozenset[LaneKind]:
    """The kinds of lanes that are shown and have to be counted."""
    return COUNTED & {lane.kind for lane in journey.lanes if not lane.hidden}


def measured_lanes(
    store: Store,
    snapshots: Snapshots,
    journey: Journey,
    scope: SiteScope,
    measured: JourneyMeasure,
    kinds: Collection[LaneKind],
    now: datetime | None = None,
) -> MeasuredLanes:
    """Count what lanes of these kinds show. `measured`: the figures of the map, of the same scope."""
    if not kinds:
        return MeasuredLanes()
    now_ms = int(now.timestamp() * 1000) if now else int(time.time() * 1000)
    course, claims = course_of(journey), measured.claims
    elements: dict[str, tuple[UsedElement, ...]] = {}
    devices: dict[int, Counter[str]] = {}
    channels: dict[int, Counter[str]] = {}
    hours: dict[int, Counter[int]] = {}
    with chosen_site_views(store, scope) as chosen:
        if "actions" in kinds:
            elements = _elements(store, snapshots, journey, chosen, measured)
        if "channels" in kinds:
            devices, channels = read_stage_traits(store, chosen, course, claims, now_ms)
        if "hours" in kinds:
            hours = read_stage_hours(store, chosen, course, claims, now_ms)
    keys = [stage.key for stage in journey.stages]
    visitors = [stage.visitors for stage in measured.figures.stages]
    return MeasuredLanes(
        elements=elements,
        devices={keys[stage]: _shares(found, visitors[stage]) for stage, found in devices.items()},
        channels={keys[stage]: _shares(found, visitors[stage]) for stage, found in channels.items()},
        hours={keys[stage]: tuple(found[hour] for hour in range(HOURS)) for stage, found in hours.items()},
    )


def _shares(found: Mapping[str, int], visitors: int) -> dict[str, ShareOf]:
    most_first = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return {name: share for name, n in most_first if (share := share_of(n, visitors))}


def _elements(
    store: Store, snapshots: Snapshots, journey: Journey, scope: SiteScope, measured: JourneyMeasure
) -> dict[str, tuple[UsedElement, ...]]:
    busiest: dict[int, str] = {}
    for page in measured.page_visitors:
        if number := measured.claims.get(page):
            busiest.setdefault(number, page)
    known = pressed_controls(snapshots, scope.site, list(busiest.values()))
    course, figures = course_of(journey), measured.figures.touchpoints
    used = read_used_elements(store, scope, course, measured.claims, list(busiest), known.controls, MOST_USED)
    keys = {number: touchpoint.key for number, (_, touchpoint) in enumerate(journey.touchpoints, 1)}
    return {
        keys[number]: tuple(used_element(one, known.names, figures[number].visitors) for one in found)
        for number, found in used.items()
    }
