"""The figures of a site in words: value, interval, the period before, and whether the change is beyond chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.answers.overview import BOUNCE, GOAL, DayFigures, OverviewFigures, SiteFigure
from aggregator.measures.change import FigureChange
from viewer.pages.frame.languages import Language
from viewer.pages.map.durations import duration

COUNTS = ("visitors", "visits", "views")
FIGURES = (*COUNTS, BOUNCE, "engaged_ms")
PARAMETER = "figure"


@dataclass(frozen=True)
class FigureTile:
    """One figure as text. `number`: of the visitors who reached a goal; `change`: how it changed; `interval`: of the
    change; `everyone`: the same of everyone, if something narrows; `daily`: for its line.
    """

    label: str
    href: str
    on: bool
    value: str
    number: str
    detail: str
    before: str
    change: str
    interval: str
    everyone: str
    css: str
    daily: list[float]


def figure_name(lang: Language, name: str, goals: Mapping[str, str]) -> str:
    """The name of a figure; `goals`: the names of goals by id."""
    _ = lang.text
    if name.startswith(GOAL):
        return _("Goal: %(name)s", name=goals[name.removeprefix(GOAL)])
    return {
        "visitors": _("Visitors"),
        "visits": _("Visits"),
        "views": _("Views"),
        "bounce": _("Bounce"),
        "engaged_ms": _("Engaged, median"),
    }[name]


def tile_of(
    lang: Language, found: OverviewFigures, figure: SiteFigure, goals: Mapping[str, str], href: str, on: bool
) -> FigureTile:
    """The tile of a figure, with a link that draws its trend."""
    _, change = lang.text, figure.change
    words, interval = change_words(lang, figure.name, change)
    return FigureTile(
        label=figure_name(lang, figure.name, goals),
        href=href,
        on=on,
        value=value_words(lang, figure.name, figure.value),
        number=lang.number(figure.hits) if figure.name.startswith(GOAL) and figure.hits is not None else "",
        detail=_detail(lang, found, figure),
        before=_("%(value)s before", value=value_words(lang, figure.name, figure.before)) if change else "",
        change=words,
        interval=interval,
        everyone=_everyone(lang, found, figure),
        css=direction(figure),
        daily=[of_day(day, figure.name) for day in found.days],
    )


def value_words(lang: Language, name: str, value: float) -> str:
    """`45,604`, `39.2%`, `1 min 26 s`."""
    if name in COUNTS:
        return lang.number(value)
    return duration(lang, value) if name == "engaged_ms" else lang.share(value)


def change_words(lang: Language, name: str, change: FigureChange | None) -> tuple[str, str]:
    """How a figure changed, and the interval of the change; ("", "") if there was nothing before."""
    if change is None:
        return "", ""
    _ = lang.text
    if not change.beyond_chance:
        return _("within chance"), ""
    low, high = (_difference(lang, name, one) for one in (change.low, change.high))
    return _difference(lang, name, change.by, unit=True), _("(%(low)s to %(high)s)", low=low, high=high)


def of_day(day: DayFigures, name: str) -> float:
    """The value of a figure on a day."""
    hits, of = counts_of_day(day, name)
    if of is not None:
        return hits / of if of else 0.0
    return float(getattr(day, name))


def counts_of_day(day: DayFigures, name: str) -> tuple[int, int | None]:
    """What a share on a day is made of; (0, None) for a figure that is no share."""
    if name.startswith(GOAL):
        return day.reached[name.removeprefix(GOAL)], day.visitors
    return (day.bounced, day.visits) if name == BOUNCE else (0, None)


def direction(figure: SiteFigure) -> str:
    """Only a change of a goal is good or bad."""
    change = figure.change
    if not figure.name.startswith(GOAL) or change is None or not change.beyond_chance:
        return ""
    return "good" if change.by > 0 else "bad"


def _everyone(lang: Language, found: OverviewFigures, figure: SiteFigure) -> str:
    """The figure of everyone: a rate as it is, visits and views for each of the larger unit."""
    _ = lang.text
    if figure.everyone is None:
        return ""
    counts = {one.name: one.everyone or 0.0 for one in found.figures}
    larger = {"visits": "visitors", "views": "visits"}.get(figure.name)
    if figure.name == "visitors":
        share = lang.share(figure.value / figure.everyone) if figure.everyone else ""
        return _("%(share)s of %(n)s", share=share, n=lang.number(figure.everyone)) if share else ""
    if larger is None:
        return _("everyone %(value)s", value=value_words(lang, figure.name, figure.everyone))
    return _("everyone %(value)s", value=lang.number(figure.everyone / counts[larger], 2)) if counts[larger] else ""


def _difference(lang: Language, name: str, by: float, unit: bool = False) -> str:
    if name == "engaged_ms":
        sign = "+" if by > 0 else ""
        return sign + lang.text("%(n)s s", n=lang.number(by / 1000, 1))
    if name in COUNTS:
        return lang.points(by) + (lang.share(0, 0).removeprefix("0") if unit else "")
    return lang.text("%(n)s points", n=lang.points(by)) if unit else lang.points(by)


def _detail(lang: Language, found: OverviewFigures, figure: SiteFigure) -> str:
    """The interval; for a count, how many there are for each of the larger unit."""
    _ = lang.text
    if figure.name in COUNTS and figure.low is not None and figure.high is not None:
        return _("%(low)s to %(high)s", low=lang.number(figure.low), high=lang.number(figure.high))
    counts = {one.name: one.value for one in found.figures}
    if figure.name == "visits" and counts["visitors"]:
        return _("%(n)s a visitor", n=lang.number(figure.value / counts["visitors"], 2))
    if figure.name == "views" and counts["visits"]:
        return _("%(n)s a visit", n=lang.number(figure.value / counts["visits"], 2))
    if figure.low is None or figure.high is None:
        return _("counted")
    if figure.name == "engaged_ms":
        return _("%(low)s to %(high)s", low=duration(lang, figure.low), high=duration(lang, figure.high))
    return lang.between(figure.low, figure.high)
