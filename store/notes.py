"""The camera's notes about a picture: a code with its figures, stored as a string in the column `warnings`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

Value = int | float | str

NOTES = {
    "grows": "The page grows while it is scrolled: the picture ends where we stopped.",
    "long": "The page is so long or slow that its lower part was not scrolled through: images may be missing.",
    "late": "Images or fonts were still missing after {seconds:g} s.",
    "broken": "{n} of {images} images could not be loaded.",
    "restless": "The page did not come to rest in {seconds:g} s (it keeps loading or changing): "
    "it was photographed as it was then.",
    "moving": "The page kept moving after the steps of its state: it was photographed as it was then.",
    "in_view": "Places that show their content only while they are in view, and are blank in the picture: {n}.",
    "banner": "A cookie banner was hidden for the picture.",
    "banner_of": "A cookie banner ({name}) was hidden for the picture.",
    "private": "Files from private addresses outside the site's domains were left out: {hosts}.",
    "tall": "The page is {height:,} px tall: the picture ends at {end:,} px.",
    "wide": "The page is laid out {laid} px wide in a window of {window} px.",
    "no_viewport_tag": "The page is laid out {laid} px wide in a window of {window} px: it has no viewport tag.",
    "beyond": "Content reaches {px} px beyond the right edge: it is not in the picture.",
    "panel": "Most of this page scrolls in a panel of its own: the picture shows the top of it. "
    "A state with the step `scroll` shows more.",
    "own_browser": "Taken in somebody's own browser, so it may show more than visitors see.",
    "inside": "This page scrolls inside itself: a script moves its content, and the window does not scroll. "
    "The picture may show only the first screen, and reach says nothing here: it can reach the end at once.",
    "height": "The page is {height:,} px tall here, but {usual:,} px for its visitors at this width: "
    "something of it may be missing, or it may show more to them than to us.",
}


@dataclass(frozen=True)
class PictureNote:
    """`code` is one of NOTES and `values` are the figures in its text; older pictures have only `words` (code "")."""

    code: str
    words: str
    values: dict[str, Value] = field(default_factory=dict)


def note(code: str, **values: Value) -> str:
    """A note as it is stored.

    >>> note("broken", n=1, images=2)
    '{"note": "broken", "n": 1, "images": 2}'
    """
    NOTES[code].format(**values)
    return json.dumps({"note": code, **values}, ensure_ascii=False)


def read_note(stored: str) -> PictureNote:
    """The note in a stored string. A string without a known code is its own text.

    >>> read_note(note("broken", n=1, images=2)).words
    '1 of 2 images could not be loaded.'
    >>> read_note("Older words.")
    PictureNote(code='', words='Older words.', values={})
    """
    if not stored.startswith('{"note"'):
        return PictureNote("", stored)
    try:
        values = json.loads(stored)
        code = values.pop("note")
        return PictureNote(code, NOTES[code].format(**values), values)
    except (ValueError, LookupError, TypeError, AttributeError):
        return PictureNote("", stored)  # of a later version
