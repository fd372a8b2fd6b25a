"""What Lampyre sells: lamps by kind, each with its shape, colours and price."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


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

KINDS = {
    "table": "Table lamps",
    "floor": "Floor lamps",
    "pendant": "Pendant lamps",
    "outdoor": "Outdoor lamps",
}


@dataclass(frozen=True)
class Lamp:
    """`shape` and `ground` name symbols in templates/symbols.html; prices are whole euros."""

    slug: str
    name: str
    kind: str
    shape: str
    ground: str
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
        """What stands under the name in the basket."""
        return f"{self.colour.name.capitalize()}, {self.height} cm"


def _lamp(
    slug: str, kind: str, shape: str, ground: str, colour: Colour, price: int, height: int, room: str, about: str
) -> Lamp:  # noqa: E501
    name = slug.replace("-", " ").capitalize()
    return Lamp(slug, name, kind, shape, ground, colour, price, height, room, about)


LAMPS = {
    lamp.slug: lamp
    for lamp in (
        _lamp(
            "luciole",
            "table",
            "mushroom",
            "sand",
            BRICK,
            129,
            28,
            "living room",
            "A small light for the table, dimmed by touch. Spun steel shade, brass stem, 8 hours on one charge. "
            "Each piece is painted by hand in our workshop in Lyon.",
        ),
        _lamp(
            "galet",
            "table",
            "globe",
            "mist",
            MILK,
            89,
            24,
            "bedroom",
            "A pebble of milk glass on a brass neck. It gives a round, quiet light that asks for nothing, "
            "and the glass is blown in the Drôme.",
        ),
        _lamp(
            "cocon",
            "table",
            "lantern",
            "rose",
            PAPER,
            99,
            32,
            "bedroom",
            "Washi paper on three legs of walnut. Folded flat it fits the post, open it lights a whole corner.",
        ),
        _lamp(
            "colline",
            "table",
            "cone",
            "blush",
            SAGE,
            79,
            30,
            "desk",
            "A linen shade over a stoneware hill. Turned, glazed and fired ten minutes from the shop.",
        ),
        _lamp(
            "luciole-mini",
            "table",
            "mushroom",
            "blush",
            OCHRE,
            69,
            19,
            "desk",
            "Luciole for the shelf and the bedside: the same shade, half the height, 12 hours on one charge.",
        ),
        _lamp(
            "galet-mat",
            "table",
            "globe",
            "linen",
            LINEN,
            94,
            24,
            "bedroom",
            "Galet in frosted glass, for those who read beside someone who sleeps.",
        ),
        _lamp(
            "aube",
            "table",
            "mushroom",
            "mist",
            LINEN,
            139,
            31,
            "bedroom",
            "Wakes you in twenty minutes, from ember to morning. No screen, no app.",
        ),
        _lamp(
            "brume",
            "table",
            "globe",
            "dusk",
            MILK,
            119,
            36,
            "living room",
            "A large globe for low tables. One warm bulb, four strengths.",
        ),
        _lamp(
            "falaise",
            "table",
            "cone",
            "sand",
            INK,
            109,
            38,
            "desk",
            "Cast iron below, cotton above. It stays where you put it.",
        ),
        _lamp(
            "ondine",
            "table",
            "lantern",
            "mist",
            LINEN,
            85,
            27,
            "living room",
            "Ribbed paper that throws a line of waves on the wall.",
        ),
        _lamp(
            "prunelle",
            "table",
            "mushroom",
            "rose",
            PINE,
            134,
            28,
            "desk",
            "Luciole's darker sister, with a shade that keeps its light to itself.",
        ),
        _lamp(
            "tilleul",
            "table",
            "cone",
            "linen",
            OCHRE,
            75,
            26,
            "bedroom",
            "A small lamp for the end of the day, with a cord of plaited cotton.",
        ),
        _lamp(
            "roseau",
            "floor",
            "arc",
            "mist",
            LINEN,
            219,
            172,
            "living room",
            "It bends over the sofa and holds its shade where the page is. Steel, two metres of cord.",
        ),
        _lamp(
            "heron",
            "floor",
            "arc",
            "linen",
            BRICK,
            239,
            165,
            "living room",
            "One leg, one curve, one shade the colour of brick.",
        ),
        _lamp(
            "cloche",
            "pendant",
            "bell",
            "linen",
            PINE,
            149,
            34,
            "table",
            "A bell of spun steel for the table where everybody sits. White inside, so nothing is lost.",
        ),
        _lamp(
            "carillon",
            "pendant",
            "bell",
            "rose",
            BRICK,
            159,
            38,
            "table",
            "Three cords, one rose, three bells if you wish.",
        ),
        _lamp(
            "balise",
            "outdoor",
            "globe",
            "night",
            MILK,
            99,
            40,
            "terrace",
            "Out in all weathers, lit at dusk, off at midnight.",
        ),
        _lamp(
            "feu-follet",
            "outdoor",
            "lantern",
            "night",
            PAPER,
            109,
            44,
            "terrace",
            "A lantern to carry to the end of the garden and back.",
        ),
    )
}

FIRST_BASKET = ("luciole", "galet", "colline")  # what waits in the basket of a new session
SWATCHES = (BRICK, PINE, LINEN, INK)


def of_kind(kind: str) -> list[Lamp]:
    return [lamp for lamp in LAMPS.values() if lamp.kind == kind]


def some(*slugs: str) -> list[Lamp]:
    return [LAMPS[slug] for slug in slugs]
