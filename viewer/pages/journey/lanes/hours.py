"""The lane of hours: when of the day the visitors of a stage are there."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.measures.statistics import FEW
from store.journeys import Stage
from viewer.pages.frame.charts import percent
from viewer.pages.journey.measured import MeasuredJourney

BUSY = 3  # hours in a row


@dataclass(frozen=True)
class StageHours:
    """`bars`: height of each hour of the day, from 0, for a style attribute. `busiest`: the three hours in a row with
    most visitors, with their share; `all_hours`: each hour in words, for those who cannot see the bars."""

    bars: tuple[str, ...] = ()
    busiest: str = ""
    all_hours: str = ""

    def __bool__(self) -> bool:
        return bool(self.bars)


def stage_hours(measured: MeasuredJourney, stage: Stage) -> StageHours:
    """Empty for a stage with too few visitors."""
    lang, hours = measured.lang, measured.lanes.hours.get(stage.key, ())
    total, most = sum(hours), max(hours, default=0)
    if total < FEW:
        return StageHours()
    sums = [sum(hours[(hour + n) % len(hours)] for n in range(BUSY)) for hour in range(len(hours))]
    begin = max(range(len(hours)), key=lambda hour: (sums[hour], hours[(hour + 1) % len(hours)]))
    busiest = lang.text(
        "%(share)s between %(from)s:00 and %(to)s:00",
        **{"share": lang.share(sums[begin] / total), "from": begin, "to": (begin + BUSY) % len(hours)},
    )
    return StageHours(
        bars=tuple(percent(n / most) for n in hours),
        busiest=busiest,
        all_hours=", ".join(lang.named(f"{hour}:00", lang.share(n / total)) for hour, n in enumerate(hours)),
    )
