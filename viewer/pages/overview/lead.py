"""The first sentence of the overview: the figure that changed most beyond chance. It follows from the figures alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.answers.overview import GOAL, OverviewFigures, SiteFigure
from viewer.pages.frame.languages import Language
from viewer.pages.overview.figures import value_words


@dataclass(frozen=True)
class Lead:
    """`bold`: what changed; `rest`: another figure, or nothing."""

    bold: str
    rest: str


def lead_of(lang: Language, found: OverviewFigures, goals: Mapping[str, str]) -> Lead:
    """The sentence: what changed most, goals first, by how far the interval is from 0; else the number of visitors."""
    _ = lang.text
    changed = sorted((one for one in found.figures if one.change and one.change.beyond_chance), key=_certainty)
    visitors = next(one for one in found.figures if one.name == "visitors")
    if not changed:
        words = lang.plural("%(num)s visitor", "%(num)s visitors", int(visitors.value))
        if visitors.change is None:
            return Lead(_("%(visitors)s, and nothing to compare with in the days before.", visitors=words), "")
        return Lead(_("No figure has changed beyond chance: %(visitors)s.", visitors=words), "")
    *others, last = changed
    return Lead(_sentence(lang, last, goals), _sentence(lang, others[-1], goals) if others else "")


def _certainty(figure: SiteFigure) -> tuple[bool, float]:
    """Whether it is a goal, and how many widths of its interval a change is away from 0."""
    change = figure.change
    if change is None or change.high == change.low:
        return False, 0.0
    return figure.name.startswith(GOAL), abs(change.by) / (change.high - change.low)


def _sentence(lang: Language, figure: SiteFigure, goals: Mapping[str, str]) -> str:
    _, rose = lang.text, figure.value > figure.before
    values = {
        "now": value_words(lang, figure.name, figure.value),
        "before": value_words(lang, figure.name, figure.before),
    }
    if figure.name.startswith(GOAL):
        more = _("More visitors reach “%(goal)s”: %(now)s, %(before)s before.")
        fewer = _("Fewer visitors reach “%(goal)s”: %(now)s, %(before)s before.")
        return (more if rose else fewer) % {"goal": goals[figure.name.removeprefix(GOAL)], **values}
    words = {
        ("visitors", True): _("More visitors: %(now)s, %(before)s before."),
        ("visitors", False): _("Fewer visitors: %(now)s, %(before)s before."),
        ("visits", True): _("More visits: %(now)s, %(before)s before."),
        ("visits", False): _("Fewer visits: %(now)s, %(before)s before."),
        ("views", True): _("More views: %(now)s, %(before)s before."),
        ("views", False): _("Fewer views: %(now)s, %(before)s before."),
        ("bounce", True): _("More visits bounce: %(now)s, %(before)s before."),
        ("bounce", False): _("Fewer visits bounce: %(now)s, %(before)s before."),
        ("engaged_ms", True): _("Visitors stay longer: %(now)s, %(before)s before."),
        ("engaged_ms", False): _("Visitors stay for less time: %(now)s, %(before)s before."),
    }[figure.name, rose]
    return words % values
