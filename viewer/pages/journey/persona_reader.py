"""Measures the personas of a journey: how many visitors each has, and the one that is on beside the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aggregator.answers.journey import JourneyMap, JourneyMeasure, map_of
from aggregator.answers.persona import PersonaDifference, persona_differences
from aggregator.shapes.segment_figures import SegmentFigures
from rules.question import Question
from store.journeys import Journey
from store.segments import Group
from viewer.maps import Maps
from viewer.pages.sentences.names import NO_NAMES, SiteNames
from viewer.pages.who.bars import WhoBars
from viewer.questions import Asked, Questions
from viewer.segment_reader import SegmentReader


@dataclass(frozen=True)
class PersonaFigures:
    """`counts`: visitors by the key of each persona that has a segment, "" for everyone. Of the persona that is on:
    `everyone`'s map, how it differs from the others, and how its rules leave visitors out (`rules`: the tree that
    `account` is about, in the `names` of the site); none of these without a segment or beside a first answer."""

    counts: Mapping[str, int] = field(default_factory=dict)
    everyone: JourneyMap | None = None
    differences: tuple[PersonaDifference, ...] = ()
    account: SegmentFigures | None = None
    rules: Group = Group()
    names: SiteNames = NO_NAMES


class PersonaReader:
    """Measures personas for the page of a journey."""

    def __init__(self, maps: Maps, segments: SegmentReader, questions: Questions, bars: WhoBars) -> None:
        self._maps = maps
        self._segments = segments
        self._questions = questions
        self._bars = bars

    async def measured(self, journey: Journey, asked: Asked, key: str, found: JourneyMeasure) -> PersonaFigures:
        """`key`: of the persona that is on, "" for everyone; `found`: the measure of the question."""
        if not journey.personas:
            return PersonaFigures()
        counts = await self._counts(journey, asked)
        tree = _tree_of(journey, asked, key)
        is_counted = any(one.key == key and one.segment == asked.question.segment for one in journey.personas)
        if tree is None or not is_counted or found.one_in > 1:
            return PersonaFigures(counts)
        everyone = replace(asked.question, segment="", tree=None)
        goals = asked.known.goals
        whole = await self._maps.journey_measure(journey, everyone, goals)
        others = await self._maps.journey_others(journey, everyone, asked.question, goals)
        figures = (whole.figures, found.figures, others.figures) if others else None
        wanted = _with_filters(asked.question, tree)
        resolved = await self._questions.with_tree(asked, wanted)
        return PersonaFigures(
            counts=counts,
            everyone=map_of(journey, whole),
            differences=persona_differences(journey, *figures) if figures else (),
            account=await self._segments.figures(resolved.question, wanted),
            rules=wanted,
            names=await self._bars.names(asked.known, wanted),
        )

    async def _counts(self, journey: Journey, asked: Asked) -> Mapping[str, int]:
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
