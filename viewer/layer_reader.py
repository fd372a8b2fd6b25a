"""Everything that one layer of a map draws: the answer, the strips of its picture, single clicks, forms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aggregator.answers.confetti import Confetti, DotTrait
from aggregator.answers.forms import FormFigures
from aggregator.answers.pinned_answers import PinnedAnswer
from aggregator.answers.unpictured import UsedPath
from aggregator.answers.zones import ZoneRow
from aggregator.pictures.newest import NoSnapshot
from aggregator.placing.page_structure import ProposedZone
from aggregator.placing.remark_places import PlacedNote
from aggregator.queries.point_traits import POINT_TRAITS, PointTrait
from rules.faults import Faults
from rules.find import named
from rules.question import Question
from rules.zone_pages import zones_of
from store.remarks import Remark
from store.segments import Group
from viewer.http.errors import bad_parameter, missing
from viewer.maps import HeatmapAnswer, Maps, ReachAnswer
from viewer.page_zones import ZoneReader
from viewer.questions import Asked, Questions, problem_of
from viewer.remarks import NoteReader
from viewer.surveys import SurveyReader

DOTS_BY: PointTrait = "source"  # what dots are coloured by, if nothing is chosen
BY_SEGMENT = "segment:"  # and the id of a saved segment: by whether it counts them
_SEGMENT = re.compile(BY_SEGMENT + r"[a-z0-9][a-z0-9_\-]{0,63}")


def dots_by(query: Mapping[str, str]) -> str:
    """The parameter `by`: a trait, or `segment:ID`. Problem 400 for anything else."""
    text = query.get("by") or DOTS_BY
    if text not in POINT_TRAITS and not _SEGMENT.fullmatch(text):
        raise bad_parameter("by", f"{text[:40]!r} is not valid.", f"{', '.join(POINT_TRAITS)}, {BY_SEGMENT}ID")
    return text


@dataclass(frozen=True)
class DrawnMap:
    """The answer to a question, the (number, height in px) of the strips of its picture, and the id of the picture if
    somebody chose it for maps, else 0. `dots`: of confetti; `form`: of forms; `zones`: of zones."""

    found: HeatmapAnswer | ReachAnswer
    strips: Sequence[tuple[int, int]]
    chosen: int
    dots: Confetti | None = None
    form: FormFigures | None = None
    zones: DrawnZones | None = None


@dataclass(frozen=True)
class DrawnZones:
    """The zones of a page by name, and those that the structure of the page proposes."""

    rows: tuple[ZoneRow, ...]
    proposed: Sequence[ProposedZone]


@dataclass(frozen=True)
class DrawnNotes:
    """Notes in the order of lists, and where each is; no places if they are not drawn."""

    notes: Sequence[Remark]
    placed: Sequence[PlacedNote] = ()


class LayerReader:
    """Reads what layers draw."""

    def __init__(
        self, questions: Questions, maps: Maps, zones: ZoneReader, notes: NoteReader, surveys: SurveyReader
    ) -> None:
        self._questions = questions
        self._maps = maps
        self._zones = zones
        self._notes = notes
        self._surveys = surveys

    async def drawn(self, asked: Asked, by: str) -> DrawnMap | None:
        """The layer that is asked for; None without a picture. `by`: what dots are coloured by (`dots_by`). Problem 404
        if its segment does not exist."""
        try:
            found = await self._maps.answer(asked.question, asked.known)
        except NoSnapshot:
            return None
        return await self.drawn_of(asked, found, by)

    async def drawn_of(self, asked: Asked, found: HeatmapAnswer | ReachAnswer, by: str) -> DrawnMap:
        """The layer of an answer."""
        snapshot = found.figures.snapshot
        chosen = snapshot.id if await self._maps.is_chosen(snapshot) else 0
        drawn = DrawnMap(found, await self._maps.strips(snapshot), chosen)
        layer = asked.question.drawn_layer
        if isinstance(found, HeatmapAnswer) and layer == "confetti":
            return replace(drawn, dots=await self._maps.confetti(found, await self._trait(asked, by)))
        if isinstance(found, HeatmapAnswer) and layer == "forms":
            return replace(drawn, form=await self._maps.forms(found, asked.question, asked.known))
        if isinstance(found, HeatmapAnswer) and layer == "zones":
            here = zones_of(asked.known.zones, asked.question.page, asked.known.groups)
            proposed = await self._zones.proposed(found.map.located.picture)
            return replace(drawn, zones=DrawnZones(await self._maps.zones(found, here), proposed))
        return drawn

    async def notes(self, asked: Asked, question: Question, placed: bool) -> DrawnNotes:
        """The notes on the pages of a question; if `placed`, with their places on its picture. NoSnapshot then, if
        there is none."""
        notes = await self._notes.of_pages(asked.site, question)
        if not placed:
            return DrawnNotes(notes)
        picture = await self._zones.picture(question, asked.known)
        return DrawnNotes(notes, await self._notes.placed(picture, notes))

    async def answers(self, asked: Asked, question: Question) -> tuple[PinnedAnswer, ...]:
        """The answers to surveys that name an element of the pages of a question, on its picture."""
        return await self._surveys.pinned(question, await self._zones.picture(question, asked.known))

    async def unpictured(self, question: Question) -> tuple[UsedPath, ...]:
        """What was used on a page that has no picture."""
        return await self._maps.used_paths(question)

    async def _trait(self, asked: Asked, by: str) -> DotTrait:
        trait = next((one for one in POINT_TRAITS if one == by), None)
        if trait is not None:
            return trait
        id, segments = by.removeprefix(BY_SEGMENT), asked.known.segments
        segment = named(segments, id)
        if segment is None:
            raise missing("segment", id, f"There are: {', '.join(one.id for one in segments) or 'none yet'}.")
        if faults := tuple(asked.question.names.unknown(segment.tree)):
            raise problem_of(Faults(faults))
        question = (await self._questions.with_tree(asked, segment.tree)).question
        return question.narrowing or Group()
