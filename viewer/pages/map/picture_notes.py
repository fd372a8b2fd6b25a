"""Texts for the camera's notes about a picture (codes of store.notes)."""

from __future__ import annotations

from collections.abc import Mapping

from store.notes import Value, read_note
from viewer.pages.frame.languages import Language


def stored_words(lang: Language, stored: str) -> str:
    """A note stored in `Snapshot.warnings`, as a sentence."""
    noted = read_note(stored)
    return words_of(lang, noted.code, noted.values, noted.words)


def words_of(lang: Language, code: str, values: Mapping[str, Value], english: str) -> str:
    """A note as a sentence; `english` if its code is unknown, as for older pictures."""
    sentence = _sentences(lang).get(code)
    if sentence is None:
        return english
    return sentence % {
        name: value if isinstance(value, str) else lang.number(float(value)) for name, value in values.items()
    }


def _sentences(lang: Language) -> dict[str, str]:
    """Code of the note → sentence with placeholders."""
    _ = lang.text
    return {
        "grows": _("The page grows while it is scrolled: the picture ends where scrolling stopped."),
        "long": _("The page is so long or slow that its lower part was not scrolled: images may be missing."),
        "late": _("Images or fonts were still missing after %(seconds)s s."),
        "broken": _("%(n)s of %(images)s images could not be loaded."),
        "restless": _(
            "The page did not come to rest in %(seconds)s s (it keeps loading or changing): "
            "it was photographed as it was then."
        ),
        "moving": _("The page kept moving after the steps of its state: it was photographed as it was then."),
        "in_view": _(
            "Places that show their content only while they are in view, and are blank in the picture: %(n)s."
        ),
        "banner": _("A cookie banner was hidden for the picture."),
        "banner_of": _("A cookie banner (%(name)s) was hidden for the picture."),
        "private": _("Files from private addresses outside the site's domains were left out: %(hosts)s."),
        "tall": _("The page is %(height)s px tall: the picture ends at %(end)s px."),
        "wide": _("The page is laid out %(laid)s px wide in a window of %(window)s px."),
        "no_viewport_tag": _(
            "The page is laid out %(laid)s px wide in a window of %(window)s px: it has no viewport tag."
        ),
        "beyond": _("Content reaches %(px)s px beyond the right edge: it is not in the picture."),
        "panel": _(
            "Most of this page scrolls inside a panel: the picture shows only its top. A state with a "
            "“scroll” step shows more."
        ),
        "own_browser": _("Taken in somebody's own browser, so it may show more than visitors see."),
        "inside": _(
            "This page scrolls inside itself: a script moves its content, and the window does not scroll. The "
            "picture may show only the first screen, and reach says nothing here: it can reach the end at once."
        ),
        "height": _(
            "The page is %(height)s px tall here, but %(usual)s px for its visitors at this width: part of "
            "it may be missing, or visitors may be shown more."
        ),
    }
