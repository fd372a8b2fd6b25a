"""A measured touchpoint, and what the parts of its page need for their words and links."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.answers.touchpoint import TouchpointCard
from aggregator.measures.touchpoint_metrics import CardMetric
from store.journeys import Stage, Touchpoint
from viewer.pages.frame.languages import Language
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.journey.metrics import metric_names
from viewer.pages.map.links import Links


@dataclass(frozen=True)
class ShownTouchpoint:
    """`measured`: the journey, without the figures of its map. `chosen`: the metric that is drawn over time; "" lets
    the page choose one."""

    measured: MeasuredJourney
    stage: Stage
    touchpoint: Touchpoint
    card: TouchpointCard
    links: Links
    chosen: str = ""

    @property
    def lang(self) -> Language:
        return self.measured.lang

    def name_of(self, key: str) -> str:
        """The name of a touchpoint of the journey."""
        found = next(touchpoint for _, touchpoint in self.measured.journey.touchpoints if touchpoint.key == key)
        return self.lang.words(found.name, key)


def card_names(lang: Language) -> dict[CardMetric, str]:
    """What each figure of a card is called."""
    _ = lang.text
    names: dict[CardMetric, str] = {
        "entries": _("Visits beginning"),
        "dead": _("Dead clicks"),
        "rage": _("Rage clicks"),
        "error": _("Error after a click"),
        "quick_back": _("Back within 5 s"),
    }
    for metric, name in metric_names(lang).items():
        names[metric] = name
    return names
