"""The visitors who came to a step of a funnel and went on or left, for the rules of segments."""

from __future__ import annotations

from datetime import datetime

from aggregator.answers.funnel import FunnelAsked, steps_of
from aggregator.answers.journey import claimed_pages, course_of
from aggregator.queries.funnel import stopped_sql
from aggregator.queries.pages import all_pages
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.journeys import Journey
from store.resolved_rules import StoppedVisitors
from store.segments import FunnelStop


def stopped_visitors(
    store: Store, journey: Journey, scope: SiteScope, stop: FunnelStop, now: datetime | None = None
) -> StoppedVisitors:
    """The visitors whom `measure_funnel` counts in a step of the scope's funnel and, if they went on, in the next one.

    `scope`: the question of the funnel. `now`: that of the funnel; without it, the time at which the rule is asked.
    """
    asked = FunnelAsked(stop.steps, stop.days, stop.in_any_order)
    sql, values = stopped_sql(
        scope,
        course_of(journey),
        claimed_pages(journey, all_pages(store, scope.site)),
        steps_of(journey, asked),
        (stop.step, stop.went_on),
        int(now.timestamp() * 1000) if now else None,
    )
    named = {"site": scope.site, **values}
    return StoppedVisitors(stop=stop, sql=sql, values=tuple((name, _hashable(one)) for name, one in named.items()))


def _hashable(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
