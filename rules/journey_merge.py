"""Merges two changes of one journey that were made at the same time.

What only one of both changed is taken over. Where both changed the same cell, both texts are kept in it until somebody
chooses. Of any other field that both changed, the stored value stays, and the merge names it. What one removed and the
other changed, stays.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from store.journeys import Journey, LaneCell, Opportunity, Stage, Touchpoint

T = TypeVar("T", bound=Struct)
_SINGLE = ("name", "kind", "objective", "owner", "review_on", "window_days", "goals", "left_out", "based_on")


@dataclass(frozen=True)
class Merged:
    """`clashes`: paths of what both changed, such as `cells.pains/intent`, `objective` or `stages.intent`."""

    journey: Journey
    clashes: tuple[str, ...]


class _Placed(Struct, frozen=True):
    """A touchpoint and the stage that it lies in: moving it is a change of one field."""

    key: str
    stage: str
    touchpoint: Touchpoint


@dataclass(frozen=True)
class _Parts:
    """A journey as lists of items with keys."""

    stages: Mapping[str, Stage]  # without their touchpoints
    touchpoints: Mapping[str, _Placed]
    lanes: Mapping[str, Any]
    personas: Mapping[str, Any]
    opportunities: Mapping[str, Opportunity]
    cells: Mapping[tuple[str, str, str], LaneCell]


@dataclass
class _Merge:
    their_name: str
    clashes: list[str] = field(default_factory=list)

    def struct(self, was: T | None, mine: T | None, theirs: T | None, path: str) -> T | None:
        """One item; None if it is removed."""
        if mine in (theirs, was):
            return theirs
        if theirs == was:
            return mine
        if mine is None or theirs is None:  # removed by one, changed by the other
            self.clashes.append(path)
            return theirs if mine is None else mine
        fields: dict[str, Any] = {}
        for name in mine.__struct_fields__:
            old, my, their = (getattr(one, name, None) for one in (was, mine, theirs))
            if my in (their, old):
                continue
            if their == old:
                fields[name] = my
            elif isinstance(my, Struct) and isinstance(their, Struct):
                fields[name] = self.struct(old, my, their, path)
            else:
                self.clashes.append(f"{path}.{name}")
        return replace(theirs, **fields)

    def items(self, was: Mapping[str, T], mine: Mapping[str, T], theirs: Mapping[str, T], path: str) -> dict[str, T]:
        """In my order if I changed the order, else in theirs."""
        moved = [key for key in mine if key in was] != [key for key in was if key in mine]
        first, second = (mine, theirs) if moved else (theirs, mine)
        found = {}
        for key in dict.fromkeys((*first, *second)):
            one = self.struct(was.get(key), mine.get(key), theirs.get(key), f"{path}.{key}")
            if one is not None:
                found[key] = one
        return found

    def cell(self, was: LaneCell | None, mine: LaneCell | None, theirs: LaneCell | None) -> LaneCell | None:
        if mine in (theirs, was):
            return theirs
        if theirs == was:
            return mine
        if mine is None or theirs is None:
            return mine or theirs
        if mine.text == theirs.text:
            return mine
        self.clashes.append("cells." + "/".join(part for part in mine.place if part))
        return replace(mine, other=theirs.text, other_by=self.their_name)


def merged(base: Journey, mine: Journey, theirs: Journey, their_name: str = "") -> Merged:
    """`mine` and `theirs` both began with `base`; `theirs` is stored. The result has the version of `theirs`."""
    merge = _Merge(their_name)
    fields: dict[str, Any] = {}
    for name in _SINGLE:
        was, my, their = (getattr(one, name) for one in (base, mine, theirs))
        if my in (their, was):
            continue
        if their == was:
            fields[name] = my
        else:
            merge.clashes.append(name)
    a, b, c = _parts(base), _parts(mine), _parts(theirs)
    stages = merge.items(a.stages, b.stages, c.stages, "stages")
    lanes = merge.items(a.lanes, b.lanes, c.lanes, "lanes")
    touchpoints = merge.items(a.touchpoints, b.touchpoints, c.touchpoints, "touchpoints")
    opportunities = merge.items(a.opportunities, b.opportunities, c.opportunities, "opportunities")
    places = dict.fromkeys((*c.cells, *b.cells))
    cells = [
        cell for place in places if (cell := merge.cell(a.cells.get(place), b.cells.get(place), c.cells.get(place)))
    ]
    needed = {one.stage for one in touchpoints.values()}
    needed |= {one.stage for one in opportunities.values()} | {cell.stage for cell in cells}
    _put_back(stages, a.stages, needed, "stages", merge)
    _put_back(lanes, a.lanes, {cell.lane for cell in cells}, "lanes", merge)
    return Merged(
        replace(
            theirs,
            **fields,
            stages=_filled(stages.values(), touchpoints),
            lanes=tuple(lanes.values()),
            personas=tuple(merge.items(a.personas, b.personas, c.personas, "personas").values()),
            opportunities=tuple(_at_stage(one, touchpoints) for one in opportunities.values()),
            cells=_at_their_places(cells, touchpoints),
        ),
        tuple(dict.fromkeys(merge.clashes)),
    )


def _parts(journey: Journey) -> _Parts:
    return _Parts(
        stages={stage.key: replace(stage, touchpoints=()) for stage in journey.stages},
        touchpoints={
            touchpoint.key: _Placed(touchpoint.key, stage.key, touchpoint)
            for stage in journey.stages
            for touchpoint in stage.touchpoints
        },
        lanes={lane.key: lane for lane in journey.lanes},
        personas={one.key: one for one in journey.personas},
        opportunities={one.key: one for one in journey.opportunities},
        cells={cell.place: cell for cell in journey.cells},
    )


def _put_back(found: dict[str, T], was: Mapping[str, T], needed: Iterable[str], path: str, merge: _Merge) -> None:
    """One removed it while the other wrote something in it."""
    for key in sorted(set(needed) - found.keys()):
        if key in was:
            found[key] = was[key]
            merge.clashes.append(f"{path}.{key}")


def _filled(stages: Iterable[Stage], touchpoints: Mapping[str, _Placed]) -> tuple[Stage, ...]:
    """The stages with their touchpoints, whose expectations all exist."""
    return tuple(
        replace(
            stage,
            touchpoints=tuple(
                _expecting(one.touchpoint, touchpoints) for one in touchpoints.values() if one.stage == stage.key
            ),
        )
        for stage in stages
    )


def _expecting(touchpoint: Touchpoint, known: Container[str]) -> Touchpoint:
    return replace(touchpoint, expected_next=tuple(key for key in touchpoint.expected_next if key in known))


P = TypeVar("P", LaneCell, Opportunity)


def _at_stage(one: P, touchpoints: Mapping[str, _Placed]) -> P:
    """What lies at a touchpoint goes where the touchpoint went; to its own stage if the touchpoint is gone."""
    if not one.touchpoint:
        return one
    placed = touchpoints.get(one.touchpoint)
    return replace(one, stage=placed.stage) if placed else replace(one, touchpoint="")


def _at_their_places(cells: Iterable[LaneCell], touchpoints: Mapping[str, _Placed]) -> tuple[LaneCell, ...]:
    found: dict[tuple[str, str, str], LaneCell] = {}
    for cell in cells:
        moved = _at_stage(cell, touchpoints)
        there = found.get(moved.place)
        found[moved.place] = replace(there, text=_joined(there.text, moved.text)) if there else moved
    return tuple(found.values())


def _joined(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    return {
        code: "\n".join(text for text in (one.get(code), other.get(code)) if text)
        for code in dict.fromkeys((*one, *other))
    }
