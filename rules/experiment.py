"""The rules of an experiment: two or more variants of some pages to compare."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from msgspec.structs import replace

from rules.faults import Fault, Faults, InvalidDefinition, accepted, fault, in_order
from rules.fields import address_fault, day_faults, day_of, text_of, twice_faults, without_none
from rules.names import slug
from rules.shape import record
from store.definitions import Conflict, Definitions, Stored
from store.records import Experiment
from store.segments import Goal

FIELDS = ("name", "id", "pages", "variants", "goal", "planned", "started", "ended", "version")


def parse(fields: Mapping[str, object], site: str, stored: Stored | None = None) -> Experiment | Faults:
    """A new experiment of the site (`id` is derived from the name if it is not given), or `stored` replaced.

    `version` of a change: the version it was based on, the stored one if it is not given.
    """
    fields = without_none(fields, "id", "version")
    if stored is None:
        return record(Experiment, {"id": slug(text_of(fields, "name")), **fields}, faults_between, allowed=FIELDS,
                      given={"site": site, "version": 0})  # fmt: skip
    asked = fields.get("id", stored.id)

    def rules(values: Mapping[str, Any]) -> Iterator[Fault]:
        yield from faults_between(values)
        if asked != stored.id:
            yield fault("id", "fixed", value=stored.id)

    return record(Experiment, {"version": stored.version, **fields}, rules, allowed=FIELDS,
                  given={"site": site, "id": stored.id})  # fmt: skip


def faults_between(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults that the field types cannot express."""
    variants = values.get("variants", ())
    yield from twice_faults((f"variants.{n}.key", variant.key) for n, variant in enumerate(variants))
    for n, variant in enumerate(variants):
        yield from address_fault(variant.picture_url, f"variants.{n}.picture_url")
    yield from day_faults(values, "started", "ended")
    started, ended = day_of(values.get("started", "")), day_of(values.get("ended", ""))
    if started and ended and ended < started:
        yield fault("ended", "before_start", started=str(started), ended=str(ended))


def add(definitions: Definitions, site: str, fields: Mapping[str, object], by: str = "") -> Experiment:
    """Store a new experiment. InvalidDefinition if it has faults or its id is taken."""
    made = accepted(_with_goal(definitions, site, parse(fields, site), fields))
    try:
        return definitions.put(made, by)
    except Conflict:
        raise InvalidDefinition(Faults((fault("id", "experiment_taken", value=made.id),))) from None


def change(
    definitions: Definitions, stored: Stored, site: str, fields: Mapping[str, object], by: str, today: date
) -> Experiment:
    """Replace a stored experiment. InvalidDefinition for faults, Conflict if somebody else has changed it since.

    `today` in the zone of the site: from its first day on, the plan of an experiment is fixed.
    """
    made = accepted(_with_goal(definitions, site, parse(fields, site, stored), fields))
    goals = {goal.id for goal in definitions.find(Goal, site=site)}
    if faults := tuple(plan_faults(stored.fields, made, goals, today)):
        raise InvalidDefinition(Faults(faults))
    return definitions.put(made, by)


def plan_faults(stored: Mapping[str, Any], made: Experiment, goals: Collection[str], today: date) -> Iterator[Fault]:
    """What changes the plan of an experiment that has begun. `stored`: its fields before the change; `goals`: the ids
    of the goals that exist, since a deleted one has to be replaced.

    The planned size decides when a result may be read, and the goal what decides it: chosen after a look at the
    figures, either makes chance look like an effect. So they are fixed, and so is that the experiment has begun.
    """
    started = day_of(stored.get("started", ""))
    if started is None or started > today:
        return
    if made.planned != stored.get("planned", 0):
        yield fault("planned", "plan_fixed", started=str(started))
    goal = stored.get("goal", "")
    if made.goal != goal and (not goal or goal in goals):
        yield fault("goal", "plan_fixed", started=str(started))
    begins = day_of(made.started)
    if begins is None or begins > today:
        yield fault("started", "begun", started=str(started))


def _with_goal(
    definitions: Definitions, site: str, made: Experiment | Faults, fields: Mapping[str, object]
) -> Experiment | Faults:
    """The experiment with the id of its goal, which may be named; a goal that the site does not have is a fault."""
    name = text_of(fields, "goal")
    if not name:
        return made
    goals = definitions.find(Goal, site=site)
    goal = next((one for one in goals if one.id == name), None) or next((g for g in goals if g.name == name), None)
    if goal is None:
        unknown = fault("goal", "no_goal", value=name, allowed=", ".join(one.id for one in goals))
        return Faults(in_order((*(made if isinstance(made, Faults) else ()), unknown), FIELDS))
    return made if isinstance(made, Faults) else replace(made, goal=goal.id)
