"""The rules of a journey map: ordered stages with touchpoints, lanes with cells, personas, opportunities."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rules.by_name import parse_by_name, put_under_free_id
from rules.faults import Fault, Faults, accepted, fault
from rules.fields import day_faults, day_of, twice_faults
from rules.journey_base import checked_base
from rules.journey_lanes import USUAL_LANES
from rules.matcher import matcher_faults
from store.definitions import Definitions, Stored
from store.journeys import FrozenFigure, Journey, LaneCell, Opportunity, Stage

FIELDS = tuple(name for name in Journey.__struct_fields__ if name not in ("id", "site"))


def parse(fields: Mapping[str, object], site: str, stored: Stored | None = None) -> Journey | Faults:
    """A new journey of the site with an id derived from its name, or `stored` replaced.

    `version` of a change: the version it was based on, the stored one if it is not given.
    """
    return parse_by_name(Journey, fields, faults_between, FIELDS, site, stored)


def faults_between(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults that the field types cannot express: keys are unique in a journey and refer to something in it."""
    stages: Sequence[Stage] = values.get("stages", ())
    lanes = values.get("lanes") or USUAL_LANES
    yield from _key_faults(values, stages)
    for n, stage in enumerate(stages):
        for m, touchpoint in enumerate(stage.touchpoints):
            path = f"stages.{n}.touchpoints.{m}"
            for i, matcher in enumerate(touchpoint.matchers):
                yield from (one.under(f"{path}.matchers.{i}") for one in matcher_faults(matcher))
    if "stages" in values:
        yield from _expectation_faults(stages)
        yield from _cell_faults(values.get("cells", ()), stages, {lane.key for lane in lanes})
        yield from _place_faults("opportunities", values.get("opportunities", ()), stages)
    yield from day_faults(values, "review_on")
    for n, opportunity in enumerate(values.get("opportunities", ())):
        yield from (one.under(f"opportunities.{n}") for one in _shipping_faults(opportunity))


def _shipping_faults(opportunity: Opportunity) -> Iterator[Fault]:
    yield from day_faults({"shipped_on": opportunity.shipped_on}, "shipped_on")
    if opportunity.before:
        yield from _kept_faults("before", opportunity.before)
    for n, kept in enumerate(opportunity.also_before):
        yield from _kept_faults(f"also_before.{n}", kept)


def _kept_faults(path: str, kept: FrozenFigure) -> Iterator[Fault]:
    if kept.k > kept.n:
        yield fault(f"{path}.k", "high", value=kept.k, most=kept.n)
    for name, text in (("since", kept.since), ("until", kept.until)):
        if day_of(text) is None:
            yield fault(f"{path}.{name}", "day", value=text)
    if kept.since > kept.until:
        yield fault(path, "swapped", since=kept.since, until=kept.until)


def _key_faults(values: Mapping[str, Any], stages: Sequence[Stage]) -> Iterator[Fault]:
    yield from twice_faults((f"stages.{n}.key", stage.key) for n, stage in enumerate(stages))
    yield from twice_faults(
        (f"stages.{n}.touchpoints.{m}.key", touchpoint.key)
        for n, stage in enumerate(stages)
        for m, touchpoint in enumerate(stage.touchpoints)
    )
    for name in ("lanes", "personas", "opportunities"):
        yield from twice_faults((f"{name}.{n}.key", one.key) for n, one in enumerate(values.get(name, ())))


def _expectation_faults(stages: Sequence[Stage]) -> Iterator[Fault]:
    """Expected next touchpoints must exist, and must not lead back to where they began."""
    touchpoints = [touchpoint for stage in stages for touchpoint in stage.touchpoints]
    follow = {touchpoint.key: touchpoint.expected_next for touchpoint in touchpoints}
    unknown = False
    for n, stage in enumerate(stages):
        for m, touchpoint in enumerate(stage.touchpoints):
            for i, key in enumerate(touchpoint.expected_next):
                if key not in follow:
                    unknown = True
                    yield fault(f"stages.{n}.touchpoints.{m}.expected_next.{i}", "no_touchpoint", value=key)
    if not unknown and (circle := _circle(follow)):
        yield fault("stages", "circle", path=" → ".join(circle))


def _circle(follow: Mapping[str, Iterable[str]]) -> list[str]:
    """A way along the edges that ends where it began; empty if there is none. Depth-first, without recursion."""
    done: set[str] = set()
    for start in follow:
        way: list[str] = []
        stack = [(start, iter(follow[start]))] if start not in done else []
        while stack:
            key, rest = stack[-1]
            if len(way) < len(stack):
                way.append(key)
            after = next(rest, None)
            if after is None:
                done.add(key)
                stack.pop()
                way.pop()
            elif after in way:
                return [*way[way.index(after) :], after]
            elif after not in done:
                stack.append((after, iter(follow[after])))
    return []


def _cell_faults(cells: Sequence[LaneCell], stages: Sequence[Stage], lanes: Collection[str]) -> Iterator[Fault]:
    seen = set()
    for n, cell in enumerate(cells):
        if cell.lane not in lanes:
            yield fault(f"cells.{n}.lane", "no_lane", value=cell.lane)
        if cell.place in seen:
            yield fault(f"cells.{n}", "cell_twice", value=" / ".join(part for part in cell.place if part))
        seen.add(cell.place)
    yield from _place_faults("cells", cells, stages)


def _place_faults(field: str, placed: Sequence[LaneCell | Opportunity], stages: Sequence[Stage]) -> Iterator[Fault]:
    """What lies in a stage, or at a touchpoint of it, must find both."""
    touchpoints = {stage.key: {touchpoint.key for touchpoint in stage.touchpoints} for stage in stages}
    for n, one in enumerate(placed):
        if one.stage not in touchpoints:
            yield fault(f"{field}.{n}.stage", "no_stage", value=one.stage)
        elif one.touchpoint and one.touchpoint not in touchpoints[one.stage]:
            yield fault(f"{field}.{n}.touchpoint", "no_touchpoint", value=one.touchpoint)


def add(definitions: Definitions, site: str, fields: Mapping[str, object], by: str = "") -> Journey:
    """Store a new journey under a free id derived from its name. InvalidDefinition if it has faults."""
    made = checked_base(definitions, accepted(parse(fields, site)))
    return put_under_free_id(definitions, made, made.name, by)


def change(definitions: Definitions, stored: Stored, site: str, fields: Mapping[str, object], by: str) -> Journey:
    """Replace a stored journey. InvalidDefinition if it has faults, Conflict if somebody else has changed it since."""
    return definitions.put(checked_base(definitions, accepted(parse(fields, site, stored)), stored), by)
