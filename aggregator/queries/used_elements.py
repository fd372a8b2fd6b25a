"""What visitors clicked on the pages of touchpoints, by element: clickers, clicks, and how many were dead or rage."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from aggregator.queries.bursts import FIRST, bursts_sql
from aggregator.queries.journey_rows import dead_sql, journey_rows, rage_able_sql
from aggregator.shapes.journeys import Course
from aggregator.shapes.scope import SiteScope
from store.client import Store


@dataclass(frozen=True)
class ElementUse:
    """`clickers` made `clicks` on an element; `dead` and `rage` of them had a click without effect, and a burst of
    clicks."""

    key: int
    clickers: int
    clicks: int
    dead: int
    dead_clicks: int
    rage: int
    rage_clicks: int


def read_used_elements(
    store: Store,
    scope: SiteScope,
    course: Course,
    claims: Mapping[str, int],
    touchpoints: Collection[int],
    controls: Mapping[int, int],
    most: int,
) -> dict[int, list[ElementUse]]:
    """The elements that most visitors of these touchpoints clicked, at most so many of each. `claims`: page →
    touchpoint; `controls`: element → the button or link that it lies in, which its clicks count for."""
    pages = {page: number for page, number in claims.items() if number in touchpoints}
    if not pages:
        return {}
    rows = journey_rows(scope, replace(course, goals=(), contacts=((),) * len(course.stage_of)), claims, scope)
    here = f"{rows.selected} AND kind = 'click' AND key != 0 AND {rows.touchpoint} IN {{wanted:Array(UInt16)}}"
    element = "transform(key, {inner:Array(UInt64)}, {outer:Array(UInt64)}, key)" if controls else "key"
    values = {
        **rows.values,
        "wanted": sorted(touchpoints),
        **({"inner": list(controls), "outer": list(controls.values())} if controls else {}),
    }
    clicked = store.rows(
        f"SELECT {rows.touchpoint} AS place, {element} AS element, uniqExact(visitor) AS clickers, count() AS clicks, "
        f"uniqExactIf(visitor, {dead_sql()}) AS dead, countIf({dead_sql()}) AS dead_clicks "
        f"FROM points WHERE {here} GROUP BY place, element "
        f"ORDER BY clickers DESC, clicks DESC, element LIMIT {most} BY place",
        **values,
    )
    names = ("visitor", "page", "key")
    columns = ", ".join(f"one.{n} AS {name}" for n, name in enumerate(names, FIRST))
    raged = store.rows(
        f"SELECT {rows.touchpoint} AS place, {element} AS element, uniqExact(visitor) AS rage, count() AS rage_clicks "
        f"FROM (SELECT {columns} FROM ({bursts_sql(f'{here} AND {rage_able_sql()}', names)})) GROUP BY place, element",
        **values,
    )
    rage = {(int(row["place"]), int(row["element"])): (int(row["rage"]), int(row["rage_clicks"])) for row in raged}
    found: dict[int, list[ElementUse]] = {}
    for row in clicked:
        place, key = int(row["place"]), int(row["element"])
        clickers, clicks, dead, dead_clicks = (int(row[one]) for one in ("clickers", "clicks", "dead", "dead_clicks"))
        use = ElementUse(key, clickers, clicks, dead, dead_clicks, *rage.get((place, key), (0, 0)))
        found.setdefault(place, []).append(use)
    return found
