"""Visitors that two scopes have in common."""

from __future__ import annotations

import re
from typing import Any

from aggregator.queries.conditions import where
from aggregator.shapes.scope import Scope
from store.client import Store


def read_overlap(store: Store, a: Scope, b: Scope, pages: tuple[str, ...]) -> int:
    """How many visitors have a view in both scopes of these pages."""
    (first, one), (second, two) = (_named(scope, pages, name) for scope, name in ((a, "a"), (b, "b")))
    row = store.rows(
        f"SELECT uniqExact(visitor) AS n FROM views FINAL WHERE {first} "
        f"AND visitor GLOBAL IN (SELECT visitor FROM views FINAL WHERE {second})",
        **one,
        **two,
    )[0]
    return int(row["n"])


def _named(scope: Scope, pages: tuple[str, ...], name: str) -> tuple[str, dict[str, Any]]:
    """The condition of a scope with placeholders of its own, so that it can stand beside another one."""
    w = where(scope, pages)
    sql = re.sub(r"\{(\w+):", rf"{{{name}_\1:", w.sql)
    return sql, {f"{name}_{key}": value for key, value in w.params.items()}
