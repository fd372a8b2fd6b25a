"""What a reader chose about how a map is shown. It changes no figure, so it is no part of the question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from viewer.http.parameters import choice, number
from viewer.layer_reader import DOTS_BY, dots_by
from viewer.pages.map.form_fields import MEASURES, FieldMeasure
from viewer.pages.map.way_back import journey_of

Base = Literal["", "all", "clicks"]  # what shares are of: "" those who had it in view, or who have a mouse
Backdrop = Literal["", "asis", "night"]
SORTS = (
    "name", "share", "of", "visitors", "clicks", "rage", "dead", "errors", "time", "goal", "reached", "corrected",
    "blank", "last",
)  # fmt: skip
BASES: tuple[Base, ...] = ("", "all", "clicks")
BACKDROPS: tuple[Backdrop, ...] = ("", "asis", "night")


@dataclass(frozen=True)
class MapLook:
    """`every`: the table lists all elements. `sort`: the column it is sorted by, with "-" in front for the other
    direction; "" = by rank. `held`: the key of the element that is held, in hexadecimal. `strength` in percent.
    `journey`: the id of the journey that led here, for the way back.
    """

    every: bool = False
    base: Base = ""
    sort: str = ""
    held: str = ""
    backdrop: Backdrop = ""
    strength: int = 100
    folded: bool = False  # the legend shows its title alone
    by: str = DOTS_BY  # what the dots of confetti are coloured by: a trait, or a segment (viewer/layer_reader.py)
    measure: FieldMeasure = MEASURES[0]  # what fields are ranked and coloured by
    journey: str = ""
    notes: int = 0  # the page of the list of notes; 0: notes are hidden
    answers: bool = False  # whether answers to surveys are shown

    def query(self) -> tuple[tuple[str, str], ...]:
        """As URL parameters, without defaults; `every` is not among them."""
        pairs = {
            "of": self.base,
            "sort": self.sort,
            "element": self.held,
            "backdrop": self.backdrop,
            "by": self.by if self.by != DOTS_BY else "",
            "measure": self.measure if self.measure != MEASURES[0] else "",
            "legend": "0" if self.folded else "",
            "journey": self.journey,
            "notes": str(self.notes or ""),
            "answers": "1" if self.answers else "",
            "strength": "" if self.strength == 100 else str(self.strength),
        }
        return tuple((name, value) for name, value in pairs.items() if value)

    def drawn_query(self) -> dict[str, str]:
        """The parameters that change what is drawn, for an exported picture."""
        return {name: value for name, value in self.query() if name in ("of", "by", "measure")}


def map_look(query: Mapping[str, str]) -> MapLook:
    """Read the parameters; Problem 400 for what cannot be read."""
    sort = choice(query, "sort", (*SORTS, *(f"-{name}" for name in SORTS)), "")
    strength = number(query, "strength", 0, 100)
    return MapLook(
        every=query.get("all") == "1",
        folded=choice(query, "legend", ("0", "1"), "1") == "0",
        base=choice(query, "of", BASES, ""),
        sort=sort,
        held=query.get("element", "")[:16],
        backdrop=choice(query, "backdrop", BACKDROPS, ""),
        strength=100 if strength is None else strength,
        by=dots_by(query),
        measure=choice(query, "measure", MEASURES, MEASURES[0]),
        journey=journey_of(query),
        notes=number(query, "notes", 0, 1_000_000) or 0,
        answers=choice(query, "answers", ("0", "1"), "0") == "1",
    )
