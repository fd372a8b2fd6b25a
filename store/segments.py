"""The rules that select visitors: trees of conditions on views, visits and visitors; segments and goals made of them.

docs/segments.md describes what each condition means. aggregator/queries/segments.py compiles a tree to SQL.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

from store.records import Key, Name, Record

MAX_RULES = 60  # of a tree
MAX_DEPTH = 6  # groups within groups
MAX_VALUES = 100  # of a rule

RuleScope = Literal["view", "visit", "visitor"]
Match = Literal["all", "any", "none"]
How = Literal["is", "is_not", "contains", "contains_not"]
Count = Literal["least", "exactly", "most"]
Order = Literal["", "before", "after"]

# A fact about a view, or about the first view of its visit (`landing`, `exit`: about the whole visit).
Trait = Literal[
    "device", "viewport", "browser", "os", "country", "language", "channel", "source", "medium", "campaign",
    "referrer", "landing", "exit", "visitor", "weekday", "hour", "variant",
]  # fmt: skip
# Something that a visitor did, once or several times.
ActionKind = Literal[
    "saw", "clicked", "dwelt", "rage", "dead", "error", "sent", "left_blank", "submitted", "scrolled", "stayed", "goal",
    "answered",
]  # fmt: skip
# A number known of a visitor.
Measure = Literal["visits", "last_seen", "value", "top_value", "quiet"]
# A visitor's place in a funnel: who came to a step and went on, or left.
FunnelPlace = Literal["funnel"]
What = Literal[Trait, ActionKind, Measure, FunnelPlace]

TRAITS: tuple[Trait, ...] = get_args(Trait)
ACTIONS: tuple[ActionKind, ...] = get_args(ActionKind)
MEASURES: tuple[Measure, ...] = get_args(Measure)
FUNNEL: FunnelPlace = "funnel"

Value = Annotated[str, Meta(max_length=300)]
Amount = Annotated[float, Meta(ge=-1e12, le=1e12)]
ElementKey = Annotated[str, Meta(pattern=r"^([0-9a-f]{16})?$", extra={"code": "element_key"})]
PageText = Annotated[str, Meta(max_length=2048)]  # a page or pattern (store/pages.py); "" = any


class Action(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that a visitor did: a goal, or the other end of a rule about the order of two actions.

    `page`: where; `element`: on which (`saw`: it was in view); `zone`: the id of a saved zone, instead of an element;
    `name`: of an event, an error or a form's field, the id of a goal, or what was `answered`: SURVEY, SURVEY/QUESTION
    or SURVEY/QUESTION/OPTION, by their ids; `least`, `most`: bounds of the seconds of `dwelt` and `stayed`, of the
    value of `sent`, of the score of `answered`, or of the share of the page's height of `scrolled` (0…1).
    """

    what: ActionKind
    page: PageText = ""
    element: ElementKey = ""
    zone: Annotated[str, Meta(max_length=64)] = ""
    name: Value = ""
    least: Amount | None = None
    most: Amount | None = None


class FunnelStop(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The visitors of a funnel who did its steps up to number `step` (from 1), and then the next or not (`went_on`).

    `journey`: the id; `steps`, `days`, `in_any_order`: as a funnel is asked for (docs/api.md). `since`, `until`,
    `device` and `among` (the rules of its filters and segment): its question, which the first step must fit.
    """

    journey: Annotated[str, Meta(min_length=1, max_length=64)]
    steps: Annotated[tuple[Annotated[PageText, Meta(min_length=1)], ...], Meta(min_length=2, max_length=12)]
    step: Annotated[int, Meta(ge=1, le=11)]
    days: Annotated[int, Meta(ge=1, le=365)]
    since: Annotated[str, Meta(max_length=10)]
    until: Annotated[str, Meta(max_length=10)]
    went_on: bool = True
    in_any_order: bool = False
    device: Annotated[str, Meta(max_length=20)] = ""
    among: Group | None = None


class Rule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One condition. Which fields count depends on `what`:

    - a trait: it `is` one of `values` (several mean "or"), or contains one;
    - an action: `page` … `most` as in `Action` (`saw`: any of the pages or patterns in `values` too), `times` or more
      within the scope (`count`), in the last `days` for a visitor (0: in the period), `order` before or after `other`,
      at most `within` seconds apart (0: any time);
    - a measure of a visitor: from `least` to `most`; `name` is the event or goal whose values are summed;
    - `funnel`: the visitor is one of those whom `funnel` describes.
    """

    what: What
    scope: RuleScope = "visit"
    how: How = "is"
    values: Annotated[tuple[Value, ...], Meta(max_length=MAX_VALUES)] = ()
    page: PageText = ""
    element: ElementKey = ""
    zone: Annotated[str, Meta(max_length=64)] = ""
    name: Value = ""
    least: Amount | None = None
    most: Amount | None = None
    times: Annotated[int, Meta(ge=1, le=100_000)] = 1
    count: Count = "least"
    days: Annotated[int, Meta(ge=0, le=3660)] = 0
    order: Order = ""
    other: Action | None = None
    within: Annotated[float, Meta(ge=0, le=366 * 86_400)] = 0.0
    funnel: FunnelStop | None = None


class Group(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rules and groups of which all, any or none must hold. An empty group holds for everybody."""

    match: Match = "all"
    rules: Annotated[tuple[Rule, ...], Meta(max_length=MAX_RULES)] = ()
    groups: Annotated[tuple[Group, ...], Meta(max_length=MAX_RULES)] = ()


class Segment(Record, frozen=True, kw_only=True):
    """A tree of rules that was saved under a name."""

    id: Key
    site: str
    name: Name
    tree: Group


class Goal(Record, frozen=True, kw_only=True):
    """What visitors are hoped to do: an action, counted once for each visitor or each time.

    `within_days`: at most this long after the visitor's first view in the period; 0: at any time in it.
    """

    id: Key
    site: str
    name: Name
    action: Action
    counted: Literal["once", "each"] = "once"
    within_days: Annotated[int, Meta(ge=0, le=365)] = 0


def every_rule(group: Group) -> tuple[Rule, ...]:
    """All rules of a tree, from the top down."""
    return (*group.rules, *(rule for one in group.groups for rule in every_rule(one)))


def funnel_stops(group: Group) -> tuple[FunnelStop, ...]:
    """The places in funnels that a tree names; one within another's `among` comes first."""
    found: list[FunnelStop] = []
    for rule in every_rule(group):
        if rule.funnel:
            found += [*(funnel_stops(rule.funnel.among) if rule.funnel.among else ()), rule.funnel]
    return tuple(dict.fromkeys(found))


def is_empty(group: Group) -> bool:
    """Whether a tree has no rule at all."""
    return not group.rules and all(is_empty(one) for one in group.groups)
