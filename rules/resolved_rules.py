"""Trees of rules against what a site has: goals, page groups, and elements of its pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from msgspec.structs import asdict, replace

from rules.faults import Fault, fault
from rules.find import named
from store.page_groups import PageGroup
from store.page_zones import PageZone
from store.resolved_rules import PlacedElement, ResolvedAction, ResolvedRule, StoppedVisitors, kind_of
from store.segments import TRAITS, Action, Goal, Group, Rule
from store.surveys import Survey

R = TypeVar("R", ResolvedRule, ResolvedAction)


def answers_of(surveys: Iterable[Survey]) -> dict[str, str]:
    """What can be answered, as rules name it (store/segments.py), with its name: any question of a survey, one
    question, or one entry of its list. The texts are those of the survey's own language."""
    found: dict[str, str] = {}
    for survey in surveys:
        found[survey.id] = survey.name
        for question in survey.questions:
            asked = f"{survey.name}: {_text(survey, question.text)}"
            found[f"{survey.id}/{question.id}"] = asked
            for option in question.options:
                found[f"{survey.id}/{question.id}/{option.id}"] = f"{asked} {_text(survey, option.text)}"
    return found


def _text(survey: Survey, texts: Mapping[str, str]) -> str:
    return texts.get(survey.language) or next(iter(texts.values()), "")


@dataclass(frozen=True)
class KnownNames:
    """What the rules of a site may name. `answers`: the names of `answers_of`."""

    goals: tuple[Goal, ...] = ()
    groups: tuple[PageGroup, ...] = ()
    zones: tuple[PageZone, ...] = ()
    answers: frozenset[str] = frozenset()
    placed: tuple[PlacedElement, ...] = field(default=())
    stopped: tuple[StoppedVisitors, ...] = field(default=())

    def resolved(self, tree: Group) -> Group:
        """The tree in the terms of the tables. A goal or zone that is not known stays: asking for it is an error."""
        return replace(
            tree,
            rules=tuple(map(self._rule, tree.rules)),
            groups=tuple(map(self.resolved, tree.groups)),
        )

    def unknown(self, tree: Group, path: str = "") -> Iterator[Fault]:
        """A fault for each name in a tree that the site does not have."""
        for n, rule in enumerate(tree.rules):
            for at, action in ((f"{path}rules.{n}", rule), (f"{path}rules.{n}.other", rule.other)):
                if action and action.what == "goal" and action.name and not named(self.goals, action.name):
                    allowed = ", ".join(one.id for one in self.goals)
                    yield fault(f"{at}.name", "no_goal", value=action.name, allowed=allowed)
                if action and action.what == "answered" and action.name not in self.answers:
                    yield fault(f"{at}.name", "no_answer", value=action.name)
                if action and action.zone and not named(self.zones, action.zone):
                    allowed = ", ".join(one.id for one in self.zones)
                    yield fault(f"{at}.zone", "no_zone", value=action.zone, allowed=allowed)
        for n, group in enumerate(tree.groups):
            yield from self.unknown(group, f"{path}groups.{n}.")

    def _rule(self, rule: Rule) -> Rule:
        if rule.what in ("landing", "exit"):
            return self._of_pages(rule, rule.values)
        if rule.what in TRAITS:
            return rule
        if rule.what == "funnel":
            stopped = next((one for one in self.stopped if one.stop == rule.funnel), None)
            return replace(self._of_pages(rule, ()), stopped=stopped)
        other = self._action(rule.other) if rule.other else None
        made = self._of_pages(rule, (rule.page, *rule.values) if rule.what == "saw" else (rule.page,))
        return self._placed(replace(self._of_goal(made), other=other))

    def _action(self, action: Action) -> Action:
        made = ResolvedAction(**asdict(action), pages=self._pages((action.page,)))
        goal = named(self.goals, action.name) if action.what == "goal" else None
        if goal is None:
            return self._placed(made)
        return self._placed(replace(made, **asdict(goal.action), **self._goal_fields(goal)))

    def _of_goal(self, rule: ResolvedRule) -> ResolvedRule:
        """The rule with the action of the goal that it names; of a sum of values, with its event."""
        goal = named(self.goals, rule.name) if rule.what in ("goal", "value", "top_value") else None
        if goal is None:
            return rule
        if rule.what != "goal":
            return replace(rule, name=goal.action.name) if goal.action.what == "sent" else rule
        return replace(rule, values=(), **asdict(goal.action), **self._goal_fields(goal))

    def _goal_fields(self, goal: Goal) -> dict[str, object]:
        return {"pages": self._pages((goal.action.page,)), "within_days": goal.within_days}

    def _of_pages(self, rule: Rule, pages: Sequence[str]) -> ResolvedRule:
        fields = {name: getattr(rule, name) for name in rule.__struct_fields__}
        return ResolvedRule(**fields, pages=self._pages(pages))

    def _pages(self, pages: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Each page as a list of patterns: that of the page group which it names, else itself."""
        groups = [(page, named(self.groups, page)) for page in pages if page]
        return tuple(group.patterns if group else (page,) for page, group in groups)

    def _placed(self, action: R) -> R:
        zone = named(self.zones, action.zone) if action.zone else None
        if not action.element and zone is None:
            return action
        if zone is not None:
            pages = action.pages or self._pages((zone.page,))
            action = replace(action, of_zone=zone, page=action.page or zone.page, pages=pages)
        wanted = (action.page, action.element, zone.id if zone else "", kind_of(action))
        found = (one for one in self.placed if (one.page, one.element, one.zone, one.kind) == wanted)
        return replace(action, placed=next(found, None))
