"""A question against what a site has: what people call things becomes what the tables call them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rules.faults import Fault, fault, in_order
from rules.find import named
from rules.page import page_meant
from rules.question import COMPARISON, Question, Reading
from rules.resolved_rules import answers_of
from store.page_groups import PageGroup
from store.page_zones import PageZone
from store.pages import matches
from store.records import Experiment, PageState, Site
from store.segments import Goal, Group, Segment
from store.snapshots import Snapshot
from store.surveys import Survey


@dataclass(frozen=True)
class Known:
    """The records of a site, for `resolve`. `visited`: its pages with visits, read only if `page` needs them."""

    site: Site
    snapshots: tuple[Snapshot, ...] = ()
    states: tuple[PageState, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    groups: tuple[PageGroup, ...] = ()
    other_groups: frozenset[str] = frozenset()  # keys and names of groups that were deleted or are another site's
    visited: tuple[str, ...] = ()
    segments: tuple[Segment, ...] = ()
    goals: tuple[Goal, ...] = ()
    zones: tuple[PageZone, ...] = ()
    surveys: tuple[Survey, ...] = ()

    @property
    def pages(self) -> list[str]:
        """Pages with pictures first: a bare path belongs to the host that has a picture of it."""
        return list(dict.fromkeys((*(s.page for s in self.snapshots), *self.visited)))


def resolve(reading: Reading, known: Known) -> Reading:
    """Replace names by the site's ids, with the site's zone; names that the site does not have are faults.

    An experiment that is not defined keeps its name, because pages may report variants of it anyway.
    """
    names = replace(
        reading.question.names,
        goals=known.goals,
        groups=known.groups,
        zones=known.zones,
        answers=frozenset(answers_of(known.surveys)),
    )
    question, faults = replace(reading.question, zone=known.site.zone, names=names), list(reading.faults)
    if question.page:
        meant = _pages_meant(question, known)
        if isinstance(meant, Fault):
            faults.append(meant)
        else:
            question = meant
    if question.variant:
        variant = _variant_meant(question.variant, known.experiments)
        if isinstance(variant, Fault):
            faults.append(variant)
            question = replace(question, variant=None)
        else:
            question = replace(question, variant=variant)
    if question.state and question.kind != "scroll" and not any(one.field == "page" for one in faults):
        state = _state_meant(question, known)
        if isinstance(state, Fault):
            faults.append(state)
        else:
            question = replace(question, state=state)
    if question.experiment:
        experiment = named(known.experiments, question.experiment)
        question = replace(question, experiment=experiment.id if experiment else question.experiment)
    question, wrong = _segment_meant(question, known)
    faults += wrong
    if question.goal:
        goal = named(known.goals, question.goal)
        if goal is None:
            allowed = ", ".join(one.id for one in known.goals)
            faults.append(fault("goal", "no_goal", value=question.goal, allowed=allowed))
        question = replace(question, goal=goal.id if goal else "")
    return Reading(question, in_order(faults, COMPARISON.names))


def states_of(states: Iterable[PageState], page: str) -> list[PageState]:
    """The states of a page or pattern, in order; recipes for every picture are not states."""
    return [s for s in states if not s.first and any(p == page or matches(p, page) for p in s.pages)]


def states_for(question: Question, states: Sequence[PageState]) -> list[PageState]:
    """The states of the pages of a question, in order."""
    if question.page_group is None:
        return states_of(states, question.page)
    here = [state for page in question.page_group.patterns for state in states_of(states, page)]
    return [state for state in states if state in here]


def _pages_meant(question: Question, known: Known) -> Question | Fault:
    """The question with the page, the pattern or the group that its `page` names."""
    text = question.page
    group = None if text in known.pages else named(known.groups, text)
    if group:
        return replace(question, page=group.key, page_group=group)
    if text in known.other_groups:
        return fault("page", "no_group", value=text)
    page = page_meant(known.site, text, known.pages)
    return page if isinstance(page, Fault) else replace(question, page=page)


def _segment_meant(question: Question, known: Known) -> tuple[Question, list[Fault]]:
    """The question with the rules of the segment that it names, and the names in them that the site does not have."""
    if question.segment and question.tree is None:
        segment = named(known.segments, question.segment)
        if segment is None:
            allowed = ", ".join(one.id for one in known.segments)
            wrong = fault("segment", "no_segment", value=question.segment, allowed=allowed)
            return replace(question, segment=""), [wrong]
        question = replace(question, segment=segment.id, tree=segment.tree)
    tree = question.tree or Group()
    return question, [one.under("segment") for one in question.names.unknown(tree)]


def _variant_meant(variant: tuple[str, str], experiments: Iterable[Experiment]) -> tuple[str, str] | Fault:
    """A defined experiment must have the variant; an undefined one can still be measured."""
    name, key = variant
    experiment = named(experiments, name)
    if experiment is None:
        return variant
    if any(v.key == key for v in experiment.variants):
        return experiment.id, key
    allowed = ", ".join(f"{experiment.id}:{v.key}" for v in experiment.variants)
    return fault("variant", "no_variant", value=key, experiment=experiment.name, allowed=allowed)


def _state_meant(question: Question, known: Known) -> str | Fault:
    """The key of the state with this key or name. A deleted state is still known from its pictures."""
    text, here = question.state, states_for(question, known.states)
    state = named(here, text)
    if state:
        return state.key
    if any(s.state == text and question.covers(s.page) for s in known.snapshots):
        return text
    return fault("state", "no_state", value=text, allowed=", ".join(s.key for s in here))
