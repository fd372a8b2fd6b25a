"""Fields and forms, aggregated in the engine."""

from __future__ import annotations

from typing import Any

import numpy as np

from aggregator.queries.actions import LEFT_BLANK
from aggregator.queries.conditions import Where, where_site
from aggregator.queries.goals import Starts, reached_sql
from aggregator.queries.id_lists import bound
from aggregator.shapes.columns import UInt64
from aggregator.shapes.forms import FieldTotals, FormTotals
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.segments import Goal

CORRECTED = 2  # of an input's flags (FIELD_FLAGS in collector/wire.py)
INPUT, SUBMIT = "kind = 'input'", "kind = 'submit'"
MOST_PAGES = 200


def read_field_records(store: Store, where: Where) -> UInt64:
    """The records of the fields that were used."""
    c = store.columns(f"SELECT DISTINCT record FROM events WHERE {where.sql} AND {INPUT}", **where.params)
    return np.asarray(c["record"], np.uint64)


def read_fields(store: Store, where: Where, record: UInt64, key: UInt64) -> list[FieldTotals]:
    """The fields of some pages, by the `key` that each `record` counts for; others count for their own key."""
    field, values = "key", {}
    if len(record):
        records, of_records = bound("field_record", record)
        keys, of_keys = bound("field_key", key)
        field, values = f"transform(record, {records}, {keys}, key)", of_records | of_keys
    by_visitor = (
        f"SELECT visitor, {field} AS field, sum(ifNull(value, 0.)) AS ms, max(time) AS used, "
        f"max(bitAnd(flags, {CORRECTED}) > 0) AS corrects, max(bitAnd(flags, {LEFT_BLANK}) > 0) AS blanks "
        f"FROM events WHERE {where.sql} AND {INPUT} GROUP BY visitor, field"
    )
    left = f"visitor GLOBAL NOT IN (SELECT visitor FROM events WHERE {where.sql} AND {SUBMIT})"
    rows = store.rows(
        "SELECT field, count() AS reached, countIf(corrects) AS corrected, countIf(blanks) AS blank, "
        "countIf(leaves AND field = final) AS lasting, quantileExactInclusive(0.5)(ms) AS half, "
        "quantileExactInclusive(0.9)(ms) AS ninety FROM ("
        f"SELECT *, {left} AS leaves, argMax(field, (used, field)) OVER (PARTITION BY visitor) AS final "
        f"FROM ({by_visitor})) GROUP BY field ORDER BY reached DESC, field",
        **where.params,
        **values,
    )
    return [
        FieldTotals(
            key=int(row["field"]),
            reached=int(row["reached"]),
            corrected=int(row["corrected"]),
            blank=int(row["blank"]),
            last=int(row["lasting"]),
            median_ms=float(row["half"]),
            ninety_ms=float(row["ninety"]),
        )
        for row in rows
    ]


def read_form(store: Store, where: Where, page: str) -> FormTotals:
    """The forms of some pages together; `page` names them."""
    return _form(store.rows(_BY_VISITOR.format(columns="", condition=where.sql), **where.params)[0], page)


def read_submitted_reached(store: Store, where: Where, goal: Goal, starts: Starts) -> int:
    """How many of the visitors who began and submitted reached a goal, from their first view of the pages on."""
    sql, values = reached_sql(goal, starts)
    submitted = (
        f"SELECT visitor FROM events WHERE {where.sql} AND ({INPUT} OR {SUBMIT}) GROUP BY visitor "
        f"HAVING max({INPUT}) AND max({SUBMIT})"
    )
    found = store.rows(
        f"SELECT count() AS n FROM ({sql}) AS reached WHERE visitor GLOBAL IN ({submitted})",
        **(values | where.params),
    )
    return int(found[0]["n"])


def read_forms(store: Store, scope: SiteScope) -> list[FormTotals]:
    """Every page with a field that was used, those that most visitors began first."""
    condition, params = where_site(scope)
    rows = store.rows(
        f"{_BY_VISITOR.format(columns='page, ', condition=condition)} GROUP BY page HAVING began > 0 "
        f"ORDER BY began DESC, page LIMIT {MOST_PAGES}",
        **params,
    )
    return [_form(row, str(row["page"])) for row in rows]


# Visitors (by page, or all together): who viewed, who began, who submitted, and the time in all fields.
_BY_VISITOR = (
    "SELECT {columns}count() AS visitors, countIf(begins) AS began, countIf(begins AND submits) AS submitted, "
    "ifNotFinite(quantileExactInclusiveIf(0.5)(ms, begins), 0.) AS half FROM ("
    "SELECT {columns}visitor, max(begin) AS begins, max(submit) AS submits, sum(of_ms) AS ms FROM ("
    "SELECT {columns}visitor, 0 AS begin, 0 AS submit, 0. AS of_ms FROM views FINAL WHERE {condition} UNION ALL "
    f"SELECT {{columns}}visitor, {INPUT} AS begin, {SUBMIT} AS submit, if({INPUT}, ifNull(value, 0.), 0.) AS of_ms "
    f"FROM events WHERE {{condition}} AND ({INPUT} OR {SUBMIT})) GROUP BY {{columns}}visitor)"
)


def _form(row: dict[str, Any], page: str) -> FormTotals:
    return FormTotals(page, int(row["visitors"]), int(row["began"]), int(row["submitted"]), float(row["half"]))
