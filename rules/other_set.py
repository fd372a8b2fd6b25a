"""The other set of a comparison: what a question is compared with (`with=` in an address).

    before                     the period before, of the same length
    period:2026-10-01..10      another period (two days, both included)
    rest                       everybody else in the period: whom the question's filters and segment leave out
    segment:ID                 a saved segment instead of the question's, or a tree of rules as JSON
    device:phone               another device
    variant:EXPERIMENT:KEY     another variant
    left:GOAL                  those who did not reach a goal, against those who did

The question itself is set B, the other one is set A: differences are B minus A, as with variants.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, get_args

from rules.faults import Faults, fault
from rules.fields import day_of
from rules.period import FIRST, Period
from rules.question import Question
from rules.segment import parse_text, text_of_tree
from store.devices import DEVICES, Device
from store.segments import Group, Rule

SetKind = Literal["before", "period", "rest", "segment", "device", "variant", "left"]
SET_KINDS: tuple[SetKind, ...] = get_args(SetKind)


@dataclass(frozen=True)
class TwoSets:
    """Two questions that differ in who is counted, or when. `kind`: in what they differ; `name`: what `with=` names."""

    a: Question
    b: Question
    kind: SetKind
    name: str = ""


def two_sets(question: Question, text: str, today: date) -> TwoSets | Faults:
    """The two sets of a question and the value of `with`. The names of segments and goals are not looked up here."""
    kind, _, name = text.strip().partition(":")
    if kind not in SET_KINDS:
        return _faulty("with", "choice", value=text, allowed=", ".join(SET_KINDS))
    match kind:
        case "before":
            return TwoSets(replace(question, period=before(question.period, today)), question, "before")
        case "period":
            return _other_period(question, name)
        case "rest":
            return _rest(question)
        case "segment":
            return _other_segment(question, name)
        case "device":
            if name not in DEVICES:
                return _faulty("with", "choice", value=text, allowed=", ".join(f"device:{one}" for one in DEVICES))
            device: Device = next(one for one in DEVICES if one == name)
            return TwoSets(replace(question, device=device, width=None), question, "device", name)
        case "variant":
            experiment, _, key = name.rpartition(":")
            if not experiment or not key:
                return _faulty("with", "variant_form", value=name)
            return TwoSets(replace(question, variant=(experiment, key)), question, "variant", name)
        case _:
            return _outcome(question, name)


def before(period: Period, today: date) -> Period:
    """The period of the same length that ends on the day before."""
    since, until = period.span(today)
    last = since - timedelta(days=1)
    return Period(since=max(FIRST, last - (until - since)), until=max(FIRST, last))


def _other_period(question: Question, text: str) -> TwoSets | Faults:
    first, _, last = text.partition("..")
    since, until = day_of(first), day_of(last)
    if since is None or until is None:
        return _faulty("with", "day", value=first if since is None else last)
    if since > until:
        return _faulty("with", "swapped", since=first, until=last)
    return TwoSets(replace(question, period=Period(since=since, until=until)), question, "period", text)


def _rest(question: Question) -> TwoSets | Faults:
    group = question.group
    if group is None:
        return _faulty("with", "rest_of_all")
    tree = Group(match="none", groups=(group,))
    return TwoSets(_narrowed(replace(question, filters=()), tree), question, "rest")


def _other_segment(question: Question, name: str) -> TwoSets | Faults:
    if not name:
        return _faulty("with", "missing")
    other = replace(question, filters=(), segment=name, tree=None)
    if name.startswith("{"):
        tree = parse_text(name)
        if isinstance(tree, Faults):
            return Faults(tuple(one.under("with") for one in tree))
        other = _narrowed(other, tree)
    return TwoSets(other, question, "segment", name)


def _outcome(question: Question, goal: str) -> TwoSets | Faults:
    """Those who reached a goal (B) and those who did not (A), among the visitors of the question."""
    if not goal:
        return _faulty("with", "missing")
    reached = Rule(what="goal", scope="visitor", name=goal)
    sets = [_and(question, Group(match=match, rules=(reached,))) for match in ("none", "all")]
    return TwoSets(sets[0], sets[1], "left", goal)


def _and(question: Question, tree: Group) -> Question:
    return _narrowed(question, tree if question.tree is None else Group(groups=(question.tree, tree)))


def _narrowed(question: Question, tree: Group) -> Question:
    return replace(question, tree=tree, segment=text_of_tree(tree))


def _faulty(field: str, code: str, **values: str) -> Faults:
    return Faults((fault(field, code, **values),))
