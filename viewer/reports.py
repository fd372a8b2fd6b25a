"""Saved maps and reports: their maps resolved, with figures of fixed days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec.structs import replace

from rules import report as rules
from rules.faults import accepted
from rules.question import MAP
from rules.resolve import Known
from store.definitions import Stored
from store.reports import FixedFigure, Report, ReportPart
from store.zones import now_ms
from viewer.maps import HeatmapAnswer, Maps, ReachAnswer
from viewer.questions import Questions
from viewer.registry import Registry
from viewer.share_requests import LOOK

KeptDays = Literal["asked", "fixed", "last"]
ELEMENTS = 12  # whose figures are fixed with a map


class ReportWriter:
    """Saves reports, and fixes the figures of their maps."""

    def __init__(self, questions: Questions, maps: Maps, registry: Registry) -> None:
        self._questions = questions
        self._maps = maps
        self._registry = registry

    async def query(self, known: Known, query: Mapping[str, str], days: KeptDays = "asked") -> dict[str, str]:
        """The parameters of a map to keep: with the days as they are asked for, as dates, or as the last ones. Problem
        for faults of the question."""
        asked = await self._questions.resolve(known, query, MAP)
        question = asked.checked()
        look = {name: query[name] for name in LOOK if query.get(name)}
        if days == "fixed":
            question = question.fixed(asked.today)
        return (question.query("since", "until") if days == "last" else question.query()) | look

    async def figures(self, known: Known, query: Mapping[str, str]) -> tuple[FixedFigure, ...]:
        """The figures of a map now. Problem for faults of the question; NoSnapshot without a picture."""
        asked = await self._questions.resolve(known, query, MAP)
        return figures_of(await self._maps.answer(asked.checked(), known, exact=True))

    async def save(self, known: Known, fields: Mapping[str, object], stored: Stored | None, by: str) -> Report:
        """Store a report with the figures of its maps. InvalidDefinition if it has faults, Problem if a map has,
        NoSnapshot if one has no picture, Conflict if somebody else has changed it since."""
        made = accepted(rules.parse(fields, known.site.id, stored))
        parts = [await self._fixed(known, part) for part in made.parts]
        made = replace(made, parts=tuple(parts), saved=now_ms())
        return await self._registry.change(lambda definitions: rules.put(definitions, made, by))

    async def _fixed(self, known: Known, part: ReportPart) -> ReportPart:
        if part.kind != "map":
            return part
        query = await self.query(known, part.query, "fixed")
        return replace(part, query=query, figures=await self.figures(known, query))


def figures_of(found: HeatmapAnswer | ReachAnswer) -> tuple[FixedFigure, ...]:
    """The figures of a map that a report fixes: visitors, what is drawn, and the visitors of its first elements."""
    figures = found.figures
    fixed = [FixedFigure("visitors", figures.visitors), FixedFigure("views", figures.views)]
    if isinstance(found, HeatmapAnswer):
        fixed.append(FixedFigure("drawn", found.figures.account.drawn))
        fixed += [FixedFigure(f"{one.key:016x}", one.visitors) for one in found.figures.elements[:ELEMENTS]]
    else:
        fixed += [FixedFigure(f"{one.key:016x}", round(one.reached, 6)) for one in found.figures.elements[:ELEMENTS]]
    return tuple(fixed)
