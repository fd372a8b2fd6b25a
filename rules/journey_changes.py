"""What changed between two versions of a journey map.

Both versions are compared as `laid_out` shows them: a text that only moved from a stage into a cell did not change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from rules.journey_change import NOTHING, JourneyChange, Value, change
from rules.journey_lanes import laid_out
from store.journeys import Journey, KpiTarget, Lane, LaneCell, Matcher, Opportunity, Persona, Stage, Touchpoint


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


K = TypeVar("K", bound=_Keyed)


def journey_changes(old: Journey, new: Journey) -> tuple[JourneyChange, ...]:
    """What makes `new` differ from `old`: the map's own fields, stages, touchpoints, lanes, cells, personas,
    opportunities. Empty if they show the same."""
    old, new = laid_out(old), laid_out(new)
    return (
        *_of_map(old, new),
        *_of_stages(old, new),
        *_of_touchpoints(old, new),
        *_of_expected(old, new),
        *_listed("lane", old.lanes, new.lanes, _lane_name, _of_lane),
        *_of_cells(old, new),
        *_listed("persona", old.personas, new.personas, lambda one: one.name, _of_persona),
        *_of_opportunities(old, new),
    )


def _of_map(old: Journey, new: Journey) -> Iterator[JourneyChange]:
    for name in ("name", "kind"):
        if getattr(old, name) != getattr(new, name):
            yield change(name, old=getattr(old, name), new=getattr(new, name))
    for name in ("objective", "owner"):
        if getattr(old, name) != getattr(new, name):
            yield _of_text(name, getattr(old, name), getattr(new, name))
    if old.review_on != new.review_on:
        yield change("review", day=new.review_on) if new.review_on else change("review_removed")
    if old.window_days != new.window_days:
        yield change("window", old=old.window_days, new=new.window_days)
    for name in ("goals", "left_out", "based_on"):
        if getattr(old, name) != getattr(new, name):
            yield change(name)


def _of_text(name: str, old: str, new: str) -> JourneyChange:
    if not new:
        return change(f"{name}_removed")
    return change(f"{name}_changed", old=old, new=new) if old else change(name, new=new)


def _of_stages(old: Journey, new: Journey) -> Iterator[JourneyChange]:
    was, now = _by_key(old.stages), _by_key(new.stages)
    for key, stage in was.items():
        if key not in now:
            yield change("stage_removed", name=stage.name, n=len(stage.touchpoints))
    for key, stage in now.items():
        if key not in was:
            yield change("stage_added", name=stage.name, n=len(stage.touchpoints))
        else:
            yield from _of_stage(was[key], stage)
    if _moved(was, now):
        yield change("stages_order")


def _of_stage(old: Stage, new: Stage) -> Iterator[JourneyChange]:
    if old.name != new.name:
        yield change("stage_renamed", old=old.name, new=new.name)
    if old.window_days != new.window_days:
        yield change("stage_window", name=new.name, old=old.window_days, new=new.window_days)
    if old.completes != new.completes:
        yield change("stage_goal", name=new.name)


def _of_touchpoints(old: Journey, new: Journey) -> Iterator[JourneyChange]:
    """Those that went or came with their stage are counted there."""
    stages, earlier = _by_key(new.stages), _by_key(old.stages)
    was, now = _placed(old), _placed(new)
    for key, (stage, touchpoint) in was.items():
        if key not in now and stage.key in stages:
            yield change("touchpoint_removed", name=touchpoint.name, stage=stage.name)
    for key, (stage, touchpoint) in now.items():
        if key not in was:
            if stage.key in earlier:
                yield change("touchpoint_added", name=touchpoint.name, stage=stage.name)
            continue
        before, then = was[key]
        yield from _of_touchpoint(then, touchpoint)
        if before.key != stage.key:
            yield change("touchpoint_moved", name=touchpoint.name, old=before.name, new=stage.name)
    for key, stage in stages.items():
        if key in earlier and _moved(_by_key(earlier[key].touchpoints), _by_key(stage.touchpoints)):
            yield change("touchpoints_order", name=stage.name)


def _of_touchpoint(old: Touchpoint, new: Touchpoint) -> Iterator[JourneyChange]:
    if old.name != new.name:
        yield change("touchpoint_renamed", old=old.name, new=new.name)
    if old.contacts != new.contacts:
        gone = [one for one in old.contacts if one not in new.contacts]
        come = [one for one in new.contacts if one not in old.contacts]
        was, now = (gone, come) if gone or come else (old.contacts, new.contacts)  # else their order changed
        yield change("touchpoint_matchers", name=new.name, old=_contacts(was), new=_contacts(now))
    if old.purpose != new.purpose:
        yield change("touchpoint_purpose", name=new.name, old=old.purpose or NOTHING, new=new.purpose or NOTHING)
    yield from _of_targets(old, new)


def _contacts(contacts: Sequence[Matcher]) -> str:
    """`/basket, event: add 10 … 20`."""
    return ", ".join(map(_contact, contacts)) or NOTHING


def _contact(one: Matcher) -> str:
    if one.on == "page":
        return one.page
    texts = [getattr(one, name) for name in one.__struct_fields__ if name not in ("on", "least", "most")]
    bounds = ["" if bound is None else f"{bound:g}" for bound in (one.least, one.most)]
    return " ".join(part for part in (f"{one.on}:", *texts, " … ".join(bounds) if any(bounds) else "") if part)


def _of_targets(old: Touchpoint, new: Touchpoint) -> Iterator[JourneyChange]:
    was, now = ({one.metric: one for one in touchpoint.targets} for touchpoint in (old, new))
    for metric in dict.fromkeys((*was, *now)):
        before, after = was.get(metric), now.get(metric)
        if before == after:
            continue
        if before is None:
            yield change("touchpoint_target_set", name=new.name, metric=metric, new=_target(after))
        elif after is None:
            yield change("touchpoint_target_removed", name=new.name, metric=metric, old=_target(before))
        else:
            yield change("touchpoint_target", name=new.name, metric=metric, old=_target(before), new=_target(after))
    if was == now and old.targets != new.targets:
        yield change("touchpoint_targets_order", name=new.name)


def _target(target: KpiTarget | None) -> str:
    """`at least 0.7`; of a time in ms."""
    return f"at {target.wanted} {target.value:g}" if target else NOTHING


def _of_expected(old: Journey, new: Journey) -> Iterator[JourneyChange]:
    was, now = _placed(old), _placed(new)
    for key, (_, touchpoint) in now.items():
        if key in was and was[key][1].expected_next != touchpoint.expected_next:
            before, after = was[key][1].expected_next, touchpoint.expected_next
            yield change("touchpoint_expected", name=touchpoint.name, old=_names(before, was), new=_names(after, now))


def _names(keys: Sequence[str], placed: Mapping[str, tuple[Stage, Touchpoint]]) -> Value:
    """The names of touchpoints, one after the other, in each language that any of them has."""
    names = [placed[key][1].name if key in placed else {} for key in keys]
    codes = dict.fromkeys(code for name in names for code in name)
    if not names or not codes:
        return ", ".join(keys) or NOTHING

    def in_language(code: str) -> str:
        every = zip(keys, names, strict=True)
        return ", ".join(name.get(code) or next(iter(name.values()), key) for key, name in every)

    return {code: in_language(code) for code in codes}


def _of_lane(old: Lane, new: Lane) -> Iterator[JourneyChange]:
    if old.kind != new.kind:
        yield change("lane_kind", name=_lane_name(new))
    if old.hidden != new.hidden:
        yield change("lane_hidden" if new.hidden else "lane_shown", name=_lane_name(new))


def _of_cells(old: Journey, new: Journey) -> Iterator[JourneyChange]:
    """Those that went with their stage, touchpoint or lane are not listed; one that moved with its touchpoint is the
    same cell."""
    was, now = _cells(old), _cells(new)
    places_old, places_new = _Places(old), _Places(new)
    for place in dict.fromkeys((*was, *now)):
        before, after = was.get(place), now.get(place)
        if after is None and before is not None and not places_new.has(before):
            continue
        places = places_new if after else places_old
        one = after or before
        if one is not None:
            yield from _of_cell(before or _empty(one), after or _empty(one), places.of(one))


def _of_cell(old: LaneCell, new: LaneCell, at: Mapping[str, Value]) -> Iterator[JourneyChange]:
    if old.text != new.text:
        if not old.text:
            yield change("cell_written", **at, new=new.text)
        elif not new.text:
            yield change("cell_emptied", **at, old=old.text)
        else:
            yield change("cell_changed", **at, old=old.text, new=new.text)
    if old.mood != new.mood:
        if old.mood is None:
            yield change("mood", **at, new=new.mood or 0.0)
        elif new.mood is None:
            yield change("mood_removed", **at, old=old.mood)
        else:
            yield change("mood_changed", **at, old=old.mood, new=new.mood)
    if old.evidence != new.evidence and _filled(old) and _filled(new):
        yield change("evidence", **at, old=old.evidence, new=new.evidence)
    if old.basis != new.basis:
        yield change("basis", **at, old=old.basis or NOTHING, new=new.basis or NOTHING)
    if (old.other, old.other_by) != (new.other, new.other_by):
        yield change("cell_choice", **at)


def _of_persona(old: Persona, new: Persona) -> Iterator[JourneyChange]:
    if old.segment != new.segment:
        yield change("persona_segment", name=new.name)
    for name in ("about", "goals", "fears", "quote", "devices"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            yield change(f"persona_{name}", name=new.name, old=was or NOTHING, new=now or NOTHING)


def _of_opportunities(old: Journey, new: Journey) -> Iterator[JourneyChange]:
    before, after = _Places(old), _Places(new)

    def changes(was: Opportunity, now: Opportunity) -> Iterator[JourneyChange]:
        if was.state != now.state:
            yield change("opportunity_state", name=now.title, old=was.state, new=now.state)
        if was.touchpoint != now.touchpoint or (not now.touchpoint and was.stage != now.stage):
            yield change("opportunity_moved", name=now.title, old=before.name(was), new=after.name(now))
        for name in ("owner", "effort", "note"):
            earlier, later = getattr(was, name), getattr(now, name)
            if earlier != later:
                yield change(f"opportunity_{name}", name=now.title, old=earlier or NOTHING, new=later or NOTHING)
        rest = ("experiment", "shipped_on", "before", "also_before")
        if any(getattr(was, name) != getattr(now, name) for name in rest):
            yield change("opportunity_changed", name=now.title)

    yield from _listed("opportunity", old.opportunities, new.opportunities, lambda one: one.title, changes)


def _listed(
    noun: str,
    old: Sequence[K],
    new: Sequence[K],
    name: Callable[[K], Value],
    changes: Callable[[K, K], Iterator[JourneyChange]],
) -> Iterator[JourneyChange]:
    """Changes of items with keys: removed, added, renamed, those of each, and their order."""
    was, now = _by_key(old), _by_key(new)
    for key, one in was.items():
        if key not in now:
            yield change(f"{noun}_removed", name=name(one))
    for key, one in now.items():
        if key not in was:
            yield change(f"{noun}_added", name=name(one))
            continue
        if name(was[key]) != name(one):
            yield change(f"{noun}_renamed", old=name(was[key]), new=name(one))
        yield from changes(was[key], one)
    if _moved(was, now):
        yield change({"opportunity": "opportunities"}.get(noun, f"{noun}s") + "_order")


class _Places:
    """Names of the places of cells and opportunities."""

    def __init__(self, journey: Journey) -> None:
        self._stages = {stage.key: stage.name for stage in journey.stages}
        self._touchpoints = {touchpoint.key: touchpoint.name for _, touchpoint in journey.touchpoints}
        self._lanes = {lane.key: _lane_name(lane) for lane in journey.lanes}

    def has(self, cell: LaneCell) -> bool:
        there = cell.touchpoint in self._touchpoints if cell.touchpoint else cell.stage in self._stages
        return there and cell.lane in self._lanes

    def of(self, cell: LaneCell) -> dict[str, Value]:
        return {"lane": self._lanes.get(cell.lane, cell.lane), "place": self.name(cell)}

    def name(self, placed: LaneCell | Opportunity) -> Value:
        if placed.touchpoint:
            return self._touchpoints.get(placed.touchpoint, placed.touchpoint)
        return self._stages.get(placed.stage, placed.stage)


def _by_key(items: Sequence[K]) -> dict[str, K]:
    return {one.key: one for one in items}


def _placed(journey: Journey) -> dict[str, tuple[Stage, Touchpoint]]:
    return {touchpoint.key: (stage, touchpoint) for stage in journey.stages for touchpoint in stage.touchpoints}


def _moved(was: Mapping[str, object], now: Mapping[str, object]) -> bool:
    """Whether those that both have are in another order."""
    return [key for key in was if key in now] != [key for key in now if key in was]


def _cells(journey: Journey) -> dict[tuple[str, str, str], LaneCell]:
    return {(cell.lane, "" if cell.touchpoint else cell.stage, cell.touchpoint): cell for cell in journey.cells}


def _empty(cell: LaneCell) -> LaneCell:
    return LaneCell(lane=cell.lane, stage=cell.stage, touchpoint=cell.touchpoint)


def _filled(cell: LaneCell) -> bool:
    return bool(cell.text) or cell.mood is not None


def _lane_name(lane: Lane) -> Value:
    return lane.name or lane.key
