"""Lanes that the team types: each text with the mark that says how it is known."""

from __future__ import annotations

from dataclasses import dataclass

from store.journeys import Evidence, Lane, LaneCell, Stage
from viewer.pages.frame.languages import Language
from viewer.pages.journey.measured import MeasuredJourney

MARKS: dict[Evidence, str] = {"measured": "m", "research": "r", "assumed": "a"}


@dataclass(frozen=True)
class TypedCell:
    """`lines`: paragraphs. `mark`: m, r or a, with `known` in words; "" for a lane whose texts need none.
    `about`: the touchpoint that it is about. `other`: what somebody else wrote there at the same time."""

    lines: tuple[str, ...]
    mark: str
    known: str
    about: str = ""
    other: tuple[str, ...] = ()
    other_by: str = ""


def typed_cells(measured: MeasuredJourney, lane: Lane, stage: Stage) -> tuple[TypedCell, ...]:
    """The texts of a lane about a stage and its touchpoints."""
    here = [cell for cell in measured.journey.cells if cell.lane == lane.key and cell.stage == stage.key]
    names = {one.key: measured.lang.words(one.name, one.key) for one in stage.touchpoints}
    return tuple(
        TypedCell(
            lines=_lines(measured.lang, cell.text),
            mark=MARKS[cell.evidence],
            known=known_words(measured.lang, cell),
            about=names.get(cell.touchpoint, ""),
            other=_lines(measured.lang, cell.other),
            other_by=cell.other_by,
        )
        for cell in here
        if cell.text or cell.other
    )


def known_words(lang: Language, cell: LaneCell) -> str:
    """How a text is known: the basis that was typed, else the name of its mark."""
    return cell.basis or evidence_names(lang)[cell.evidence]


def evidence_names(lang: Language) -> dict[Evidence, str]:
    _ = lang.text
    return {"measured": _("measured"), "research": _("research"), "assumed": _("assumed")}


def _lines(lang: Language, text: dict[str, str]) -> tuple[str, ...]:
    return tuple(line for line in lang.words(text).splitlines() if line.strip())
