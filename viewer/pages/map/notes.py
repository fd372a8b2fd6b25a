"""Texts for a map's warnings (codes of aggregator.answers.explain)."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.answers.explain import MapWarning
from viewer.pages.frame.languages import Language
from viewer.pages.map.picture_notes import words_of as note_words

# shown by the empty state and the account instead
ELSEWHERE = frozenset(
    ("page_unknown", "nothing_placed", "segment_empty", "only_bots", "only_excluded", "only_in_states", "no_points")
)


def notes_of(lang: Language, warnings: Iterable[MapWarning]) -> tuple[str, ...]:
    """The warnings shown above the picture."""
    return tuple(words_of(lang, w) for w in warnings if w.code not in ELSEWHERE)


def reasons_of(lang: Language, warnings: Iterable[MapWarning]) -> tuple[str, ...]:
    """The warnings that explain an empty map."""
    return tuple(words_of(lang, w) for w in warnings if w.code in (*ELSEWHERE, "other_period"))


def words_of(lang: Language, warning: MapWarning) -> str:
    """One warning as a sentence with its figures."""
    sentence = _sentences(lang).get(warning.code)
    if sentence is not None:
        return sentence % {name: _written(lang, name, value) for name, value in warning.values.items()}
    v = warning.values
    about = note_words(lang, str(v.get("note", "")), v, str(v.get("words", warning.code)))
    return lang.text("About this picture: %(warning)s", warning=about)


def _sentences(lang: Language) -> dict[str, str]:
    """Code of the warning → sentence with placeholders."""
    _ = lang.text
    return {
        "page_unknown": _("Nothing has been received for this page yet."),
        "other_period": _("Nothing in this period; there is data from %(first)s to %(last)s."),
        "only_bots": _("All %(n)s came from bots."),
        "only_excluded": _("All %(n)s came from excluded visitors, such as your own people."),
        "segment_empty": _("Nothing matches the selection: %(n)s are outside it."),
        "nothing_placed": _(
            "None of the %(n)s found its element: the page has changed since, or the picture shows another page."
        ),
        "only_in_states": _("All %(n)s were made in other states of the page: look at their maps."),
        "no_points": _("%(visitors)s visitors came, but none of them did this here."),
        "many_hidden": _(
            "%(share)s were made on elements that are hidden here, such as a menu. Look at the other "
            "widths, or define a state that opens them."
        ),
        "many_not_placed": _(
            "%(share)s no longer find their element: the page may have changed since the picture was taken. "
            "Take a new one."
        ),
        "look_alikes": _(
            "%(share)s were made on look-alikes: elements that nothing tells from others in their list. The list may "
            "have changed since, so they are not placed."
        ),
        "one_in_ten": _(
            "A first answer from one visitor in ten, %(visitors)s of them, with wider intervals. The exact numbers "
            "replace it as soon as they are counted."
        ),
        "few_visitors": _("Only %(visitors)s visitors: shares mean little below %(least)s."),
        "variant_picture_missing": _(
            "There is no picture of variant %(variant)s, so its map is drawn on the usual one."
        ),
        "page_height_differs": _(
            "The page was %(seen)s px tall for visitors, but the picture is %(picture)s px tall: it may not "
            "show what they saw."
        ),
        "not_random": _("These two groups were not chosen at random; they may differ in who came."),
        "in_both_sets": _("%(n)s visitors (%(share)s) are in both groups and count in each."),
        "events_cut": _("%(n)s events were dropped in very busy views."),
    }


def _written(lang: Language, name: str, value: int | float | str) -> str:
    """A value in this language's format."""
    if name in ("first", "last"):
        return lang.day(str(value))
    if isinstance(value, str):
        return value
    return lang.share(value) if name == "share" else lang.number(value)
