"""The tables of the overview: visitors by how they came, what they saw and what they use. A row is a filter."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.overview import OverviewFigures, SplitRow, SplitTable
from aggregator.measures.statistics import FEW
from aggregator.shapes.overview import Split
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.links import address
from viewer.pages.overview.narrowing import NarrowedLine
from viewer.pages.overview.view import GROUPS, OverviewView
from viewer.pages.sentences.names import trait_name

PAGES = ("saw", "landing", "exit")


@dataclass(frozen=True)
class TableLine:
    """One row as text. `width`: of the bar behind its name; `href`: the page narrowed to it, "" if it cannot be;
    `map`: the map of the page that it names; `versus`: the share of everyone if something narrows, else that before."""

    id: str
    name: str
    href: str
    on: bool
    map: str
    width: str
    visitors: str
    share: str
    rate: str
    interval: str
    versus: str
    css: str


@dataclass(frozen=True)
class VisitorTable:
    """One table. `more`: how many values are not listed, with a link to all of them; None if all are."""

    id: str
    name: str
    tabs: tuple[Choice, ...]
    lines: tuple[TableLine, ...]
    more: Choice | None


@dataclass(frozen=True)
class TableSetting:
    """What all tables need. `one_in`: counts are estimated from one visitor in so many."""

    lang: Language
    urls: Urls
    view: OverviewView
    one_in: int

    @property
    def few(self) -> int:
        """Below so many visitors, a share is not shown."""
        return FEW * self.one_in


def tables_of(lang: Language, urls: Urls, found: OverviewFigures, view: OverviewView) -> tuple[VisitorTable, ...]:
    """The tables of a page, each with the split that is chosen in it."""
    tables = {table.by: table for table in found.splits}
    return tuple(
        _table(TableSetting(lang, urls, view, found.one_in), group, tables[view.chosen(group)]) for group in GROUPS
    )


def _table(setting: TableSetting, group: tuple[Split, ...], table: SplitTable) -> VisitorTable:
    lang, view = setting.lang, setting.view
    most = max((row.visitors for row in table.rows), default=1)
    anchor = f"by-{group[0]}"
    left = table.values - len(table.rows)
    more = Choice(lang.plural("%(num)s more", "%(num)s more", left), view.to(whole=table.by) + f"#{anchor}")
    return VisitorTable(
        id=anchor,
        name=trait_name(lang, table.by),
        tabs=tuple(
            Choice(trait_name(lang, by), view.to(by=view.with_split(group, by)) + f"#{anchor}", by == table.by)
            for by in group
        ),
        lines=tuple(_line(setting, table.by, row, row.visitors / most, anchor) for row in table.rows),
        more=more if left > 0 else None,
    )


def _line(setting: TableSetting, by: Split, row: SplitRow, width: float, anchor: str) -> TableLine:
    lang, urls, view = setting.lang, setting.urls, setting.view
    one, question, few = NarrowedLine(by, row.value), view.question, row.visitors < setting.few
    can_narrow = by != "device" or row.value in ("phone", "tablet", "desktop")
    map_query = {"page": row.value, **question.query("page")}
    return TableLine(
        id=f"{anchor}-{by}",
        name=view.name(lang, by, row.value),
        href=view.links.to(**one.change(question)) + f"#{anchor}" if can_narrow else "",
        on=one.is_on(question),
        map=address(urls.heatmap(view.site), map_query) if by in PAGES and row.value else "",
        width=f"{100 * width:.1f}%",
        visitors=lang.number(row.visitors),
        share=lang.share(row.share),
        rate=lang.text("few") if few else lang.share(row.rate),
        interval="" if few else lang.between(row.low, row.high),
        versus=_versus(setting, row),
        css=("bad" if (row.rate > row.before_rate) == view.more_is_worse else "good") if row.beyond_chance else "",
    )


def _versus(setting: TableSetting, row: SplitRow) -> str:
    visitors, rate = row.before_visitors, row.before_rate
    if row.everyone_visitors is not None and row.everyone_rate is not None:
        visitors, rate = row.everyone_visitors, row.everyone_rate
    return setting.lang.share(rate) if visitors >= setting.few else ""
