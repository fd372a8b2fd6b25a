"""The goal columns of the table of elements: of those who clicked, and of those who only saw, who reached the goal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from aggregator.answers.exposure import read_middles, used_records
from aggregator.answers.heatmap import Heatmap
from aggregator.answers.map_figures import GoalNote, HeatmapFigures
from aggregator.answers.placed_goals import placed_goal
from aggregator.measures.in_view import Middles, users_in_view, visitors_in_view
from aggregator.measures.shares import GoalShares, share_of
from aggregator.queries.goal_elements import read_clickers_before, read_seen_before
from store.client import Store
from store.segments import Goal
from store.snapshots import Snapshots


def with_goal(
    store: Store, snapshots: Snapshots, found: Heatmap, figures: HeatmapFigures, goal: Goal
) -> HeatmapFigures:
    """The figures of a heatmap with the shares of its elements who reached a goal afterwards."""
    shares = goal_shares(store, snapshots, found, placed_goal(store, snapshots, found.scope, goal))
    rows = tuple(replace(row, goal=shares.get(row.index)) for row in figures.elements)
    return replace(figures, elements=rows, goal=GoalNote(goal.id, goal.name))


def goal_shares(store: Store, snapshots: Snapshots, found: Heatmap, goal: Goal) -> Mapping[int, GoalShares]:
    """Index of an element that was clicked → its shares. Empty for hovers, and if nothing was clicked."""
    used = used_records(found)
    if found.scope.kind != "click" or not len(used.record):
        return {}
    places = read_middles(store, snapshots, found.scope, found.pages, found.snapshot) or _nowhere(len(found.layout))
    clickers = read_clickers_before(store, found.scope, found.pages, places, used, goal)
    seen = read_seen_before(store, found.scope, found.pages, places, goal)
    elements, group = len(found.layout), clickers.seen.all.element
    clicked = np.bincount(group, clickers.seen.all.n, elements).astype(int)
    reached = np.bincount(group, clickers.reached, elements).astype(int)
    saw = visitors_in_view(seen.all, places) - users_in_view(clickers.seen.all, places)
    saw_reached = visitors_in_view(seen.before, places) - users_in_view(clickers.seen.before, places)
    return {
        i: GoalShares(
            clicked=share_of(int(reached[i]), int(clicked[i])),
            only_saw=share_of(int(saw_reached[i]), int(saw[i])),
        )
        for i in np.flatnonzero(clicked).tolist()
    }


def _nowhere(elements: int) -> Middles:
    """No element of any page: nobody measured what was in view."""
    return Middles(np.zeros(1, np.int32), np.zeros(1, np.uint8), np.zeros((1, elements), np.uint32))
