"""What the camera noted about a picture (codes of store.notes), in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from store.notes import Value, read_note
from viewer.pages.frame.languages import Language


def stored_words(lang: Language, stored: str) -> str:
    """A note as it stands in `Snapshot.warnings`, as a sentence."""
    noted = read_note(stored)
    return words_of(lang, noted.code, noted.values, noted.words)


def words_of(lang: Language, code: str, values: Mapping[str, Value], english: str) -> str:
    """A note as a sentence; `english` where its code is not known, as of older pictures."""
    _ = lang.text

    def n(name: str) -> str:
        return lang.number(float(values[name]))

    match code:
        case "grows":
            return _("The page grows while it is scrolled: the picture ends where we stopped.")
        case "long":
            return _("The page is so long or slow that its lower part was not scrolled: images may be missing.")
        case "late":
            return _("Images or fonts were still missing after %(n)s s.", n=n("seconds"))
        case "broken":
            return _("%(n)s of %(images)s images could not be loaded.", n=n("n"), images=n("images"))
        case "restless":
            return _(
                "The page did not come to rest in %(n)s s (it keeps loading or changing): "
                "it was photographed as it was then.",
                n=n("seconds"),
            )
        case "moving":
            return _("The page kept moving after the steps of its state: it was photographed as it was then.")
        case "banner":
            return _("A cookie banner was hidden for the picture.")
        case "banner_of":
            return _("A cookie banner (%(name)s) was hidden for the picture.", name=values["name"])
        case "private":
            return _(
                "Files from private addresses outside the site's domains were left out: %(hosts)s.",
                hosts=values["hosts"],
            )
        case "tall":
            return _(
                "The page is %(height)s px tall: the picture ends at %(end)s px.", height=n("height"), end=n("end")
            )
        case "wide":
            return _(
                "The page lays itself out %(laid)s px wide in a window of %(window)s px.",
                laid=n("laid"),
                window=n("window"),
            )
        case "no_viewport_tag":
            return _(
                "The page lays itself out %(laid)s px wide in a window of %(window)s px: it has no viewport tag.",
                laid=n("laid"),
                window=n("window"),
            )
        case "beyond":
            return _("Content reaches %(n)s px beyond the right edge: it is not in the picture.", n=n("px"))
        case "panel":
            return _(
                "Most of this page scrolls in a panel of its own: the picture shows the top of it. "
                "A state with the step “scroll” shows more."
            )
        case "height":
            return _(
                "The page is %(height)s px tall here, but %(usual)s px for its visitors at this width: "
                "something of it may be missing, or it may show more to them than to us.",
                height=n("height"),
                usual=n("usual"),
            )
    return english
