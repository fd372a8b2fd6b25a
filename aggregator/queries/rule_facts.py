"""Rules as facts: what is computed of each view, visit and visitor so that one pass can decide a whole tree.

A fact is an expression of its level:

    view      on a row of `views` (or a column joined to it)
    visit     on `visit`, the array of the visit's views, and `number`, its place among the visitor's visits
    visitor   on the column `visitor`

A fact of a visit names those of its views by their place in the tuple of a view (aggregator/queries/visits.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from aggregator.queries.actions import Happened, enough_times, happened, in_time, order_count
from aggregator.queries.bound_values import BoundValues
from aggregator.queries.traits import OF_FIRST_VIEW, trait_sql
from aggregator.queries.visitor_measures import MeasuredDays, measure_sql
from aggregator.queries.visits import FIRST_COLUMN, visit_arrays
from aggregator.shapes.scope import Scope, SiteScope
from store.resolved_rules import ResolvedRule
from store.segments import MEASURES, TRAITS, Action, Rule

Level = Literal["view", "visit", "visitor"]


@dataclass(frozen=True)
class RuleFact:
    """The `n`th fact of a level."""

    level: Level
    n: int


@dataclass(frozen=True)
class Spans:
    """Conditions of the rows that rules look at: those of the period, of `wide`, the period and the day before it (a
    visit may have begun then), and of everything before that or before the question's end."""

    period: str
    wide: str
    earlier: str
    history: str
    ms_ahead: str


class RuleFacts:
    """The facts of the rules of one tree. Equal rules share theirs."""

    def __init__(self, scope: Scope | SiteScope, values: BoundValues, people: str, pages: str = "") -> None:
        """`people`: the condition of the rows that count; `pages`: of the only views that are asked for, if known."""
        self.values = values
        self.view: list[str] = []
        self.visit: list[str] = []
        self.visitor: list[str] = []
        self.joined: list[str] = []  # selects of view, `which` and ms: the times of an action by view
        self._scope = scope
        self._people = people
        self._pages = pages
        self._of_rule: dict[Rule, RuleFact] = {}
        self.spans = self._spans()

    def _spans(self) -> Spans:
        scope, values = self._scope, self.values
        since = days_before(scope.since, 1)
        begin = values.bind("Int64", scope.zone.midnight(since))
        end = values.bind("Int64", scope.zone.midnight(days_before(scope.until, -1)))
        before = "time < fromUnixTimestamp64Milli({0}, 'UTC') AND day <= toDate(fromUnixTimestamp64Milli({0}, 'UTC'))"
        return Spans(
            period=f"{self._people} AND {values.days(scope.zone, scope.since, scope.until)}",
            wide=f"{self._people} AND {values.days(scope.zone, since, scope.until)}",
            earlier=f"{self._people} AND {before.format(begin)}",
            history=f"{self._people} AND {before.format(end)}",
            ms_ahead=values.ms_ahead(scope.zone, since, scope.until),
        )

    def of(self, rule: Rule) -> RuleFact:
        """The fact of a rule; of a negative rule, the one that must not hold."""
        if rule not in self._of_rule:
            self._of_rule[rule] = self._made(rule)
        return self._of_rule[rule]

    def _made(self, rule: Rule) -> RuleFact:
        if rule.what in MEASURES:
            return self._add("visitor", measure_sql(rule, self._measured_days(rule), self.values))
        if rule.what in TRAITS:
            return self._trait(rule)
        if rule.what == "funnel":
            return self._stopped(rule)
        return {"view": self._action_of_view, "visit": self._action_of_visit, "visitor": self._action_of_visitor}[
            rule.scope
        ](rule)

    def also(self, condition: str) -> int:
        """The place in the tuple of a view of a further condition on its row."""
        return self._column(condition)

    def _add(self, level: Level, sql: str) -> RuleFact:
        facts: list[str] = getattr(self, level)
        facts.append(sql)
        return RuleFact(level, len(facts) - 1)

    def _column(self, sql: str) -> int:
        """The place in the tuple of a view of a new fact of views."""
        return self._add("view", sql).n + FIRST_COLUMN

    def _stopped(self, rule: Rule) -> RuleFact:
        """The fact that a visitor is at a place in a funnel; of a funnel that is not known, nobody is."""
        stopped = rule.stopped if isinstance(rule, ResolvedRule) else None
        found = f"visitor GLOBAL IN ({self.values.adopted(stopped.sql, stopped.values)})" if stopped else "0"
        return self._add("visitor", found)

    # Traits

    def _trait(self, rule: Rule) -> RuleFact:
        if rule.scope == "visitor":
            return self._trait_of_visitor(rule)
        if rule.what == "visitor":
            return self._add("visit", self._newness(rule, f"u{self._seen_before().n}"))
        test = trait_sql(rule, self.values, self.spans.ms_ahead)
        if rule.scope == "view":
            return self._add("view", test)
        return self._add("visit", self._of_visit(rule, self._column(test)))

    @staticmethod
    def _of_visit(rule: Rule, column: int) -> str:
        """The fact that a visit has a trait, whose test is a column of its views."""
        if rule.what == "exit":
            return f"visit[-1].{column}"
        if rule.what == "landing" or rule.what in OF_FIRST_VIEW:
            return f"visit[1].{column}"
        return f"arrayExists(v -> v.{column}, visit)"

    def _seen_before(self) -> RuleFact:
        """The fact that a visitor was seen before the rows of `wide`."""
        sql = f"visitor GLOBAL IN (SELECT visitor FROM views WHERE {self.spans.earlier})"
        return RuleFact("visitor", self.visitor.index(sql)) if sql in self.visitor else self._add("visitor", sql)

    @staticmethod
    def _newness(rule: Rule, seen_before: str) -> str:
        tests = {"new": f"(number = 1 AND NOT {seen_before})", "returning": f"(number > 1 OR {seen_before})"}
        return f"({' OR '.join(tests[value] for value in rule.values)})"

    def _trait_of_visitor(self, rule: Rule) -> RuleFact:
        """The fact that a view of the visitor in the period has the trait; a trait of visits, that of its visit."""
        if rule.what not in ("landing", "exit", "visitor"):
            test = trait_sql(rule, self.values, self.spans.ms_ahead)
            found = f"SELECT visitor FROM views FINAL WHERE {self.spans.period} AND {test}"
            return self._add("visitor", f"visitor GLOBAL IN ({found})")
        is_newness = rule.what == "visitor"
        test = "1" if is_newness else trait_sql(rule, self.values, self.spans.ms_ahead)
        rows = (
            f"SELECT view, visitor, toUnixTimestamp64Milli(time) AS ms, {self.spans.period} AS within, {test} AS fits "
            f"FROM views FINAL WHERE {self.spans.wide}"
        )
        before = (f"visitor GLOBAL IN (SELECT visitor FROM views WHERE {self.spans.earlier}) AS seen_before",)
        visits = visit_arrays(rows, ("within", "fits"), before if is_newness else ())
        holds = self._newness(rule, "seen_before") if is_newness else self._of_visit(rule, FIRST_COLUMN + 1)
        any_view = f"arrayExists(v -> v.{FIRST_COLUMN}, visit)"
        found = (
            f"SELECT visitor FROM ({visits}) "
            f"WHERE arrayExists((visit, number) -> {holds} AND {any_view}, visits, arrayEnumerate(visits))"
        )
        return self._add("visitor", f"visitor GLOBAL IN ({found})")

    # Actions

    def _action_of_view(self, rule: Rule) -> RuleFact:
        where = f"{self.spans.wide} AND {self._pages}" if self._pages else self.spans.wide
        mine = self._happened(rule, where)
        if rule.other is None:
            if mine.test and (rule.times == 1 and rule.count != "most"):
                return self._add("view", mine.test)
            return self._add("view", _repeated("view", mine.sql, rule))
        other = self._happened(rule.other, where)
        return self._add("view", self._ordered("view", mine, other, rule))

    def _action_of_visitor(self, rule: Rule) -> RuleFact:
        where = self._rows_of_visitor(rule)
        mine = self._happened(rule, where)
        if rule.other is None:
            return self._add("visitor", _repeated("visitor", mine.sql, rule))
        other = self._happened(rule.other, where)
        return self._add("visitor", self._ordered("visitor", mine, other, rule))

    def _ordered(self, unit: str, mine: Happened, other: Happened, rule: Rule) -> str:
        count = order_count(
            "groupArrayIf(ms, mine)", "groupArrayIf(ms, NOT mine)", rule.order, rule.within, self.values
        )
        both = (
            f"SELECT {unit}, ms, 1 AS mine FROM ({mine.sql}) UNION ALL SELECT {unit}, ms, 0 AS mine FROM ({other.sql})"
        )
        return _within_unit(unit, f"({both})", count, rule)

    def _action_of_visit(self, rule: Rule) -> RuleFact:
        mine = self._happened(rule, self.spans.wide)
        if rule.other is not None:
            other = self._happened(rule.other, self.spans.wide)
            times = [f"arrayFlatten(arrayMap(v -> v.{self._times(one)}, visit))" for one in (mine, other)]
            count = order_count(times[0], times[1], rule.order, rule.within, self.values)
            return self._add("visit", enough_times(count, rule.times, rule.count))
        if rule.times == 1 and rule.count == "least":
            column = self._column(mine.test or f"view GLOBAL IN (SELECT view FROM ({mine.sql}))")
            return self._add("visit", f"arrayExists(v -> v.{column}, visit)")
        column = self._column(mine.test or f"length({self._joined(mine)})")
        return self._add("visit", enough_times(f"arraySum(v -> v.{column}, visit)", rule.times, rule.count))

    def _times(self, action: Happened) -> int:
        """The place in the tuple of a view of the times of an action."""
        if action.test:
            return self._column(f"if({action.test}, [toUnixTimestamp64Milli(time)], CAST([], 'Array(Int64)'))")
        return self._column(self._joined(action))

    def _joined(self, action: Happened) -> str:
        """The column, joined to the rows of `views`, with the times of an action in each."""
        self.joined.append(action.sql)
        return f"times{len(self.joined) - 1}"

    def _happened(self, action: Rule | Action, where: str) -> Happened:
        return in_time(action, happened(action, where, self.values), self.spans.period)

    def _rows_of_visitor(self, rule: Rule) -> str:
        if not rule.days:
            return self.spans.period
        scope = self._scope
        days = self.values.days(scope.zone, days_before(scope.until, rule.days - 1), scope.until)
        return f"{self._people} AND {days}"

    def _measured_days(self, rule: Rule) -> MeasuredDays:
        return MeasuredDays(
            rows=self._rows_of_visitor(rule),
            history=self._rows_of_visitor(rule) if rule.days else self.spans.history,
            asked=self.spans.wide,
            until=self._scope.until,
            zone=self._scope.zone,
        )


def days_before(day: date, n: int) -> date:
    """The day `n` days earlier; the first or last day that there is, at most."""
    return date.fromordinal(min(max(1, day.toordinal() - n), date.max.toordinal()))


def _repeated(unit: str, times: str, rule: Rule) -> str:
    """The condition that an action happened in a view, or to a visitor, as often as a rule wants."""
    if rule.times == 1 and rule.count == "least":
        return f"{unit} GLOBAL IN (SELECT {unit} FROM ({times}))"
    return _within_unit(unit, f"({times})", "count()", rule)


def _within_unit(unit: str, source: str, count: str, rule: Rule) -> str:
    found = f"SELECT {unit} FROM {source} GROUP BY {unit} HAVING"
    if rule.count == "most":
        return f"NOT ({unit} GLOBAL IN ({found} {count} > {rule.times}))"
    return f"{unit} GLOBAL IN ({found} {enough_times(count, rule.times, rule.count)})"
