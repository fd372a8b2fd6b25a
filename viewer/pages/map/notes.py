"""What a map says about itself (codes of aggregator.answers.explain), in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.answers.explain import MapWarning
from viewer.pages.frame.languages import Language
from viewer.pages.map.picture_notes import words_of as note_words

# said by the empty state and the account, in their place
ELSEWHERE = frozenset(
    ("page_unknown", "nothing_placed", "segment_empty", "only_bots", "only_excluded", "only_in_states", "no_points")
)


def notes_of(lang: Language, warnings: Iterable[MapWarning]) -> tuple[str, ...]:
    """The warnings that stand above the picture."""
    return tuple(words_of(lang, w) for w in warnings if w.code not in ELSEWHERE)


def reasons_of(lang: Language, warnings: Iterable[MapWarning]) -> tuple[str, ...]:
    """The warnings that explain an empty map."""
    return tuple(words_of(lang, w) for w in warnings if w.code in (*ELSEWHERE, "other_period"))


def words_of(lang: Language, warning: MapWarning) -> str:
    """One warning as a sentence with its figures."""
    _, v = lang.text, warning.values

    def n(name: str) -> str:
        return lang.number(float(v.get(name, 0)))

    match warning.code:
        case "page_unknown":
            return _("Nothing was ever received for this page.")
        case "other_period":
            first, last = lang.day(str(v["first"])), lang.day(str(v["last"]))
            return _("Nothing in these days; there is something from %(first)s to %(last)s.", first=first, last=last)
        case "only_bots":
            return _("All %(n)s came from robots.", n=n("n"))
        case "only_excluded":
            return _("All %(n)s came from excluded visitors, such as your team.", n=n("n"))
        case "segment_empty":
            return _("What is chosen takes everything: %(n)s lie outside of it.", n=n("n"))
        case "nothing_placed":
            return _(
                "None of the %(n)s found its element: the page has changed since, or the picture is of another page.",
                n=n("n"),
            )
        case "only_in_states":
            return _("All %(n)s were made in other states of the page: see their maps.", n=n("n"))
        case "no_points":
            return _("%(n)s visitors came, and none of them did this here.", n=n("visitors"))
        case "many_hidden":
            return _(
                "%(share)s were made on elements that are hidden here, such as a menu: see the other widths, "
                "or give the page a state that opens it.",
                share=lang.share(float(v["share"])),
            )
        case "many_not_placed":
            return _(
                "%(share)s no longer find their element: the page may have changed since the picture. Take a new one.",
                share=lang.share(float(v["share"])),
            )
        case "few_visitors":
            return _("Only %(n)s visitors: shares say little below %(least)s.", n=n("visitors"), least=n("least"))
        case "variant_picture_missing":
            return _("There is no picture of variant %(key)s: it is drawn on the usual one.", key=str(v["variant"]))
        case "page_height_differs":
            return _(
                "Visitors had a page %(seen)s px tall, the picture is %(picture)s px: it may not be what they saw.",
                seen=n("seen"),
                picture=n("picture"),
            )
        case "events_cut":
            return _("Very busy views dropped %(n)s events.", n=n("n"))
    about = note_words(lang, str(v.get("note", "")), v, str(v.get("words", warning.code)))
    return _("About this picture: %(warning)s", warning=about)
