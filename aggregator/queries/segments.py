"""Segments as SQL: a tree of rules becomes one condition on a row with `view` and `visitor`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from aggregator.queries.visits import visits_sql
from aggregator.shapes.scope import BadScope, Scope, SiteScope
from store.pages import QUERY, page_pattern
from store.segments import TRAITS, Group, Rule
from store.zoned_sql import in_days, ms_ahead
from store.zones import DAY_MS

_COLUMNS = frozenset(
    ("device", "browser", "os", "country", "language", "channel", "source", "medium", "campaign", "referrer")
)


def segment_sql(scope: Scope | SiteScope) -> tuple[str, dict[str, Any]]:
    """The condition that a row's view is in the scope's segment, with its bound values; ("1", {}) without one."""
    if scope.segment is None:
        return "1", {}
    compiler = _Compiler(scope)
    condition = compiler.group(scope.segment)
    return f"view GLOBAL IN (SELECT view FROM views FINAL WHERE {compiler.span} AND {condition})", compiler.values


@dataclass
class _Compiler:
    """Compiles the rules of one segment; `values` collects what is bound."""

    scope: Scope | SiteScope
    values: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A day earlier too: a visit of the first day may have begun then, and points follow their view past midnight.
        since = self.scope.since - timedelta(days=1)
        days, bounds = in_days(self.scope.zone, since, self.scope.until)
        for name in bounds:
            days = days.replace(f"{{{name}:", f"{{segment_{name}:")
        self.span = f"site = {{site:UInt32}} AND {days}"
        self.values.update({f"segment_{name}": value for name, value in bounds.items()})

    def group(self, group: Group) -> str:
        """The condition of a group on a row of `views`."""
        parts = [*(self.rule(rule) for rule in group.rules), *(self.group(one) for one in group.groups)]
        if not parts:
            return "1"
        joined = f"({(' AND ' if group.match == 'all' else ' OR ').join(parts)})"
        return f"NOT {joined}" if group.match == "none" else joined

    def rule(self, rule: Rule) -> str:
        if rule.what in TRAITS and rule.what != "visitor":
            return self._trait(rule)
        if rule.what == "saw" and not rule.element:
            return self._saw(rule)
        raise BadScope(f"A segment cannot ask for {rule.what!r} yet.")

    def bind(self, kind: str, value: object) -> str:
        """A placeholder for a value."""
        name = f"rule{len(self.values)}"
        self.values[name] = value
        return f"{{{name}:{kind}}}"

    def _trait(self, rule: Rule) -> str:
        if rule.scope == "view":
            return self._test(rule, _column(rule.what))
        if rule.scope == "visitor":
            return f"visitor GLOBAL IN (SELECT visitor FROM views FINAL WHERE {self.span} AND {self._any(rule)})"
        if rule.what in _COLUMNS:
            return self._in_visits(self._test(rule, f"first_{rule.what}"), firsts=(rule.what,))
        if rule.what == "landing":
            return self._in_visits(self._test(rule, "first_page"), firsts=("page",))
        if rule.what == "exit":
            return self._in_visits(self._test(rule, "last_page"), lasts=("page",))
        return self._in_visit_of(f"{self.span} AND {self._test(rule, _column(rule.what))}")

    def _any(self, rule: Rule) -> str:
        """The condition of a trait on any view of a visitor; landing and exit pages need visits."""
        if rule.what in ("landing", "exit"):
            return self._trait(Rule(what=rule.what, scope="visit", how=rule.how, values=rule.values))
        return self._test(rule, _column(rule.what))

    def _saw(self, rule: Rule) -> str:
        pages = tuple(filter(None, (rule.page, *rule.values)))
        seen = " OR ".join(self.on_page("page", page) for page in pages) or "1"
        if rule.scope == "view":
            return f"({seen})"
        if rule.scope == "visitor":
            return f"visitor GLOBAL IN (SELECT visitor FROM views FINAL WHERE {self.span} AND ({seen}))"
        return self._in_visit_of(f"{self.span} AND ({seen})")

    def _in_visits(self, test: str, firsts: tuple[str, ...] = (), lasts: tuple[str, ...] = ()) -> str:
        return f"view GLOBAL IN (SELECT view FROM {visits_sql(self.span, firsts, lasts)} WHERE {test})"

    def _in_visit_of(self, condition: str) -> str:
        """The condition that the visit contains a view that meets `condition`."""
        visits = visits_sql(self.span)
        good = f"SELECT visitor, n FROM {visits} WHERE view GLOBAL IN (SELECT view FROM views FINAL WHERE {condition})"
        return f"view GLOBAL IN (SELECT view FROM {visits} WHERE (visitor, n) GLOBAL IN ({good}))"

    def _test(self, rule: Rule, column: str) -> str:
        """The condition that a column has one of the rule's values."""
        negative = rule.how in ("is_not", "contains_not")
        positive = " OR ".join(self._one(rule, column)) or "0"
        return f"NOT ({positive})" if negative else f"({positive})"

    def _one(self, rule: Rule, column: str) -> list[str]:
        special = _SPECIAL.get(rule.what)
        if special:
            return [special(self, column, value) for value in rule.values]
        if rule.how in ("contains", "contains_not"):
            found = "positionCaseInsensitiveUTF8({}, {}) > 0"
            return [found.format(f"toString({column})", self.bind("String", value)) for value in rule.values]
        return [f"{column} IN {self.bind('Array(String)', list(rule.values))}"]

    def on_page(self, column: str, page: str) -> str:
        """The condition that a column is a page or matches a pattern."""
        pattern = page_pattern(page)
        name = column if pattern.with_query else f"replaceRegexpAll({column}, {self.bind('String', QUERY.pattern)}, '')"
        exact = f"{column} = {self.bind('String', page)}"
        return f"({exact} OR match({name}, {self.bind('String', f'^(?:{pattern.regex})$')}))"

    def viewport(self, column: str, value: str) -> str:
        least, most = value.split("-")
        low, high = self.bind("UInt32", int(least)), self.bind("UInt32", int(most or 100_000))
        return f"{column} BETWEEN {low} AND {high}"

    def variant(self, column: str, value: str) -> str:
        experiment, _, key = value.rpartition(":")
        return f"{column}[{self.bind('String', experiment)}] = {self.bind('String', key)}"

    def local(self, value: str, of_ms: str) -> str:
        """The condition that a function of the local time in ms is a whole number."""
        ahead, bound = ms_ahead(self.scope.zone, self.scope.since - timedelta(days=1), self.scope.until)
        for name in bound:
            ahead = ahead.replace(f"{{{name}:", f"{{segment_{name}:")
        self.values.update({f"segment_{name}": one for name, one in bound.items()})
        return of_ms.format(f"(toUnixTimestamp64Milli(time) + {ahead})") + f" = {self.bind('UInt8', int(value))}"


_SPECIAL: dict[str, Callable[[_Compiler, str, str], str]] = {
    "landing": _Compiler.on_page,
    "exit": _Compiler.on_page,
    "viewport": _Compiler.viewport,
    "variant": _Compiler.variant,
    "weekday": lambda compiler, _, value: compiler.local(value, f"(intDiv({{}}, {DAY_MS}) + 3) % 7 + 1"),
    "hour": lambda compiler, _, value: compiler.local(value, "intDiv({}, 3600000) % 24"),
}


def _column(what: str) -> str:
    return {"viewport": "viewport_w", "variant": "variants", "weekday": "time", "hour": "time"}.get(what, what)
