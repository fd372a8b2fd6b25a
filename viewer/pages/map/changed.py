"""The note that a page has changed since its picture was taken."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.measures.changed import NewElement, PageChange
from viewer.pages.frame.languages import Language
from viewer.pages.map.elements import shown_name


@dataclass(frozen=True)
class MissingElement:
    """An element that the picture lacks: its name, its path, and how many clicks it had."""

    name: str
    path: str
    clicks: str


@dataclass(frozen=True)
class ChangeNote:
    """What changed, in a sentence, with the elements that were clicked most."""

    words: str
    elements: tuple[MissingElement, ...]


def change_note(lang: Language, change: PageChange | None) -> ChangeNote | None:
    """The note; None if nothing has changed."""
    if change is None:
        return None
    words = lang.text(
        "The page has changed since this picture was taken. Since %(since)s, %(share)s of the clicks (%(n)s in all) "
        "are on elements that it does not have; before, %(before)s.",
        since=lang.day(change.since),
        share=lang.share(change.share, 0),
        n=lang.number(change.points),
        before=lang.share(change.share_before, 0),
    )
    return ChangeNote(words, tuple(_missing(lang, element) for element in change.new_elements))


def _missing(lang: Language, element: NewElement) -> MissingElement:
    clicks = lang.plural("%(num)s click", "%(num)s clicks", element.points)
    return MissingElement(shown_name(lang, "", element.path), element.path, clicks)
