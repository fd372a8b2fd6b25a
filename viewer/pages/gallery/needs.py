"""What needs attention first: the elements that frustrate most visitors."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.measures.elements_table import ElementRow
from viewer.maps import HeatmapAnswer
from viewer.pages.frame.languages import Language
from viewer.pages.map.elements import names_of

DEAD_LEAST, RAGE_LEAST = 0.30, 0.05  # share of an element's clickers; below, it is not mentioned
HURT, HURT_SHARE = 10, 0.03  # visitors affected, and their share of the page's visitors; below, it is not mentioned


@dataclass(frozen=True)
class Hurt:
    """How an element frustrates visitors, as text; `share` of the page's `visitors` were affected."""

    words: str
    label: str
    share: str
    visitors: str


def worst_of(lang: Language, found: HeatmapAnswer) -> Hurt | None:
    """The element of a page that frustrates most visitors; None if there is none."""
    worst = max((_hurt(row) for row in found.figures.elements), key=lambda one: one[0], default=None)
    if worst is None:
        return None
    hurt, row, by_rage = worst
    of = max(1, found.figures.visitors)
    if hurt < HURT or hurt < HURT_SHARE * of:
        return None
    name = names_of(lang, found.map.layout)[row.index]
    share, visitors = lang.share(hurt / of), lang.number(found.figures.visitors)
    _ = lang.text
    if by_rage:
        words = _("“%(element)s” is pressed again and again by %(share)s of those who press it.",
                  element=name, share=lang.share(row.rage_share, 0))  # fmt: skip
        return Hurt(words, _("Rage by"), share, visitors)
    words = _("“%(element)s” does nothing for %(share)s of those who press it.",
              element=name, share=lang.share(row.dead_share, 0))  # fmt: skip
    return Hurt(words, _("Dead clicks by"), share, visitors)


def _hurt(row: ElementRow) -> tuple[int, ElementRow, bool]:
    """(visitors affected, row, whether by rage): the worse of dead and rage clicks, if above the thresholds."""
    rage = row.rage if row.rage_share >= RAGE_LEAST else 0
    dead = row.dead if row.dead_share >= DEAD_LEAST else 0
    return max((dead, row, False), (rage, row, True), key=lambda one: one[0])
