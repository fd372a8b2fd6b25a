"""Segments as SQL: a tree of rules becomes one condition on a row with `view` and `visitor`.

docs/segments.md says what each rule means.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from aggregator.queries.bound_values import BoundValues
from aggregator.queries.rule_facts import RuleFact, RuleFacts
from aggregator.queries.traits import is_negative
from aggregator.queries.visits import FIRST_COLUMN, visit_arrays
from aggregator.shapes.scope import Scope, SiteScope
from store.segments import Group, Rule

# Numbers of visitors are spread evenly over 64 bits. A rule looks at the rows of one visitor, so that one tenth of the
# visitors can be asked about alone.
ONE_IN_TEN = f"visitor < {2**64 // 10}"
Names = Callable[[RuleFact], str]
Condition = Callable[[Names], str]  # SQL, once it is known how facts are named there


def segment_sql(scope: Scope | SiteScope, pages: str = "", prefix: str = "rule") -> tuple[str, dict[str, Any]]:
    """The condition that a row's view is in the scope's segment, with its bound values; ("1", {}) without one.

    `pages`: the condition of the only pages that the query reads, if it reads only some. `prefix`: of the names of the
    values.
    """
    if scope.segment is None:
        return "1", {}
    if scope.chosen.views:
        return f"view GLOBAL IN (SELECT view FROM {scope.chosen.views})", dict(scope.chosen.values)
    selected, params = selected_sql(scope, scope.segment, pages, prefix)
    return f"view GLOBAL IN ({selected})", params


def selected_sql(
    scope: Scope | SiteScope, segment: Group, pages: str = "", prefix: str = "rule"
) -> tuple[str, dict[str, Any]]:
    """The query of the views of a segment, with its bound values, as `segment_sql`."""
    values = BoundValues(prefix)
    facts = RuleFacts(scope, values, people_sql(scope), pages)
    condition = group_sql(segment, facts)
    if not facts.visit:
        where = f"{facts.spans.wide} AND {pages}" if pages else facts.spans.wide
        return f"SELECT view FROM views FINAL WHERE {where} AND {condition(_of_rows(facts))}", values.params
    where, fits = facts.spans.wide, condition(_of_visits)
    if pages:
        where += f" AND visitor GLOBAL IN (SELECT visitor FROM views WHERE {facts.spans.wide} AND {pages})"
        fits = f"v.{facts.also(pages)} AND {fits}"
    found = _each_visit(facts, where, f"arrayMap(v -> v.2, arrayFilter(v -> {fits}, visit))")
    return f"SELECT arrayJoin(arrayFlatten(found)) AS view FROM ({found})", values.params


def fits_sql(facts: RuleFacts, conditions: Sequence[Condition], counted: str) -> str:
    """A subquery with one row per visitor with views that are `counted` (a condition on a row of `views`): visitor, and
    `fits`, an array with a tuple for each of these views: the number of its visit, whether the visitor had agreed to be
    remembered, and each condition."""
    is_counted, consent = facts.also(counted), facts.also("consent")
    fits = ", ".join(("number", f"v.{consent}", *(f"toUInt8({condition(_of_visits)})" for condition in conditions)))
    asked = f"SELECT visitor FROM views WHERE {facts.spans.wide} AND {counted}"
    where = f"{facts.spans.wide} AND visitor GLOBAL IN ({asked})"
    found = _each_visit(facts, where, f"arrayMap(v -> ({fits}), arrayFilter(v -> v.{is_counted}, visit))")
    return f"SELECT visitor, arrayFlatten(found) AS fits FROM ({found}) WHERE notEmpty(fits)"


def each_view_sql(facts: RuleFacts, of_view: str, pages: str = "", one_in: int = 1) -> str:
    """A subquery with one row per visitor: visitor and `found`, an array of an expression about each view `v` of each
    `visit`. The expression names columns as `facts.also` numbers them, and rules by `met_sql`.

    `pages`: the condition of some pages, if only their visitors are wanted. `one_in`: read only one visitor in so many.
    """
    where = facts.spans.wide
    if one_in > 1:
        where += f" AND intHash64(visitor) % {one_in} = 0"
    if pages:
        where += f" AND visitor GLOBAL IN (SELECT visitor FROM views WHERE {where} AND {pages})"
    found = _each_visit(facts, where, f"arrayMap(v -> {of_view}, visit)")
    return f"SELECT visitor, arrayFlatten(found) AS found FROM ({found})"


def met_sql(condition: Condition) -> str:
    """A condition within an expression about a view of a visit (`each_view_sql`)."""
    return f"toBool({condition(_of_visits)})"


def people_sql(scope: Scope | SiteScope) -> str:
    """The condition of the rows of a site that rules look at: those of people, or with bots if the scope asks."""
    bots = isinstance(scope, Scope) and scope.bots
    tenth = f" AND {ONE_IN_TEN}" if scope.tenth else ""
    return "site = {site:UInt32} AND excluded = 0" + ("" if bots else " AND bot = ''") + tenth


def group_sql(group: Group, facts: RuleFacts) -> Condition:
    """The condition of a group."""
    parts = [*(rule_sql(rule, facts) for rule in group.rules), *(group_sql(one, facts) for one in group.groups)]
    return lambda name: _joined_parts(group, [part(name) for part in parts])


def rule_sql(rule: Rule, facts: RuleFacts) -> Condition:
    """The condition of a rule."""
    fact = facts.of(rule)
    return lambda name: f"{'NOT ' if is_negative(rule) else ''}({name(fact)})"


def _joined_parts(group: Group, parts: Sequence[str]) -> str:
    if not parts:
        return "1"
    joined = f"({(' AND ' if group.match == 'all' else ' OR ').join(parts)})"
    return f"(NOT {joined})" if group.match == "none" else joined


def _of_rows(facts: RuleFacts) -> Names:
    """Facts in a query on rows of `views`."""
    return lambda fact: facts.view[fact.n] if fact.level == "view" else facts.visitor[fact.n]


def _of_visits(fact: RuleFact) -> str:
    """Facts in a query on visits."""
    if fact.level == "view":
        return f"v.{fact.n + FIRST_COLUMN}"
    return f"w{fact.n}" if fact.level == "visit" else f"u{fact.n}"


def _each_visit(facts: RuleFacts, where: str, of_visit: str) -> str:
    """A subquery with one row per visitor: visitor and `found`, an array of an expression about each visit.

    The expression has `visit`, its `number`, and the facts. Those of visits are columns of their own, so that a lambda
    over the views of a visit needs no copy of the visit for each.
    """
    columns = [f"f{n}" for n in range(len(facts.view))]
    tests = "".join(f", {sql} AS {name}" for sql, name in zip(facts.view, columns, strict=True))
    source = "views FINAL"
    if facts.joined:
        times = ", ".join(f"groupArrayIf(ms, which = {n}) AS times{n}" for n in range(len(facts.joined)))
        each = " UNION ALL ".join(f"SELECT {n} AS which, view, ms FROM ({sql})" for n, sql in enumerate(facts.joined))
        source = (
            f"(SELECT * FROM views FINAL WHERE {where}) AS of_views "
            f"GLOBAL ANY LEFT JOIN (SELECT view, {times} FROM ({each}) GROUP BY view) AS of_actions USING (view)"
        )
    rows = f"SELECT view, visitor, toUnixTimestamp64Milli(time) AS ms{tests} FROM {source} WHERE {where}"
    of_visitor = [f"{sql} AS u{n}" for n, sql in enumerate(facts.visitor)]
    visitors = "".join(f", u{n}" for n in range(len(facts.visitor)))
    of_visits = "".join(
        f", arrayMap((visit, number) -> toUInt8({sql}), visits, numbers) AS ws{n}" for n, sql in enumerate(facts.visit)
    )
    names = "".join(f", w{n}" for n in range(len(facts.visit)))
    arrays = "".join(f", ws{n}" for n in range(len(facts.visit)))
    return (
        f"SELECT visitor, arrayMap((visit, number{names}) -> {of_visit}, visits, numbers{arrays}) AS found FROM ("
        f"SELECT visitor{visitors}, visits, arrayEnumerate(visits) AS numbers{of_visits} "
        f"FROM ({visit_arrays(rows, columns, of_visitor)}))"
    )
