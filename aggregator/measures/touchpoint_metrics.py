"""The metrics of a touchpoint by their names: shares with n and interval, and medians."""

from __future__ import annotations

from typing import Literal

from aggregator.measures.journey_figures import Spread, TouchpointFigures
from aggregator.measures.shares import ShareOf
from store.journeys import Metric

CardMetric = Metric | Literal["entries", "dead", "rage", "error", "quick_back"]  # those of a touchpoint's card
SHARES: tuple[CardMetric, ...] = (
    "reach", "entries", "forward", "goal", "exits", "bounce", "back", "path_fit", "frustrated",
)  # fmt: skip
TROUBLES: tuple[CardMetric, ...] = ("dead", "rage", "error", "quick_back")  # the parts of "frustrated"
TIMES: tuple[Metric, ...] = ("engaged", "time_to_next")  # medians in ms


def share_of_metric(figures: TouchpointFigures, metric: CardMetric, goal: str) -> ShareOf | None:
    """A share by its name, of the visitors whose window has closed where it has one; None where nothing is known.
    `goal`: the id of the goal that "goal" means."""
    match metric:
        case "reach":
            return figures.reach
        case "forward":
            return figures.forward.share
        case "goal":
            of_goal = figures.goals.get(goal)
            return of_goal.share if of_goal else None
        case "exits":
            return figures.exits
        case "bounce":
            return figures.bounce
        case "back":
            return figures.back
        case "path_fit":
            return figures.fit
        case "entries":
            return figures.entries
        case "frustrated":
            return figures.frustration.any
        case "dead" | "rage" | "error" | "quick_back":
            found = vars(figures.frustration)[metric]
            assert found is None or isinstance(found, ShareOf)
            return found
    return None


def so_far_of_metric(figures: TouchpointFigures, metric: CardMetric, goal: str) -> ShareOf | None:
    """While no window has closed: the share of all who did it until now."""
    if metric == "forward":
        return figures.forward.so_far
    found = figures.goals.get(goal) if metric == "goal" else None
    return found.so_far if found else None


def time_of_metric(figures: TouchpointFigures, metric: CardMetric) -> Spread:
    return figures.engaged_ms if metric == "engaged" else figures.next_ms
