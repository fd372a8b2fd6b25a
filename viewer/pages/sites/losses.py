"""What is lost if a site is deleted, in figures."""

from __future__ import annotations

from collections import Counter

from rules.erasure import site_erasure
from store.definitions import KINDS, Definitions
from store.erasure import count_visits
from store.records import Site
from store.zones import now_ms
from viewer.pages.frame.languages import Language
from viewer.work import Work

_COUNTED = ("journey", "experiment", "goal", "segment", "state")


class SiteLosses:
    """Counts what a site stored, and what is defined for it."""

    def __init__(self, definitions: Definitions, work: Work) -> None:
        self._definitions = definitions
        self._work = work

    async def words(self, lang: Language, site: Site) -> str:
        """`All of Lamp shop: 4,812 views, 60,210 clicks and hovers, 3 journeys, 2 experiments.`"""
        stored, defined = await self._work.run(self._count, site)
        parts = [
            lang.plural("%(num)s view", "%(num)s views", stored["views"]),
            lang.plural("%(num)s click or hover", "%(num)s clicks and hovers", stored["points"]),
        ]
        parts += [words for kind, words in _defined(lang, defined).items() if defined[kind]]
        return lang.text("All of %(site)s is erased: %(what)s.", site=site.name, what=", ".join(parts))

    def _count(self, site: Site) -> tuple[dict[str, int], Counter[str]]:
        stored = count_visits(self._definitions.store, site_erasure(site.id, now_ms()))
        defined = Counter({kind: len(self._definitions.find(KINDS[kind], site=site.id)) for kind in _COUNTED})
        return stored, defined


def _defined(lang: Language, of: Counter[str]) -> dict[str, str]:
    """Kind of definition → how many there are, in words."""
    return {
        "journey": lang.plural("%(num)s journey", "%(num)s journeys", of["journey"]),
        "experiment": lang.plural("%(num)s experiment", "%(num)s experiments", of["experiment"]),
        "goal": lang.plural("%(num)s goal", "%(num)s goals", of["goal"]),
        "segment": lang.plural("%(num)s segment", "%(num)s segments", of["segment"]),
        "state": lang.plural("%(num)s page state", "%(num)s page states", of["state"]),
    }
