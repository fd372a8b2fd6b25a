"""Segments that teams often ask for, as trees of rules that can be changed. Each is a key; pages have the words.

Those that count a goal need one: the order, for a shop.
"""

from __future__ import annotations

from store.segments import Group, Rule

YEAR, MONTH = 365, 28  # days
EVER = 3660  # days: as far as rules look back
# Presets of visitors who stay away. Most of them have no view in a period of some weeks, so those among whom they are
# looked for are the visitors of all stored days up to the end of the period.
OF_HISTORY = frozenset(("inactive", "lost", "at_risk"))


def presets(goal: str = "") -> dict[str, Group]:
    """The presets by key; `goal`: the id of the goal that those about orders count, which are left out without it."""
    found = {
        "frequent": _all(_visits(least=4)),
        "occasional": _all(_visits(least=2, most=3)),
        "active": _all(_last_seen(most=6)),
        "inactive": _all(_last_seen(least=30)),
    }
    if not goal:
        return found
    loyal = Rule(what="goal", scope="visitor", name=goal, times=3, days=YEAR)
    once = Rule(what="goal", scope="visitor", name=goal, count="exactly", days=EVER)
    return found | {
        "loyal": _all(loyal),
        "vip": _all(Rule(what="top_value", scope="visitor", name=goal, most=0.01, days=YEAR)),
        "lost": _all(once, _last_seen(least=180)),
        "at_risk": _all(loyal, Rule(what="quiet", scope="visitor", least=2)),
    }


def _all(*rules: Rule) -> Group:
    return Group(rules=rules)


def _visits(least: float, most: float | None = None) -> Rule:
    return Rule(what="visits", scope="visitor", least=least, most=most, days=MONTH)


def _last_seen(least: float | None = None, most: float | None = None) -> Rule:
    return Rule(what="last_seen", scope="visitor", least=least, most=most)
