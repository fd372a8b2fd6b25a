"""The bots of a map: why visits count as bots, and the link that includes or leaves out bots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.measures.account import Account
from viewer.pages.frame.languages import Language
from viewer.pages.frame.page import Choice
from viewer.pages.map.links import Links


@dataclass(frozen=True)
class Robots:
    """`words`: which bots the map includes, "" if they are left out. `switch`: the link to the opposite map."""

    words: str = ""
    switch: Choice | None = None


def reason_words(lang: Language) -> dict[str, str]:
    """A short text for each of store.robots.REASONS."""
    _ = lang.text
    return {
        "webdriver": _("automated browser (webdriver)"),
        "headless": _("headless browser"),
        "crawler": _("crawler"),
        "no_user_agent": _("no user agent"),
        "contradiction": _("gives contradictory browser details"),
        "emulated": _("emulated device (Lighthouse)"),
        "prefetch": _("preloaded page"),
        "datacentre": _("from a data centre"),
        "same_place": _("always in the same place"),
        "too_fast": _("too fast for a human"),
        "too_regular": _("too regular for a human"),
        "scheduled": _("comes at equal intervals and does nothing"),
        "no_pointer": _("pointer never paused"),
    }


def robot_reasons(lang: Language, counted: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    """(words, number) of each reason, in the order given. An unknown reason is shown as it is."""
    words = reason_words(lang)
    return tuple((words.get(reason, reason), lang.number(n)) for reason, n in counted.items())


def robots_of(lang: Language, links: Links, account: Account) -> Robots:
    """The bots of a map; no link if it would change nothing."""
    _ = lang.text
    if not links.question.robots:
        switch = Choice(_("Show bots on the map"), links.to(robots=True))
        return Robots(switch=switch if account.bots else None)
    listed = ", ".join(f"{words} {n}" for words, n in robot_reasons(lang, account.bots_taken_in))
    words = (
        _("Bots are included: %(reasons)s.", reasons=listed) if listed else _("Bots are included, but there are none.")
    )
    return Robots(words, Choice(_("Leave out bots"), links.to(robots=False)))
