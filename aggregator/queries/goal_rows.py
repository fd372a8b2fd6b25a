"""The rows of an action: one row each time that somebody did it, as SQL."""

from __future__ import annotations

from collections.abc import Callable

from aggregator.shapes.scope import BadScope
from store.pages import QUERY, page_pattern
from store.segments import Action, Rule

Bind = Callable[[str, object], str]  # (type, value) → the placeholder of a bound value


def action_sql(action: Action | Rule, span: str, bind: Bind) -> str:
    """A query with the columns view, visitor, time and value (0 where the action has none).

    `span`: which rows of any table are read, as a condition on the columns that all tables share. What has no time of
    its own (a page that was seen, time stayed, depth) has the time at which its view began.
    """
    build = _QUERIES.get(action.what)
    if build is None:
        raise BadScope(f"There are no rows of the action {action.what!r}.")
    place = f"{span} AND {on_page(action.page, bind)}" if action.page else span
    return build(action, place, bind)


def on_page(page: str, bind: Bind, column: str = "page") -> str:
    """The condition that a column is a page or matches a pattern."""
    pattern = page_pattern(page)
    name = column if pattern.with_query else f"replaceRegexpAll({column}, {bind('String', QUERY.pattern)}, '')"
    exact = f"{column} = {bind('String', page)}"
    return f"({exact} OR match({name}, {bind('String', f'^(?:{pattern.regex})$')}))"


def between(action: Action | Rule, amount: str, bind: Bind, unit: float = 1.0) -> str:
    """The condition that an amount is from `least` to `most`, both included; `unit`: what 1 of them is in its terms."""
    tests = []
    if action.least is not None:
        tests.append(f"{amount} >= {bind('Float64', action.least * unit)}")
    if action.most is not None:
        tests.append(f"{amount} <= {bind('Float64', action.most * unit)}")
    return " AND ".join(tests) or "1"


def _saw(action: Action | Rule, place: str, bind: Bind) -> str:
    return f"SELECT view, visitor, time, 0. AS value FROM views FINAL WHERE {place}"


def _stayed(action: Action | Rule, place: str, bind: Bind) -> str:
    return f"{_saw(action, place, bind)} AND {between(action, 'engaged_ms', bind, 1000.0)}"


def _scrolled(action: Action | Rule, place: str, bind: Bind) -> str:
    share = "least(depth / greatest(page_h, 1), 1)"
    return (
        f"SELECT view, visitor, time, 0. AS value FROM scrolls FINAL WHERE {place} AND {between(action, share, bind)}"
    )


def _clicked(action: Action | Rule, place: str, bind: Bind) -> str:
    element = f" AND key = {bind('UInt64', int(action.element, 16))}" if action.element else ""
    return f"SELECT view, visitor, time, 0. AS value FROM points WHERE {place} AND kind = 'click'{element}"


def _sent(action: Action | Rule, place: str, bind: Bind) -> str:
    named = f" AND name = {bind('String', action.name)}" if action.name else ""
    tested = f" AND {between(action, 'value', bind)}" if (action.least, action.most) != (None, None) else ""
    return (
        "SELECT view, visitor, time, ifNull(value, 0.) AS value FROM events "
        f"WHERE {place} AND kind = 'custom'{named}{tested}"
    )


def _submitted(action: Action | Rule, place: str, bind: Bind) -> str:
    element = f" AND key = {bind('UInt64', int(action.element, 16))}" if action.element else ""
    return f"SELECT view, visitor, time, 0. AS value FROM events WHERE {place} AND kind = 'submit'{element}"


_QUERIES: dict[str, Callable[[Action | Rule, str, Bind], str]] = {
    "saw": _saw,
    "clicked": _clicked,
    "sent": _sent,
    "submitted": _submitted,
    "stayed": _stayed,
    "scrolled": _scrolled,
}
