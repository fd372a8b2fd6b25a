"""The table of a page that has no picture yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.answers.unpictured import UsedPath
from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.shares import interval_words, share_words
from viewer.pages.map.elements import shown_name


@dataclass(frozen=True)
class UnpicturedLine:
    """One element with its figures as text."""

    name: str
    path: str
    share: str
    interval: str
    of: str
    points: str


def unpictured_lines(lang: Language, used: Sequence[UsedPath]) -> tuple[UnpicturedLine, ...]:
    return tuple(
        UnpicturedLine(
            name=shown_name(lang, "", one.path),
            path=one.path,
            share=share_words(lang, one.users),
            interval=interval_words(lang, one.users),
            of=lang.number(one.users.of),
            points=lang.number(one.points),
        )
        for one in used
    )
