"""The table that places the visitor of a walk among the others at a touchpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aggregator.measures.statistics import FEW
from aggregator.shapes.walks import AtTouchpoint, Usual
from viewer.pages.frame.languages import Language
from viewer.pages.map.elements import shown_name


@dataclass(frozen=True)
class UsualRow:
    """`bad`: the visitor did not go on."""

    label: str
    one: str
    left: str
    went_on: str
    bad: bool = False


@dataclass(frozen=True)
class UsualTable:
    """`left` and `went_on`: how many visitors each column is of."""

    at: str
    left: str
    went_on: str
    rows: tuple[UsualRow, ...]


def usual_table(lang: Language, name: str, usual: Usual) -> UsualTable:
    """`name`: of the touchpoint."""
    _ = lang.text
    yes, no = _("yes"), _("no")

    def both(shown: Callable[[AtTouchpoint], str]) -> tuple[str, str]:
        left, went_on = (shown(one) for one in (usual.left, usual.went_on))
        return left, went_on

    def engaged(one: AtTouchpoint) -> str:
        return _("few") if one.engaged_of < FEW or one.engaged_ms is None else lang.span(one.engaged_ms)

    def pressed(one: AtTouchpoint) -> str:
        return _("few") if one.visitors < FEW else lang.share(one.pressed / one.visitors)

    rows = []
    if usual.engaged_ms is not None:
        rows.append(UsualRow(_("Engaged, median"), lang.span(usual.engaged_ms), *both(engaged)))
    if usual.element:
        rows.append(
            UsualRow(_("Pressed “%(name)s”", name=shown_name(lang, usual.name, usual.element)), yes, *both(pressed))
        )
    went_on = no if usual.has_left else yes
    rows.append(UsualRow(_("Went on"), went_on, lang.share(0.0, 0), lang.share(1.0, 0), bad=usual.has_left))
    left, others = both(lambda one: lang.number(one.visitors))
    return UsualTable(_("At %(name)s", name=name), left, others, tuple(rows))
