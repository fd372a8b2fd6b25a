"""Finds what is over the levels of a site, and says it in the sentences of the overview."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from aggregator.shapes.troubles import ElementTrouble
from rules.question import SITE
from store.alerts import AlertLevels
from viewer.alerts import AlertText, Found
from viewer.health import Health
from viewer.http.urls import Urls
from viewer.pages.frame.languages import Language, language
from viewer.pages.overview.needs import FoundNeeds, needs_of
from viewer.pages.overview.needs_reader import NeedsReader
from viewer.pages.overview.view import OverviewView, view_of
from viewer.questions import Questions

DAYS = 7  # the last ones, with today
MOST = 50  # elements
HOUR = 3_600_000  # ms


@dataclass(frozen=True)
class AlertFinder:
    """The parts that alerts are read from."""

    questions: Questions
    needs: NeedsReader
    health: Health
    urls: Urls

    async def read(self, levels: AlertLevels, code: str) -> Found:
        """What is over its level now, by key."""
        known = await self.questions.known_site(levels.site)
        site = known.site
        lang = replace(language(code), zone=site.zone)
        asked = await self.questions.resolve(known, {"days": str(DAYS)}, SITE)
        found = await self.needs.of(lang, asked, most=MOST)
        view = view_of(self.urls.overview(site.id), site.id, asked.checked(), known, {})
        alerts = {key: self._worded(lang, view, site.name, one) for key, one in _over(levels, found)}
        last = (await self.health.of(site)).traffic.last_view_ms
        gap = time.time() * 1000 - last
        if last and gap > levels.quiet_hours * HOUR:
            words = lang.text("No view for %(span)s.", span=lang.span(gap))
            alerts["quiet"] = AlertText(
                lang.named(site.name, words), words, self.urls.absolute(self.urls.site(site.id))
            )
        return alerts

    def _worded(self, lang: Language, view: OverviewView, site: str, found: FoundNeeds) -> AlertText:
        (one,) = needs_of(lang, self.urls, view, found).shown
        words = lang.named(one.place, one.words)
        return AlertText(lang.named(site, words), words, self.urls.absolute(one.links[0].href))


def _over(levels: AlertLevels, found: FoundNeeds) -> Iterator[tuple[str, FoundNeeds]]:
    """The key of each thing over its level, with what was found of it alone."""
    for one in found.troubles:
        if is_over(levels, one):
            clicks = replace(one, failed=0, errors=())
            alone = FoundNeeds(troubles=(clicks,), element_names=found.element_names, since=found.since)
            yield f"element {one.page} {one.key:016x}", alone
    if levels.experiments:
        for name, result in found.experiments:
            if result.state == "enough":
                yield f"experiment {result.experiment}", FoundNeeds(experiments=((name, result),))
    if levels.pictures:
        for page, change in found.outdated.items():
            yield f"picture {page}", FoundNeeds(outdated={page: change})


def is_over(levels: AlertLevels, one: ElementTrouble) -> bool:
    """Whether dead clicks or bursts on an element are over the level of its site."""
    hurt = max(one.dead, one.rage)
    return hurt >= levels.least and hurt >= levels.hurt * one.clickers
