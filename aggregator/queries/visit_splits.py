"""The visits of each visitor as SQL, counted by what they are split by.

Visitors are independent of each other and their visits are not, so every sum of the overview is over visitors, and
needs the visits of a visitor with one value together. They are brought together in the arrays of one row a visitor:
grouping by visitor and value would take a row for each visitor, split and value at once. Values are numbers on the way
(a hash), since those sort and group several times faster than texts.
"""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.queries.conditions import PEOPLE
from aggregator.queries.visits import FIRST_COLUMN, TIME, visit_arrays
from aggregator.shapes.overview import SPLITS, Split

BOUNCE_MS = 10_000  # engaged for less, in one view and without a click: a bounce
ALL, DAY, FIRST_SPLIT = 0, 1, 2  # numbers of what visits are counted by; from FIRST_SPLIT on, those of SPLITS
# Of a tuple that counts the visits of one visitor: what they are counted by, the key of the value, when the first of
# them began, visits, views, bounces, and the engaged times (of all visits and those of a day; else empty).
BY, KEY, SINCE, VISITS, VIEWS, BOUNCED, ENGAGED = range(1, 8)
_OF_PAGE: tuple[Split, ...] = ("saw", "landing", "exit")
NEW, RETURNING = 1, 0  # keys of the split `visitor`
_PAGE, _ENGAGED, _CLICKS, _DAY, _TRAITS = range(FIRST_COLUMN, FIRST_COLUMN + 5)  # places in the tuple of a view


def number_of(split: Split) -> int:
    """The number of a split."""
    return FIRST_SPLIT + SPLITS.index(split)


def key_sql(value: str) -> str:
    """The key of a value: of a column, or of a text."""
    return f"cityHash64({value})"


def split_visits_sql(condition: str, local_day: str, splits: Sequence[Split]) -> str:
    """A query with one row for each visitor: visitor, and `counted`, an array of tuples from BY to ENGAGED.

    `condition`: of the views that count; `local_day`: SQL of the day of a view.
    """
    known = f" GLOBAL LEFT JOIN ({_earliest(condition)}) AS known USING (visitor)" if "visitor" in splits else ""
    groups = [
        f"[(toUInt8({ALL}), toUInt64(0), began[1], length(began), arraySum(seen), arraySum(bounce), engaged)]",
        _counted(DAY, f"arrayZip(arrayMap(v -> v[1].{_DAY}, visits), began, seen, bounce, engaged)", "run.5"),
        *(_counted(number_of(one), _visits_by(one, splits), "emptyArrayUInt64()") for one in splits),
    ]
    visits = (
        f"SELECT visitor, visits, arrayMap(v -> v[1].{TIME}, visits) AS began, "
        "arrayMap(v -> length(v), visits) AS seen, "
        f"arrayMap(v -> toUInt64(arraySum(v.{_ENGAGED})), visits) AS engaged, "
        f"arrayMap((v, n, ms) -> toUInt64(n = 1 AND ms < {BOUNCE_MS} AND v[1].{_CLICKS} = 0), visits, seen, engaged) "
        f"AS bounce FROM ({_visits(condition, local_day, splits)})"
    )
    return f"SELECT visitor, arrayConcat({', '.join(groups)}) AS counted FROM ({visits}) AS made{known}"


def _visits(condition: str, local_day: str, splits: Sequence[Split]) -> str:
    """A query with the visits of each visitor, whose views have keys instead of texts."""
    keys = {"page_key": key_sql("page"), "engaged_ms": "engaged_ms", "clicks": "clicks"}
    keys["local"] = f"toUInt64(toUInt16({local_day}))"
    keys |= {f"key_{name}": key_sql(name) for name in _traits(splits)}
    columns = ", ".join(f"{sql} AS {name}" if sql != name else name for name, sql in keys.items())
    rows = f"SELECT view, visitor, toUnixTimestamp64Milli(time) AS ms, {columns} FROM views FINAL WHERE {condition}"
    return visit_arrays(rows, tuple(keys))


def _traits(splits: Sequence[Split]) -> list[Split]:
    """The splits that are columns of a view."""
    return [one for one in splits if one not in (*_OF_PAGE, "visitor")]


def _visits_by(split: Split, splits: Sequence[Split]) -> str:
    """An array of (key, began, seen, bounce): each visit with its value, or with each page that was seen in it."""
    if split == "saw":
        pages = f"arrayMap(page -> (page, t, n, b), arrayDistinct(v.{_PAGE}))"
        return f"arrayFlatten(arrayMap((v, t, n, b) -> {pages}, visits, began, seen, bounce))"
    if split == "visitor":
        key = f"toUInt64(earliest >= v[1].{TIME} ? {NEW} : {RETURNING})"
    elif split in _OF_PAGE:
        key = f"v[{'1' if split == 'landing' else '-1'}].{_PAGE}"
    else:
        key = f"v[1].{_TRAITS + _traits(splits).index(split)}"
    return f"arrayZip(arrayMap(v -> {key}, visits), began, seen, bounce)"


def _counted(by: int, visits: str, engaged: str) -> str:
    """An array of tuples from BY to ENGAGED: one for each key of an array of visits, sorted by key and time."""
    runs = f"arrayEnumerateUniq(sorted{by}.1)"  # 1 where the visits with another key begin
    return (
        f"arrayMap(run -> (toUInt8({by}), run[1].1, run[1].2, length(run), arraySum(run.3), arraySum(run.4), "
        f"{engaged}), arraySplit((one, nth) -> nth = 1, arraySort({visits}) AS sorted{by}, {runs}))"
    )


def _earliest(condition: str) -> str:
    """A query with the time at which each visitor was seen first, whatever they are filtered by."""
    return (
        "SELECT visitor, toUnixTimestamp64Milli(min(time)) AS earliest FROM views WHERE site = {site:UInt32} "
        f"AND {PEOPLE} AND visitor GLOBAL IN (SELECT visitor FROM views WHERE {condition}) GROUP BY visitor"
    )


def names_sql(days: str, splits: Sequence[Split]) -> str:
    """A query of `by`, `key` and `value`: the text that each key stands for, of the values on some days."""
    of_people = f"FROM views WHERE site = {{site:UInt32}} AND {days} AND {PEOPLE}"
    parts = [
        f"SELECT DISTINCT toUInt8({number_of(one)}) AS by, {key_sql(one)} AS key, toString({one}) AS value {of_people}"
        for one in _traits(splits)
    ]
    if pages := [f"toUInt8({number_of(one)})" for one in splits if one in _OF_PAGE]:
        found = f"SELECT DISTINCT {key_sql('page')} AS key, toString(page) AS value {of_people}"
        parts.append(f"SELECT arrayJoin([{', '.join(pages)}]) AS by, key, value FROM ({found})")
    if "visitor" in splits:
        newness = f"[(toUInt64({NEW}), 'new'), (toUInt64({RETURNING}), 'returning')]"
        parts.append(f"SELECT toUInt8({number_of('visitor')}) AS by, one.1 AS key, one.2 AS value "
                     f"FROM (SELECT arrayJoin({newness}) AS one)")  # fmt: skip
    return " UNION ALL ".join(parts)
