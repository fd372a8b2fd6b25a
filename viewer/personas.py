"""Measures the personas of a journey: how many visitors each has, and one of them beside the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aggregator.answers.journey import JourneyMap, JourneyMeasure, map_of
from aggregator.answers.persona import PersonaDifference, persona_differences
from aggregator.shapes.segment_figures import SegmentFigures
from rules.question import Question
from store.journeys import Journey
from store.segments import Group
from viewer.journey_maps import JourneyMaps
from viewer.questions import Asked, Questions
from viewer.segment_reader import SegmentReader


@dataclass(frozen=True)
class PersonaFigures:
    """`counts`: visitors by the key of each persona that has a segment, "" for everyone. Of the persona that is on:
    `everyone`'s map, the visitors of the map who are not this persona (`others`), how it differs from them, and how its
    rules leave visitors out (`rules`: the tree that `account` is about); none of these without a segment or beside a
    first answer."""

    counts: Mapping[str, int] = field(default_factory=dict)
    everyone: JourneyMap | None = None
    others: int = 0
    differences: tuple[PersonaDifference, ...] = ()
    account: SegmentFigures | None = None
    rules: Group = Group()


class PersonaReader:
    """Measures personas for the page of a journey and the API."""

    def __init__(self, maps: JourneyMaps, segments: SegmentReader, questions: Questions) -> None:
        self._maps = maps
        self._segments = segments
        self._questions = questions

    async def measured(self, journey: Journey, asked: Asked, key: str, found: JourneyMeasure) -> PersonaFigures:
        """`key`: of the persona that is on, "" for everyone; `found`: the measure of the question."""
        if not journey.personas:
            return PersonaFigures()
        counts = await self.counts(journey, asked)
        tree = _tree_of(journey, asked, key)
        is_counted = any(one.key == key and one.segment == asked.question.segment for one in journey.personas)
        if tree is None or not is_counted or found.one_in > 1:
            return PersonaFigures(counts)
        everyone = replace(asked.question, segment="", tree=None)
        goals = asked.known.goals
        whole = await self._maps.journey_measure(journey, everyone, goals)
        others = await self._maps.journey_others(journey, everyone, asked.question, goals)
        wanted = _with_filters(asked.question, tree)
        resolved = await self._questions.with_tree(asked, wanted)
        return PersonaFigures(
            counts=counts,
            everyone=map_of(journey, whole),
            others=others.figures.visitors,
            differences=persona_differences(journey, whole.figures, found.figures, others.figures),
            account=await self._segments.figures(resolved.question, wanted),
            rules=wanted,
        )

    async def counts(self, journey: Journey, asked: Asked) -> Mapping[str, int]:
        """The visitors of each persona that has a segment, and of everyone, under ""."""
        trees = {"": Group()}
        trees |= {one.key: tree for one in journey.personas if (tree := _tree_of(journey, asked, one.key))}
        every = {key: _with_filters(asked.question, tree) for key, tree in trees.items()}
        resolved = await self._questions.with_tree(asked, Group(groups=tuple(every.values())))
        found = await self._segments.fitting(resolved.question, tuple(every.values()))
        return {key: one.visitors for key, one in zip(every, found, strict=True)}


def _tree_of(journey: Journey, asked: Asked, key: str) -> Group | None:
    """The rules of a persona; None without a segment."""
    persona = next((one for one in journey.personas if one.key == key), None)
    saved = (one.tree for one in asked.known.segments if persona and one.id == persona.segment)
    return next(saved, None)


def _with_filters(question: Question, tree: Group) -> Group:
    """The rules of a tree after the filters of a question; rules that must all hold stay rules."""
    filters = tuple(one.rule for one in question.filters)
    if tree.match == "all":
        return Group(rules=(*filters, *tree.rules), groups=tree.groups)
    return Group(rules=filters, groups=(tree,))
