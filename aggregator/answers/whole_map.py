"""A heatmap with everything that its page shows. Its queries share one selection of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aggregator.answers.element_errors import with_errors
from aggregator.answers.exposure import ElementExposure, element_exposure
from aggregator.answers.goal_elements import with_goal
from aggregator.answers.heatmap import Heatmap, asked_again, heatmap
from aggregator.answers.map_figures import HeatmapFigures, heatmap_figures
from aggregator.answers.traffic import devices_of_map
from aggregator.queries.chosen_rows import chosen_points, chosen_scrolls
from aggregator.queries.conditions import where
from aggregator.queries.pages import resolve_pages
from aggregator.shapes.scope import Scope
from store.client import Store
from store.segments import Goal
from store.snapshots import Snapshots


@dataclass(frozen=True)
class HeatmapAnswer:
    """A map of clicks or hovers: what is drawn, and the figures that its page writes and the API sends."""

    map: Heatmap
    figures: HeatmapFigures
    exposure: ElementExposure


def whole_map(
    store: Store,
    snapshots: Snapshots,
    scope: Scope,
    width: int,
    state: str = "",
    states: Sequence[str] = (),
    goal: Goal | None = None,
) -> HeatmapAnswer:
    """The arguments and errors are those of `heatmap`; `goal`: whose shares the elements have."""
    pages = resolve_pages(store, scope.site, scope.pages)
    with chosen_points(store, scope, pages) as asked:
        drawn = heatmap(store, snapshots, asked, width, state, states)
        with chosen_scrolls(store, asked, pages) as of_scrolls:
            drawn = asked_again(drawn, of_scrolls, drawn.located.sample.where)
            exposure = element_exposure(store, snapshots, drawn)
            figures = heatmap_figures(drawn, exposure=exposure, devices=devices_of_map(store, drawn))
            figures = with_errors(store, drawn, figures)
            if goal is not None:
                figures = with_goal(store, snapshots, drawn, figures, goal)
    later = replace(scope, kept=None)
    return HeatmapAnswer(asked_again(drawn, later, where(later, pages, kind=True)), figures, exposure)
