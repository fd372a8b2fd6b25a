"""The lane of channels and devices: by what the visitors of a stage came, and on what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW
from aggregator.shapes.touchpoint_parts import UNKNOWN
from store.journeys import Stage
from viewer.pages.frame.languages import Language
from viewer.pages.journey.facts import MapFact
from viewer.pages.journey.measured import MeasuredJourney
from viewer.pages.map.controls import device_name
from viewer.pages.sentences.names import channel_name

MOST = 3  # values that are listed of each


@dataclass(frozen=True)
class TraitList:
    """The most frequent values of a trait with their shares of the visitors of the stage."""

    name: str
    lines: tuple[MapFact, ...]


def trait_lists(measured: MeasuredJourney, stage: Stage) -> tuple[TraitList, ...]:
    """Channels, then devices; none for a stage with too few visitors."""
    lang, lanes = measured.lang, measured.lanes
    lists = (
        TraitList(lang.text("Channel"), _lines(lang, lanes.channels.get(stage.key, {}), channel_name)),
        TraitList(lang.text("Device"), _lines(lang, lanes.devices.get(stage.key, {}), device_name)),
    )
    return tuple(one for one in lists if one.lines)


def _lines(lang: Language, shares: Mapping[str, ShareOf], name: Callable[[Language, str], str]) -> tuple[MapFact, ...]:
    known = [(value, share) for value, share in shares.items() if share.of >= FEW]
    return tuple(
        MapFact(
            lang.text("Not known") if value == UNKNOWN else name(lang, value),
            lang.share(share.share),
            lang.text(
                "%(interval)s, %(n)s of %(all)s visitors",
                interval=lang.between(share.low, share.high),
                n=lang.number(share.visitors),
                all=lang.number(share.of),
            ),
        )
        for value, share in known[:MOST]
    )
