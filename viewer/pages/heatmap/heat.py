"""A map of clicks or hovers: figures, elements, account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from aggregator.answers.explain import MapWarning
from aggregator.answers.map_figures import HeatmapFigures
from store.kinds import LayerName
from viewer.maps import HeatmapAnswer
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.heatmap.ignored import ignored_columns, ignored_lines, ignored_note
from viewer.pages.heatmap.setting import MapSetting
from viewer.pages.heatmap.shares import Shares, base_words, shares_of
from viewer.pages.heatmap.table import base_choices, columns_of, element_lines, name_column, table_note
from viewer.pages.map.changed import change_note
from viewer.pages.map.elements import Column, ElementLine
from viewer.pages.map.layer import Figure, Layer
from viewer.pages.map.ledger import LedgerRow, account_rows
from viewer.pages.map.legend import Legend, heat_legend, step_legend
from viewer.pages.map.notes import notes_of
from viewer.pages.map.picture import Strips, drawn_picture


def heat_layer(setting: MapSetting, found: HeatmapAnswer, strips: Strips) -> Layer:
    """Everything on the page that is specific to a map of clicks or hovers."""
    lang, figures, name = setting.lang, found.figures, setting.question.drawn_layer
    shares = shares_of(figures, setting.look.base)
    return Layer(
        name=name,
        picture=drawn_picture(setting.urls, setting.site.id, figures.snapshot, strips, setting.fixed),
        figures=_large(lang, figures),
        by_name=name_column(setting),
        **_table(setting, found, shares),
        account=_account(setting, figures),
        account_line=_placed_line(lang, figures.placed_shares),
        unplaced=tuple((one.path or lang.text("no element"), lang.number(one.points)) for one in figures.unplaced),
        legend=_legend(lang, name, figures, shares),
        notes=notes_of(lang, _unexplained(figures)),
        changed=change_note(lang, figures.changed),
        is_first=any(one.code == "one_in_ten" for one in figures.warnings),
    )


class _Table(TypedDict):
    elements: tuple[ElementLine, ...]
    columns: tuple[Column, ...]
    bases: tuple[Choice, ...]
    table_note: str


def _table(setting: MapSetting, found: HeatmapAnswer, shares: Shares) -> _Table:
    """The parts of a layer about elements."""
    lang, hover = setting.lang, setting.question.kind == "hover"
    measured = found.figures.measured_visitors > 0
    if setting.question.drawn_layer == "ignored":
        return _Table(
            elements=ignored_lines(setting, found),
            columns=ignored_columns(setting),
            bases=(),
            table_note=ignored_note(lang),
        )
    return _Table(
        elements=element_lines(setting, found),
        columns=columns_of(setting, found.figures.elements, hover),
        bases=base_choices(setting, shares, hover, measured),
        table_note=table_note(setting, shares, hover, measured),
    )


def _legend(lang: Language, name: LayerName, figures: HeatmapFigures, shares: Shares) -> Legend:
    if name == "confetti":
        return Legend(lang.text("Each click is a dot"), ())
    if name == "ignored":
        return Legend(lang.text("Seen by many, touched by nobody"), ())
    if name != "elements":
        return heat_legend(lang, figures.scale, name)
    return step_legend(lang, lang.text("%% of %(base)s who clicked it", base=base_words(lang, shares.base)))


def _unexplained(figures: HeatmapFigures) -> list[MapWarning]:
    """The warnings without the one that the note of a changed page explains."""
    return [one for one in figures.warnings if not (figures.changed and one.code == "many_not_placed")]


def _large(lang: Language, figures: HeatmapFigures) -> tuple[Figure, ...]:
    _, seconds = lang.text, figures.hover_seconds
    points = (
        Figure(_("Clicks"), lang.number(figures.account.drawn), "clicked-by")
        if seconds is None
        else Figure(_("Seconds of hover"), lang.number(seconds), "clicked-by")
    )
    visitors, views = lang.number(figures.visitors), lang.number(figures.views)
    return Figure(_("Visitors"), visitors, "visitors"), Figure(_("Views"), views, "visitors"), points


def _account(setting: MapSetting, figures: HeatmapFigures) -> tuple[LedgerRow, ...]:
    lang, names = setting.lang, setting.state_names
    elsewhere = [
        (_whose(lang, other.state, names), other.points, figures.state_shares.get(other.state, 0.0))
        for other in figures.states
    ]
    return account_rows(
        lang, figures.account, figures.account_shares, outside=setting.narrowed.outside, elsewhere=elsewhere
    )


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
