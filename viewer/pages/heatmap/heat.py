"""A map of clicks or hovers: figures, elements, account."""

from __future__ import annotations

from collections.abc import Mapping

from aggregator.answers.explain import MapWarning
from aggregator.answers.map_figures import HeatmapFigures
from aggregator.measures.elements_table import ElementRow
from aggregator.measures.statistics import FEW
from store.layouts import Layout
from viewer.maps import HeatmapAnswer
from viewer.pages.frame.languages import Language
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.map.changed import change_note
from viewer.pages.map.elements import BOXES, LISTED, Detail, ElementLine, layers, names_of
from viewer.pages.map.layer import Figure, Layer
from viewer.pages.map.ledger import LedgerRow, account_rows
from viewer.pages.map.legend import heat_legend
from viewer.pages.map.notes import notes_of
from viewer.pages.map.picture import Box, Strips, box_of, drawn_picture

DEAD_ALARM, RAGE_ALARM = 0.25, 0.05  # shares of an element's clickers
DEAD_LEAST, RAGE_LEAST = 10, 5  # visitors: below, no share is marked as bad


def heat_layer(setting: MapSetting, found: HeatmapAnswer, strips: Strips) -> Layer:
    """Everything on the page that is specific to a click or hover map."""
    lang, figures = setting.lang, found.figures
    hover = setting.question.kind == "hover"
    return Layer(
        picture=drawn_picture(setting.urls, setting.site.id, figures.snapshot, strips, setting.fixed),
        figures=_large(lang, figures),
        elements=element_lines(lang, found, setting.every),
        columns=_columns(lang, hover),
        table_note=_table_note(lang, hover),
        account=_account(lang, figures, setting.state_names),
        account_line=_placed_line(lang, figures.placed_shares),
        unplaced=tuple((one.path or lang.text("no element"), lang.number(one.points)) for one in figures.unplaced),
        legend=heat_legend(lang, figures.scale, setting.question.kind),
        notes=notes_of(lang, _unexplained(figures)),
        changed=change_note(lang, figures.changed),
    )


def _unexplained(figures: HeatmapFigures) -> list[MapWarning]:
    """The warnings without the one that the note of a changed page explains."""
    return [one for one in figures.warnings if not (figures.changed and one.code == "many_not_placed")]


def _large(lang: Language, figures: HeatmapFigures) -> tuple[Figure, ...]:
    _, seconds = lang.text, figures.hover_seconds
    points = (
        Figure(_("Clicks"), lang.number(figures.account.drawn))
        if seconds is None
        else Figure(_("Seconds of hover"), lang.number(seconds))
    )
    visitors, views = lang.number(figures.visitors), lang.number(figures.views)
    return Figure(_("Visitors"), visitors), Figure(_("Views"), views), points


def _columns(lang: Language, hover: bool) -> tuple[str, str, str]:
    _ = lang.text
    return (_("Pointed at by"), _("of"), _("Time")) if hover else (_("Clicked by"), _("of"), _("Dead"))


def _table_note(lang: Language, hover: bool) -> str:
    _ = lang.text
    if hover:
        return _("Share of the page's visitors. Time: mean of those who pointed at it.")
    return _("Share of the page's visitors. Dead: of those who clicked, the share whose click had no effect.")


def _account(lang: Language, figures: HeatmapFigures, names: Mapping[str, str]) -> tuple[LedgerRow, ...]:
    elsewhere = [
        (_whose(lang, other.state, names), other.points, figures.state_shares.get(other.state, 0.0))
        for other in figures.states
    ]
    return account_rows(lang, figures.account, figures.account_shares, elsewhere=elsewhere)


def _whose(lang: Language, state: str, names: Mapping[str, str]) -> str:
    """The account's label for the points of another state."""
    if not state:
        return lang.text("On the page as it opens")
    return lang.text("In “%(state)s”", state=names.get(state, state))


def _placed_line(lang: Language, shares: Mapping[str, float]) -> str:
    """The share of points placed on their own element, near it, or not at all."""
    if not shares:
        return ""
    return lang.text(
        "%(own)s on their element, %(near)s on its parent or at its place on the page, %(none)s not placed.",
        own=lang.share(shares["own"]),
        near=lang.share(shares["near"]),
        none=lang.share(shares["none"]),
    )


def element_lines(lang: Language, found: HeatmapAnswer, every: bool) -> tuple[ElementLine, ...]:
    """The elements as lines and boxes, most used first."""
    rows, layout = found.figures.elements, found.map.layout
    z = layers([row.w * row.h for row in rows[:BOXES]])
    few, names = found.figures.visitors < FEW, names_of(lang, layout)
    return tuple(
        _line(lang, row, names[row.index], hover=found.map.scope.kind == "hover", few=few).placed(
            _box(layout, row, z[i]) if i < BOXES else None, every or i < LISTED
        )
        for i, row in enumerate(rows)
    )


def _box(layout: Layout, row: ElementRow, z: int) -> Box | None:
    if not layout.visible[row.index]:
        return None
    return box_of(row.x, row.y, row.w, row.h, float(layout.width), float(layout.height), z)


def _line(lang: Language, row: ElementRow, name: str, *, hover: bool, few: bool) -> ElementLine:
    dead_bad = not hover and not few and row.dead_share >= DEAD_ALARM and row.visitors >= DEAD_LEAST
    return ElementLine(
        id=f"e{row.index}",
        name=name,
        share=lang.share(row.share),
        interval=lang.between(row.low, row.high),
        of=lang.number(row.of),
        extra=lang.span(row.dwell_ms) if hover else lang.share(row.dead_share, 0),
        bad=dead_bad,
        box=None,
        detail=_detail(lang, row, hover, dead_bad),
        listed=False,
    )


def _detail(lang: Language, row: ElementRow, hover: bool, dead_bad: bool) -> list[Detail]:
    """Every figure of one element, for the panel."""
    _ = lang.text
    share = f"{lang.share(row.share)} ({lang.between(row.low, row.high)})"
    detail = [
        Detail(_("Pointed at by") if hover else _("Clicked by"), share),
        Detail(_("Visitors"), _("%(n)s of %(all)s", n=lang.number(row.visitors), all=lang.number(row.of))),
    ]
    if hover:
        return [*detail, Detail(_("Mean time"), lang.span(row.dwell_ms))]
    rage_bad = row.rage_share >= RAGE_ALARM and row.rage >= RAGE_LEAST
    drags = Detail(_("Of these, drags"), lang.number(row.dragged), help="rage")
    return [
        *detail,
        Detail(_("Clicks"), lang.number(row.clicks)),
        *([drags] if row.dragged else []),
        Detail(_("Nothing happened (dead)"), lang.share(row.dead_share, 0), "bad" if dead_bad else "", "dead"),
        Detail(_("Rage"), lang.share(row.rage_share, 0), "bad" if rage_bad else "", "rage"),
    ]
