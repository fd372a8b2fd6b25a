"""The lane of heatmaps: the picture of each touchpoint's busiest page, which leads to its heatmap."""

from __future__ import annotations

from dataclasses import dataclass

from store.journeys import Stage
from viewer.pages.journey.measured import MeasuredJourney


@dataclass(frozen=True)
class HeatmapLink:
    name: str
    href: str
    thumb: str


def heatmap_links(measured: MeasuredJourney, stage: Stage) -> tuple[HeatmapLink, ...]:
    """Those of a stage whose pages have visitors and a picture."""
    query, found = measured.query, []
    for touchpoint in stage.touchpoints:
        row = measured.touchpoint_row(touchpoint)
        if row is not None and row.visitors and row.page in measured.pictured:
            picture = {name: value for name, value in query.items() if name != "journey"}
            found.append(
                HeatmapLink(
                    measured.lang.words(touchpoint.name, touchpoint.key),
                    measured.urls.heatmap(measured.site, **{"page": row.page} | query),
                    measured.urls.thumb(measured.site, row.page, **picture),
                )
            )
    return tuple(found)
