"""The goals that some visitors reached, from their touches in order."""

from __future__ import annotations

import numpy as np

from aggregator.measures.fact_codes import MOST, code_of
from aggregator.measures.slice_hits import LAST_MS, MS_BITS, FirstHits, Way, times_of
from aggregator.measures.slice_visits import VisitedTouches
from aggregator.measures.touch_groups import changes, is_among
from aggregator.shapes.journeys import CLOSED, COARSE_PAGE, Course, Fact, Moment
from aggregator.shapes.touch_columns import BesideTouches, GoalTimes, Numbers
from store.segments import Goal
from store.zones import DAY_MS


def goal_facts(
    found: VisitedTouches, hits: FirstHits, goals: GoalTimes, course: Course, moment: Moment
) -> tuple[list[Numbers], dict[int, Numbers]]:
    """Codes of the goals that visitors reached since their first selected touch, and values by code."""
    codes, values = [], {}
    for number, goal in enumerate(course.goals):
        times = _in_time(found, goals, number, goal)
        codes.append(hits.reached(number, times))
        times = times[times & LAST_MS < moment.end]
        times = times[changes(times >> MS_BITS)]
        if len(times):
            codes.append(code_of(Fact.REACHED, b=np.full(len(times), number)))
            values[int(code_of(Fact.STEPS, b=number))] = _steps_until(found, hits.way, times)
    return codes, values


def _steps_until(found: VisitedTouches, way: Way, times: Numbers) -> Numbers:
    """How many touchpoints visitors touched from their first selected touch up to a time, repeats merged."""
    visitor = times >> MS_BITS
    runs = np.append(0, np.cumsum(changes(way.visitor, way.touchpoint)))
    begin = np.searchsorted(way.times, times_of(visitor, found.starts[visitor]))
    end = np.searchsorted(way.times, times, "right")
    return np.where(end > begin, runs[end] - runs[np.minimum(begin + 1, len(way))] + 1, 0)


def _in_time(found: VisitedTouches, goals: GoalTimes, number: int, goal: Goal) -> Numbers:
    """When visitors reached a goal, as `times_of`, sorted: from their first selected touch on, within its days."""
    of_goal = goals.goal == number
    visitor, known = found.those(goals.visitor[of_goal])
    ms = goals.ms[of_goal][known]
    waited = ms - found.starts[visitor]
    in_time = (waited >= 0) & (waited < (goal.within_days * DAY_MS or 1 << MS_BITS))
    return np.sort(times_of(visitor[in_time], ms[in_time]))


def whole_facts(
    found: VisitedTouches, beside: BesideTouches, course: Course, moment: Moment
) -> tuple[Numbers, dict[int, Numbers]]:
    """Codes and values of how long the whole journey took, of the visitors who consented; not where only the day of the
    first touch or of the goal is known."""
    if course.main_goal is None:
        return np.empty(0, np.int64), {}
    goal = course.goals[course.main_goal]
    consented = is_among(found.numbers, beside.consented)
    limit = goal.within_days * DAY_MS
    closed = found.starts + limit <= moment.now if limit else np.zeros(len(found.starts), dtype=bool)
    times = _in_time(found, beside.goals, course.main_goal, goal)
    times = times[changes(times >> MS_BITS)]
    visitor = times >> MS_BITS
    coarse = found.touches.page_hash == COARSE_PAGE
    without_time = np.sort(times_of(found.visitor[coarse], found.touches.ms[coarse]))
    began = found.starts[visitor]
    timed = ~is_among(times, without_time) & ~is_among(times_of(visitor, began), without_time) & consented[visitor]
    took = np.minimum((times & LAST_MS) - began, MOST)
    values = {0: took[timed], CLOSED: took[timed & closed[visitor]]}
    codes = code_of(Fact.BEGUN, flags=CLOSED * closed[consented].astype(np.int64))
    return codes, {int(code_of(Fact.WHOLE_MS, flags=flags)): some for flags, some in values.items() if len(some)}
