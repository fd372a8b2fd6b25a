"""The metrics of a touchpoint by their names: shares with n and interval, and medians."""

from __future__ import annotations

from aggregator.measures.journey_figures import Spread, TouchpointFigures
from aggregator.measures.shares import ShareOf
from store.journeys import Metric

SHARES: tuple[Metric, ...] = ("reach", "forward", "goal", "exits", "bounce", "back", "frustrated", "path_fit")
TIMES: tuple[Metric, ...] = ("engaged", "time_to_next")  # medians in ms


def share_of_metric(figures: TouchpointFigures, metric: Metric, goal: str) -> ShareOf | None:
    """A share by its name, of the visitors whose window has closed where it has one; None where nothing is known.
    `goal`: the id of the goal that "goal" means."""
    match metric:
        case "reach":
            return figures.reach
        case "forward":
            return figures.forward.share
        case "goal":
            found = figures.goals.get(goal)
            return found.share if found else None
        case "exits":
            return figures.exits
        case "bounce":
            return figures.bounce
        case "back":
            return figures.back
        case "path_fit":
            return figures.fit
        case "frustrated":
            return figures.frustration.any
    return None


def so_far_of_metric(figures: TouchpointFigures, metric: Metric, goal: str) -> ShareOf | None:
    """While no window has closed: the share of all who did it until now."""
    if metric == "forward":
        return figures.forward.so_far
    found = figures.goals.get(goal) if metric == "goal" else None
    return found.so_far if found else None


def time_of_metric(figures: TouchpointFigures, metric: Metric) -> Spread:
    return figures.engaged_ms if metric == "engaged" else figures.next_ms
