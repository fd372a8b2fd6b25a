"""Notes: what people write about an element, a place, a touchpoint or a day of a site (docs/notes.md).

The class is called Remark because store/notes.py holds what the camera notes about a picture.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from store.page_zones import ElementPrint
from store.records import Day, Key, Record, SignInName

LONGEST = 2_000  # characters of a note and of an answer
MOST_ANSWERS = 500  # to a note

NoteText = Annotated[str, Meta(min_length=1, max_length=LONGEST)]
Fraction = Annotated[float, Meta(ge=0, le=1)]
Mentions = Annotated[tuple[SignInName, ...], Meta(max_length=50)]


class Answer(Struct, frozen=True):
    """An answer to a note. `id` is random: two answers that were written at once are both kept."""

    id: Key
    text: NoteText
    author: str
    time: int  # ms since 1970
    via: Literal["session", "token"] = "session"
    mentions: Mentions = ()


class FigureThen(Struct, frozen=True):
    """What the map showed of the element when the note was written: shares of the `of` visitors, and of those who
    clicked for `dead`."""

    clicked: float
    dead: float
    of: int
    since: str  # ISO days of the map
    until: str


class NotePlace(Struct, frozen=True):
    """Where a note is on a page.

    `element`: the key of its element (16 hexadecimal digits) and `print`, how that was recognised; empty for a place
    without an element. `x` and `y`: fractions of the box of the element, or of the picture without one. `page_x` and
    `page_y`: fractions of the picture that it was written on, for the time when the element is gone.
    """

    x: Fraction = 0.0
    y: Fraction = 0.0
    element: Annotated[str, Meta(pattern=r"^([0-9a-f]{16})?$", extra={"code": "element_key"})] = ""
    print: ElementPrint = ElementPrint("")
    name: Annotated[str, Meta(max_length=200)] = ""  # of the element, as the picture called it
    page_x: Fraction = 0.0
    page_y: Fraction = 0.0


class Remark(Record, frozen=True, kw_only=True):
    """A note on a page (`page` and `place`), on a touchpoint of a journey, or on a day: `release` names what was
    released then. `page`: a canonical page, a pattern, or the key of a page group."""

    id: Key
    site: str
    text: NoteText
    author: str
    time: int  # ms since 1970
    via: Literal["session", "token"] = "session"  # whether the author is a person or a program
    page: Annotated[str, Meta(max_length=2048)] = ""
    place: NotePlace = NotePlace()
    journey: Annotated[str, Meta(max_length=64)] = ""
    touchpoint: Annotated[str, Meta(max_length=64)] = ""
    day: Day = ""
    release: Annotated[str, Meta(max_length=80)] = ""
    figure: FigureThen | None = None
    mentions: Mentions = ()
    answers: Annotated[tuple[Answer, ...], Meta(max_length=MOST_ANSWERS)] = ()
    resolved: bool = False
    resolved_by: str = ""
    moved_by: str = ""  # who pointed at its new place last
