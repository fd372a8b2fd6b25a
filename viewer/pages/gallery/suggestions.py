"""Groups that are suggested above the gallery: a line for each pattern that many addresses share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.answers.page_groups import SuggestedGroup
from store.pages import page_path
from viewer.pages.gallery.cards import Shelf

SHOWN_SUGGESTIONS = 3
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Suggestion:
    """`make`: the form of a new group with this pattern; `see`: the list of its addresses."""

    pattern: str
    count_line: str
    examples: tuple[str, ...]
    more_line: str
    make: str
    see: str
    see_label: str


@dataclass(frozen=True)
class Suggestions:
    """`decline`: where a pattern is declined. `left`: how many more there are, as text; `declined`: how many were."""

    lines: tuple[Suggestion, ...] = ()
    left: str = ""
    declined: str = ""
    decline: str = ""


def suggestions_of(shelf: Shelf, found: Sequence[SuggestedGroup], declined: int) -> Suggestions:
    lang = shelf.lang
    left = len(found) - SHOWN_SUGGESTIONS
    return Suggestions(
        lines=tuple(_suggestion(shelf, one) for one in found[:SHOWN_SUGGESTIONS]),
        left=lang.plural("%(num)s more pattern.", "%(num)s more patterns.", left) if left > 0 else "",
        declined=lang.plural("%(num)s suggestion was declined.", "%(num)s suggestions were declined.", declined)
        if declined
        else "",
        decline=shelf.urls.declined_groups(shelf.site),
    )


def _suggestion(shelf: Shelf, one: SuggestedGroup) -> Suggestion:
    lang = shelf.lang
    others = one.addresses - len(one.examples)
    visitors = lang.plural("%(num)s visitor", "%(num)s visitors", one.visitors)
    return Suggestion(
        pattern=one.pattern,
        count_line=lang.plural("%(num)s address looks alike:", "%(num)s addresses look alike:", one.addresses),
        examples=tuple(page_path(page) for page in one.examples),
        more_line=lang.plural(
            "and %(num)s more, %(visitors)s.", "and %(num)s more, %(visitors)s.", others, visitors=visitors
        ),
        make=shelf.urls.new_group(shelf.site, pages=one.pattern, name=name_for(one.pattern)),
        see=shelf.urls.pages(shelf.site, page=one.pattern),
        see_label=lang.text("See the %(n)s", n=lang.number(one.addresses)),
    )


def name_for(pattern: str) -> str:
    """A name for the group of a pattern: its last word.

    >>> name_for("/*-lamps/*"), name_for("/letters/*"), name_for("/12/*")
    ('Lamps', 'Letters', '')
    """
    words = _WORD.findall(pattern)
    return words[-1].capitalize() if words else ""
