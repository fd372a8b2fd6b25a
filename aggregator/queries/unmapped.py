"""Events, and other sites that visitors came from, that no touchpoint of a journey claims: by their visitors."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.queries.bound_values import BoundValues
from aggregator.queries.conditions import where_site
from aggregator.queries.contacts import NAMED, channel_tests, event_test
from aggregator.shapes.journeys import Course
from aggregator.shapes.scope import SiteScope
from store.client import Store


def read_unmapped_events(store: Store, scope: SiteScope, course: Course, most: int) -> list[tuple[str, int]]:
    """(name, visitors who sent it where no touchpoint claims it), those with the most visitors first."""
    selected, params = where_site(scope)
    values = BoundValues("unmapped")
    claims = [event_test(matcher, values) for _, matcher in course.matchers("event", "offsite")]
    if len(course.keys) > 1:
        claims.append(values.one_of("page", [NAMED + key for key in course.keys[1:]]))
    return _most(store, "name", "events", f"{selected} AND kind = 'custom' AND {_none_of(claims)}", most,
                 {**params, **values.params})  # fmt: skip


def read_unmapped_referrers(store: Store, scope: SiteScope, course: Course, most: int) -> list[tuple[str, int]]:
    """(host, visitors who came from it in views that no channel touchpoint matches), most visitors first."""
    selected, params = where_site(scope)
    values = BoundValues("unmapped")
    claims = [" AND ".join(channel_tests(matcher, values)) for _, matcher in course.matchers("channel")]
    return _most(store, "referrer", "views FINAL", f"{selected} AND referrer != '' AND {_none_of(claims)}", most,
                 {**params, **values.params})  # fmt: skip


def _none_of(claims: Sequence[str]) -> str:
    return f"NOT ({' OR '.join(f'({claim})' for claim in claims)})" if claims else "1"


def _most(
    store: Store, column: str, table: str, where: str, most: int, values: dict[str, object]
) -> list[tuple[str, int]]:
    rows = store.rows(
        f"SELECT toString({column}) AS found, uniqExact(visitor) AS visitors FROM {table} WHERE {where} "
        f"GROUP BY found ORDER BY visitors DESC, found LIMIT {most}",
        **values,
    )
    return [(row["found"], int(row["visitors"])) for row in rows]
