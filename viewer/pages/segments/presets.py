"""Segments to start from: each opens in the builder as rules that can be changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aggregator.shapes.segment_figures import Fitting
from rules.presets import OF_HISTORY, presets
from rules.segment import text_of_tree
from store.segments import Goal, Group
from viewer.pages.frame.languages import Language
from viewer.pages.map.links import with_query


@dataclass(frozen=True)
class Preset:
    """One preset as text, with the visitors that it fits."""

    name: str
    words: str
    visitors: str
    href: str


def preset_trees(goals: Sequence[Goal]) -> dict[str, Group]:
    """The presets of a site. Those about orders count its first goal that is an event, else its first one."""
    goal = order_goal(goals)
    return presets(goal.id if goal else "")


def order_goal(goals: Sequence[Goal]) -> Goal | None:
    """The goal that presets about orders count; None without goals."""
    return next((one for one in goals if one.action.what == "sent"), next(iter(goals), None))


def preset_links(
    lang: Language, builders: tuple[str, str], goals: Sequence[Goal], fitting: Mapping[str, Fitting]
) -> tuple[Preset, ...]:
    """The presets, each a link to the builder with its rules. `builders`: with the days of the question, and with all
    stored days for the presets that look at these."""
    goal = order_goal(goals)
    words = _words(lang, goal.name if goal else "")
    return tuple(
        Preset(
            name=words[key][0],
            words=words[key][1],
            visitors=lang.number(fitting[key].visitors) if key in fitting else "",
            href=with_query(builders[key in OF_HISTORY], {"segment": text_of_tree(tree)}),
        )
        for key, tree in preset_trees(goals).items()
    )


def _words(lang: Language, goal: str) -> dict[str, tuple[str, str]]:
    """Key → name and what it means."""
    _ = lang.text
    return {
        "frequent": (_("Frequent"), _("4 visits or more in 28 days")),
        "occasional": (_("Occasional"), _("2 or 3 visits in 28 days")),
        "active": (_("Active"), _("Seen in the last 7 days")),
        "inactive": (_("Inactive"), _("Not seen for 30 days")),
        "loyal": (_("Loyal"), _("“%(goal)s” 3 times or more in a year", goal=goal)),
        "vip": (_("VIP"), _("Top 1%% by value of “%(goal)s” in a year", goal=goal)),
        "lost": (_("Lost"), _("“%(goal)s” once, not seen for 180 days", goal=goal)),
        "at_risk": (_("At risk"), _("Loyal, and away for twice their usual gap")),
    }
