"""The values that the rules of a segment bind in a query, under names that nothing else in it uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from store.pages import NOT, QUERY, page_pattern
from store.zoned_sql import in_days, ms_ahead
from store.zones import Zone

AT_ONCE = 2_000  # ids in one bound value: a server limits its size


class BoundValues:
    """Binds values; `params` has them by name."""

    def __init__(self, prefix: str = "rule") -> None:
        self.params: dict[str, Any] = {}
        self._prefix = prefix
        self._days: dict[tuple[str, date, date], str] = {}

    def bind(self, kind: str, value: object) -> str:
        """A placeholder for a value of a ClickHouse type."""
        name = f"{self._prefix}{len(self.params)}"
        self.params[name] = value
        return f"{{{name}:{kind}}}"

    def days(self, zone: Zone, since: date, until: date) -> str:
        """The condition that a row is of these days of a zone, both included."""
        asked = (zone.name, since, until)
        if asked not in self._days:
            self._days[asked] = self._renamed(*in_days(zone, since, until))
        return self._days[asked]

    def ms_ahead(self, zone: Zone, since: date, until: date) -> str:
        """By how many ms the local time of a row of these days is ahead of UTC."""
        return self._renamed(*ms_ahead(zone, since, until))

    def among(self, column: str, ids: Sequence[int]) -> str:
        """The condition that a column holds one of these ids."""
        pieces = [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
        found = " OR ".join(f"{column} IN {self.bind('Array(UInt64)', list(piece))}" for piece in pieces)
        return f"({found or '0'})"

    def one_of(self, column: str, values: Sequence[str]) -> str:
        """The condition that a column is one of these texts."""
        return f"{column} IN {self.bind('Array(String)', list(values))}"

    def contains(self, column: str, values: Sequence[str]) -> str:
        """The condition that a column contains one of these texts, in any case."""
        found = (f"positionCaseInsensitiveUTF8(toString({column}), {self.bind('String', one)}) > 0" for one in values)
        return f"({' OR '.join(found)})"

    def on_pages(self, column: str, lists: Sequence[Sequence[str]]) -> str:
        """The condition that one of these lists of patterns (`store.pages.selects`) selects the page in a column."""
        plain = [pattern for patterns in lists for pattern in patterns if len(patterns) == 1]
        found = [self._matches(column, plain)] if plain else []
        found += [self._selected(column, patterns) for patterns in lists if len(patterns) != 1]
        return f"({' OR '.join(found) or '0'})"

    def _selected(self, column: str, patterns: Sequence[str]) -> str:
        wanted = self._matches(column, [one for one in patterns if not one.startswith(NOT)])
        without = [one.removeprefix(NOT) for one in patterns if one.startswith(NOT)]
        return f"({wanted} AND NOT {self._fits(column, without)})" if without else wanted

    def _matches(self, column: str, patterns: Sequence[str]) -> str:
        """A page may have the name that a pattern is, as a number in its address was masked with `*`."""
        return f"({self.one_of(column, patterns)} OR {self._fits(column, patterns)})"

    def _fits(self, column: str, texts: Sequence[str]) -> str:
        found: list[str] = []
        patterns = [page_pattern(text) for text in texts]
        for with_query in (False, True):
            if these := [one.regex for one in patterns if one.with_query is with_query]:
                name = column if with_query else f"replaceRegexpAll({column}, {self.bind('String', QUERY.pattern)}, '')"
                found.append(f"match({name}, {self.bind('String', _any_of(these))})")
        return f"({' OR '.join(found) or '0'})"

    def named(self, column: str, name: str) -> str:
        """The condition that a column is this name, in which `*` stands for any text."""
        if "*" not in name:
            return f"{column} = {self.bind('String', name)}"
        pattern = ".*".join(map(re.escape, name.split("*")))
        return f"match({column}, {self.bind('String', f'^(?s:{pattern})$')})"

    def between(self, sql: str, least: float | None, most: float | None) -> str:
        """The condition that an expression is within bounds, where they are given."""
        bounds = ((">=", least), ("<=", most))
        parts = [f"{sql} {sign} {self.bind('Float64', bound)}" for sign, bound in bounds if bound is not None]
        return f"({' AND '.join(parts) or '1'})"

    def adopted(self, sql: str, values: Iterable[tuple[str, Any]]) -> str:
        """Another query with its bound values (lists as tuples), under names of these values."""
        found = {name: list(value) if isinstance(value, tuple) else value for name, value in values}
        names: dict[str, str] = {}

        def renamed(match: re.Match[str]) -> str:
            name, kind = match.groups()
            if name not in names:
                names[name] = self.bind(kind, found[name])
            return names[name]

        return re.sub(r"\{(\w+):([^}]+)\}", renamed, sql)

    def _renamed(self, sql: str, values: dict[str, Any]) -> str:
        """The SQL with its placeholders under names of these values."""
        for name, value in values.items():
            kind = re.findall(rf"\{{{name}:([^}}]+)\}}", sql)[0]
            sql = sql.replace(f"{{{name}:{kind}}}", self.bind(kind, value))
        return sql


def _any_of(regexes: Sequence[str]) -> str:
    return f"^(?:{'|'.join(regexes)})$"
