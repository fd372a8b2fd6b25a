"""What was measured of a comparison: the verdict with its checks, the two maps, the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aggregator.answers.comparison_figures import ArmFigures
from aggregator.answers.sets_figures import SetFigures
from viewer.maps import ComparisonAnswer
from viewer.pages.compare.compared import variants_compared
from viewer.pages.compare.rows import (
    DifferencePane,
    Row,
    axis_of,
    difference_of,
    level_words,
    reach_of,
    rows_of,
    says_something,
)
from viewer.pages.compare.setting import ComparisonSetting
from viewer.pages.compare.verdict import Check, Verdict, checks_of, method_of, notes_of, verdict_of
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.ledger import LedgerRow, account_rows
from viewer.pages.map.legend import Legend, Tick, heat_legend
from viewer.pages.map.picture import DrawnPicture, Strips, drawn_picture


@dataclass(frozen=True)
class Pane:
    """One of the two maps."""

    title: str
    visitors: str
    picture: DrawnPicture


@dataclass(frozen=True)
class MapAccount:
    """What became of every point of one of the two maps."""

    title: str
    rows: tuple[LedgerRow, ...]


@dataclass(frozen=True)
class Table:
    """Element by element. `axis`: ticks above the intervals; `method`: how it was calculated, in a few sentences."""

    rows: list[Row]
    all_rows: Choice | None
    axis: tuple[Tick, ...]
    interval_label: str
    method: str


@dataclass(frozen=True)
class Result:
    """The result: the verdict with its checks, the two maps with their difference, the table."""

    verdict: Verdict
    checks: list[Check]
    notes: tuple[str, ...]
    panes: list[Pane]
    legend: Legend
    difference: DifferencePane
    accounts: tuple[MapAccount, ...]
    table: Table


def map_account(lang: Language, letter: str, name: str, of: SetFigures | ArmFigures) -> MapAccount:
    """The account of one of two maps. The line of those outside names the set that they are not in."""
    outside = lang.text("Outside: %(names)s", names=name)
    title = letter if name == letter else f"{letter}, {name}"
    return MapAccount(title, account_rows(lang, of.account, of.account_shares, outside=outside))


def result_of(setting: ComparisonSetting, found: ComparisonAnswer, strips: Sequence[Strips]) -> Result:
    lang, figures, compared = setting.lang, found.figures, variants_compared(found)
    reach = reach_of(compared)
    return Result(
        verdict=verdict_of(lang, found),
        checks=checks_of(lang, figures),
        notes=notes_of(lang, figures),
        panes=[
            _pane(setting, letter, arm, found.figures.scale.cap, of_arm)
            for letter, arm, of_arm in zip("AB", figures.arms, strips, strict=True)
        ],
        legend=heat_legend(lang, figures.scale, setting.question.kind, shared=True),
        difference=difference_of(lang, setting.pictures_of("B"), setting.site.id, compared, strips[1], reach),
        accounts=tuple(
            map_account(lang, letter, arm.name, arm) for letter, arm in zip("AB", figures.arms, strict=True)
        ),
        table=Table(
            rows=rows_of(lang, compared, reach, setting.every),
            all_rows=_all_rows(setting, found),
            axis=axis_of(lang, reach),
            interval_label=lang.text("%(level)s interval", level=level_words(lang, figures.level)),
            method=method_of(lang, figures),
        ),
    )


def _pane(setting: ComparisonSetting, letter: str, arm: ArmFigures, cap: float, strips: Strips) -> Pane:
    """The map of one variant; `cap`: top of the scale of both."""
    question = replace(
        setting.question, variant=(setting.experiment.id, arm.variant), width=arm.snapshot.width, experiment=""
    )
    query = question.fixed(setting.asked.today).query() | {"cap": f"{cap:g}"}
    visitors = setting.lang.plural("%(num)s visitor", "%(num)s visitors", arm.visitors)
    return Pane(
        letter if arm.name == letter else f"{letter}, {arm.name}",
        visitors,
        drawn_picture(setting.pictures_of(letter), setting.site.id, arm.snapshot, strips, query),
    )


def _all_rows(setting: ComparisonSetting, found: ComparisonAnswer) -> Choice | None:
    rows = found.figures.rows
    if setting.every or all(says_something(row) == says_something(rows[0]) for row in rows):
        return None
    label = setting.lang.text("All %(n)s elements", n=setting.lang.number(len(rows)))
    return Choice(label, setting.links.to(every=True))
