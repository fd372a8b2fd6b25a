"""How much fits each of several trees of rules, counted in one pass over the visits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aggregator.queries.bound_values import BoundValues
from aggregator.queries.rule_facts import RuleFacts
from aggregator.queries.segments import fits_sql, group_sql, people_sql
from aggregator.shapes.scope import Scope, SiteScope
from aggregator.shapes.segment_figures import Fitting
from store.client import Store
from store.segments import Group

_FIRST = 3  # place of the first condition in a tuple of `fits`
AT_ONCE = 30  # trees counted in one query


def read_fitting(
    store: Store, scope: Scope | SiteScope, counted: tuple[str, dict[str, Any]], trees: Sequence[Group]
) -> tuple[list[Fitting], int]:
    """What fits each tree among the views that are `counted` (a condition on rows of `views`, with its bound values),
    and how many of their visitors had agreed to be remembered."""
    found: list[Fitting] = []
    remembered = 0
    for start in range(0, max(len(trees), 1), AT_ONCE):
        some, remembered = _read(store, scope, counted, trees[start : start + AT_ONCE])
        found += some
    return found, remembered


def _read(
    store: Store, scope: Scope | SiteScope, counted: tuple[str, dict[str, Any]], trees: Sequence[Group]
) -> tuple[list[Fitting], int]:
    values = BoundValues()
    facts = RuleFacts(scope, values, people_sql(scope))
    condition, params = counted
    fits = fits_sql(facts, [group_sql(tree, facts) for tree in trees], condition)
    of_visitor, totals = ["arrayExists(f -> f.2, fits) AS remembered"], ["countIf(remembered) AS remembered_visitors"]
    for n in range(len(trees)):
        mine = f"arrayFilter(f -> f.{n + _FIRST}, fits)"
        of_visitor += [f"length({mine}) AS views{n}", f"arrayUniq(arrayMap(f -> f.1, {mine})) AS visits{n}"]
        totals += [f"countIf(views{n} > 0) AS a{n}", f"sum(visits{n}) AS b{n}", f"sum(views{n}) AS c{n}"]
    row = store.rows(
        f"SELECT {', '.join(totals)} FROM (SELECT {', '.join(of_visitor)} FROM ({fits}))", **params, **values.params
    )[0]
    fitting = [Fitting(*(int(row[f"{name}{n}"] or 0) for name in "abc")) for n in range(len(trees))]
    return fitting, int(row["remembered_visitors"])
