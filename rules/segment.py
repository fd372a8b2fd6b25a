"""The rules of a segment: a tree of conditions on views, visits and visitors (store/segments.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from rules.by_name import parse_by_name, put_under_free_id
from rules.faults import Fault, Faults, InvalidDefinition, accepted, fault
from rules.fields import day_of, text_of
from rules.shape import record
from store.definitions import Definitions, Stored
from store.devices import ANY_DEVICE, DEVICES
from store.segments import MAX_DEPTH, MAX_RULES, MEASURES, TRAITS, Action, Group, Rule, Segment

FIELDS = ("name", "tree", "version")
WEEKDAYS = tuple(str(day) for day in range(1, 8))  # Monday first
HOURS = tuple(str(hour) for hour in range(24))
# what → the values that it can have; others have any text
CHOICES: Mapping[str, tuple[str, ...]] = {
    "device": ANY_DEVICE,
    "visitor": ("new", "returning"),
    "weekday": WEEKDAYS,
    "hour": HOURS,
}
IN_ZONES = ("saw", "clicked", "dwelt", "rage", "dead")  # actions that a zone can be asked of
_OF_VISITS = ("landing", "exit")
_NEEDS_NAME = ("sent", "goal", "answered")
_NEEDS_AMOUNT = ("dwelt", "scrolled", "stayed", *MEASURES)
_IS_OR_NOT = ("viewport", "visitor", "weekday", "hour", "variant")  # traits that contain nothing
MOST_WILDCARDS = 10  # in a page or name: the engine needs time for each, at each place
_RANGE = re.compile(r"(\d{1,5})-(\d{1,5})?")


def parse_tree(raw: object) -> Group | Faults:
    """A tree from plain JSON values, or all its faults."""
    if not isinstance(raw, Mapping):
        return Faults((fault("tree", "type", expected="an object"),))
    size = size_faults(raw)
    if size:
        return Faults(size)
    return record(Group, raw, lambda values: tree_faults(values), allowed=Group.__struct_fields__)


def parse_text(text: str) -> Group | Faults:
    """A tree from JSON text, as an address carries it."""
    try:
        return parse_tree(msgspec.json.decode(text))
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return Faults((fault("tree", "not_json", problem=str(error)),))


def text_of_tree(tree: Group) -> str:
    """A tree as JSON text without defaults: equal trees have equal texts."""
    return msgspec.json.encode(tree).decode()


def parse(fields: Mapping[str, object], site: str, stored: Stored | None = None) -> Segment | Faults:
    """A new segment of the site with an id derived from its name, or `stored` replaced.

    `version` of a change: the version it was based on, the stored one if it is not given.
    """
    tree = fields.get("tree")
    if isinstance(tree, Mapping) and (size := size_faults(tree)):
        return Faults(size)
    return parse_by_name(Segment, fields, faults_between, FIELDS, site, stored)


def faults_between(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults that the field types cannot express."""
    tree = values.get("tree")
    if isinstance(tree, Group):
        yield from (one.under("tree") for one in tree_faults({"rules": tree.rules, "groups": tree.groups}))


def tree_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Faults of the rules of a group, given as the values of its fields, and of the groups in it."""
    for n, rule in enumerate(values.get("rules", ())):
        yield from (one.under(f"rules.{n}") for one in rule_faults(rule))
    for n, group in enumerate(values.get("groups", ())):
        yield from (one.under(f"groups.{n}") for one in tree_faults({"rules": group.rules, "groups": group.groups}))


def rule_faults(rule: Rule) -> Iterator[Fault]:
    """Faults between the fields of one rule."""
    if rule.days and rule.scope != "visitor":
        yield fault("days", "days_of_visitors")
    for n, value in enumerate(rule.values):
        if value.count("*") > MOST_WILDCARDS:
            yield fault(f"values.{n}", "wildcards_many", n=value.count("*"), most=MOST_WILDCARDS)
    if rule.what in TRAITS:
        yield from _trait_faults(rule)
        return
    if rule.what == "funnel":
        yield from _funnel_faults(rule)
        return
    if rule.what in MEASURES and rule.scope != "visitor":
        yield fault("scope", "of_visitors")
    yield from action_faults(rule)
    if rule.order and rule.other is None:
        yield fault("other", "other_missing")
    if rule.other is not None:
        yield from (one.under("other") for one in action_faults(rule.other))


def action_faults(action: Rule | Action) -> Iterator[Fault]:
    """Faults between the fields of an action or a measure."""
    for name in ("page", "name"):
        if (n := getattr(action, name).count("*")) > MOST_WILDCARDS:
            yield fault(name, "wildcards_many", n=n, most=MOST_WILDCARDS)
    if action.what == "saw" and action.element and not action.page:
        yield fault("page", "page_of_element")
    if action.zone and action.what not in IN_ZONES:
        yield fault("zone", "zone_action", what=action.what, allowed=", ".join(IN_ZONES))
    elif action.zone and action.element:
        yield fault("zone", "zone_and_element")
    if action.what in _NEEDS_NAME and not action.name:
        yield fault("name", "name_missing")
    if action.what in _NEEDS_AMOUNT and action.least is None and action.most is None:
        yield fault("least", "amount_missing")
    if action.least is not None and action.most is not None and action.least > action.most:
        yield fault("least", "amounts_swapped", least=action.least, most=action.most)


def _funnel_faults(rule: Rule) -> Iterator[Fault]:
    if rule.scope != "visitor":
        yield fault("scope", "of_visitors")
    stop = rule.funnel
    if stop is None:
        yield fault("funnel", "missing")
        return
    since, until = day_of(stop.since), day_of(stop.until)
    if since is None:
        yield fault("funnel.since", "day", value=stop.since)
    if until is None:
        yield fault("funnel.until", "day", value=stop.until)
    if since and until and since > until:
        yield fault("funnel.since", "swapped", since=stop.since, until=stop.until)
    if stop.step >= len(stop.steps):
        yield fault("funnel.step", "high", value=stop.step, most=len(stop.steps) - 1)
    if stop.device and stop.device not in DEVICES:
        yield fault("funnel.device", "choice", value=stop.device, allowed=", ".join(DEVICES))
    if stop.among is not None:
        among = {"rules": stop.among.rules, "groups": stop.among.groups}
        yield from (one.under("funnel.among") for one in tree_faults(among))


def _trait_faults(rule: Rule) -> Iterator[Fault]:
    if rule.zone:
        yield fault("zone", "zone_action", what=rule.what, allowed=", ".join(IN_ZONES))
    if not rule.values:
        yield fault("values", "values_missing")
    if rule.what in _OF_VISITS and rule.scope == "view":
        yield fault("scope", "of_visits")
    if rule.what in _IS_OR_NOT and rule.how not in ("is", "is_not"):
        yield fault("how", "choice", value=rule.how, allowed="is, is_not")
        return
    allowed = CHOICES.get(rule.what)
    for n, value in enumerate(rule.values):
        if allowed and rule.how in ("is", "is_not") and value not in allowed:
            yield fault(f"values.{n}", "value_choice", value=value, allowed=", ".join(allowed))
        elif rule.what == "viewport" and not _RANGE.fullmatch(value):
            yield fault(f"values.{n}", "value_range", value=value)


def size_faults(raw: Mapping[Any, Any]) -> tuple[Fault, ...]:
    """Whether a raw tree is too deep or too long, found without recursion."""
    level: list[Mapping[Any, Any]] = [raw]
    depth = rules = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            return (fault("tree", "tree_deep", n=depth, most=MAX_DEPTH),)
        rules += sum(len(one["rules"]) for one in level if isinstance(one.get("rules"), list | tuple))
        groups = [one["groups"] for one in level if isinstance(one.get("groups"), list | tuple)]
        level = [group for of in (*groups, _among(level)) for group in of if isinstance(group, Mapping)]
        if rules + len(level) > MAX_RULES:
            return (fault("tree", "tree_long", n=rules + len(level), most=MAX_RULES),)
    return ()


def _among(level: Sequence[Mapping[Any, Any]]) -> list[object]:
    """The trees within the funnels that the rules of these raw groups name."""
    rules = (rule for one in level if isinstance(one.get("rules"), list | tuple) for rule in one["rules"])
    funnels = (rule.get("funnel") for rule in rules if isinstance(rule, Mapping))
    return [funnel.get("among") for funnel in funnels if isinstance(funnel, Mapping)]


def add(definitions: Definitions, site: str, fields: Mapping[str, object], by: str = "") -> Segment:
    """Store a new segment under a free id derived from its name. InvalidDefinition if it has faults."""
    made = accepted(parse(fields, site))
    _check_name(definitions, made)
    return put_under_free_id(definitions, made, made.name, by)


def change(definitions: Definitions, stored: Stored, site: str, fields: Mapping[str, object], by: str) -> Segment:
    """Replace a stored segment. InvalidDefinition if it has faults, Conflict if somebody else has changed it since."""
    made = accepted(parse(fields, site, stored))
    _check_name(definitions, made)
    return definitions.put(made, by)


def _check_name(definitions: Definitions, made: Segment) -> None:
    """InvalidDefinition if another segment of the site has this name: addresses and commands name segments by it."""
    others = (one for one in definitions.stored(Segment) if one.id != made.id or not made.version)
    if any(text_of(one.fields, "name") == made.name and one.fields.get("site") == made.site for one in others):
        raise InvalidDefinition(Faults((fault("name", "segment_taken", value=made.name),)))
