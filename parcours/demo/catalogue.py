"""The products of Lampyre: lamps by kind, each with its shape, colours and price."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Colour:
    name: str
    css: str


BRICK = Colour("brick", "#c9563c")
PINE = Colour("pine", "#33403b")
LINEN = Colour("linen", "#e8dfd0")
INK = Colour("ink", "#2a2624")
SAGE = Colour("sage", "#8c9c92")
MILK = Colour("milk glass", "#fff3d0")
PAPER = Colour("paper", "#fbeac2")
OCHRE = Colour("ochre", "#c78f3d")
COLOURS = {colour.name: colour for colour in (BRICK, PINE, LINEN, INK, SAGE, MILK, PAPER, OCHRE)}

KINDS = {
    "table": "Table lamps",
    "floor": "Floor lamps",
    "pendant": "Pendant lamps",
    "outdoor": "Outdoor lamps",
}


@dataclass(frozen=True)
class Lamp:
    """`shape` and `background` name symbols in templates/symbols.html; prices are whole euros."""

    slug: str
    name: str
    kind: str
    shape: str
    background: str
    colour: Colour
    price: int
    height: int  # cm
    room: str
    about: str

    @cached_property
    def path(self) -> str:
        return f"/{self.kind}-lamps/{self.slug}"

    @property
    def note(self) -> str:
        """The line below the name in the basket."""
        return f"{self.colour.name.capitalize()}, {self.height} cm"


def _read(path: Path) -> dict[str, Lamp]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        row["slug"]: Lamp(
            slug=row["slug"],
            name=row["slug"].replace("-", " ").capitalize(),
            kind=row["kind"],
            shape=row["shape"],
            background=row["background"],
            colour=COLOURS[row["colour"]],
            price=int(row["price"]),
            height=int(row["height"]),
            room=row["room"],
            about=row["about"],
        )
        for row in rows
    }


LAMPS = _read(Path(__file__).parent / "lampyre" / "lamps.csv")
FIRST_BASKET = ("luciole", "galet", "colline")  # in the basket of every new session
SWATCHES = (BRICK, PINE, LINEN, INK)


def of_kind(kind: str) -> list[Lamp]:
    return [lamp for lamp in LAMPS.values() if lamp.kind == kind]


def some(*slugs: str) -> list[Lamp]:
    return [LAMPS[slug] for slug in slugs]
