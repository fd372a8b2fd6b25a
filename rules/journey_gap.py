"""A future state against the map of today that it is based on: what was added, removed and moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from store.journeys import Journey, Touchpoint
from store.records import Label

Happened = Literal["kept", "added", "removed", "moved"]


@dataclass(frozen=True)
class StageGap:
    """A stage of either map. `moved`: those that both have are in another order, and this one is out of place."""

    key: str
    name: Label
    happened: Happened


@dataclass(frozen=True)
class TouchpointGap:
    """A touchpoint of either map: `stage` in the future, "" if it was removed; `stage_today`, "" if it was added.
    `moved`: to another stage. `changed`: its name, or what counts as it."""

    key: str
    name: Label
    happened: Happened
    stage: str
    stage_today: str
    changed: bool


@dataclass(frozen=True)
class JourneyGap:
    """Stages and touchpoints in the order of the future map; what it removed comes last."""

    stages: tuple[StageGap, ...]
    touchpoints: tuple[TouchpointGap, ...]


def gap_between(today: Journey, future: Journey) -> JourneyGap:
    """Stages and touchpoints are the same if they have the same key, which a future state takes over."""
    return JourneyGap(_stages(today, future), _touchpoints(today, future))


def _stages(today: Journey, future: Journey) -> tuple[StageGap, ...]:
    places = {stage.key: i for i, stage in enumerate(today.stages)}
    kept = _in_order([places[stage.key] for stage in future.stages if stage.key in places])
    found = []
    for stage in future.stages:
        place = places.get(stage.key)
        happened: Happened = "added" if place is None else "kept" if place in kept else "moved"
        found.append(StageGap(stage.key, stage.name, happened))
    left = {stage.key for stage in future.stages}
    found += [StageGap(stage.key, stage.name, "removed") for stage in today.stages if stage.key not in left]
    return tuple(found)


def _touchpoints(today: Journey, future: Journey) -> tuple[TouchpointGap, ...]:
    was, now = _placed(today), _placed(future)
    found = []
    for key, (stage, touchpoint) in now.items():
        before, old = was.get(key, ("", touchpoint))
        happened: Happened = "added" if not before else "kept" if before == stage else "moved"
        changed = (old.name, old.contacts) != (touchpoint.name, touchpoint.contacts)
        found.append(TouchpointGap(key, touchpoint.name, happened, stage, before, changed))
    for key, (stage, touchpoint) in was.items():
        if key not in now:
            found.append(TouchpointGap(key, touchpoint.name, "removed", "", stage, changed=False))
    return tuple(found)


def _placed(journey: Journey) -> dict[str, tuple[str, Touchpoint]]:
    return {one.key: (journey.stages[i].key, one) for i, one in journey.touchpoints}


def _in_order(places: Sequence[int]) -> set[int]:
    """The longest increasing subsequence: what need not be moved to get from one order to the other."""
    longest: list[list[int]] = []  # for each place, the longest one that ends with it
    for place in places:
        before: list[int] = max((one for one in longest if one[-1] < place), key=len, default=[])
        longest.append([*before, place])
    whole: list[int] = max(longest, key=len, default=[])
    return set(whole)
