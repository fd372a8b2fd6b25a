"""The elements of a page that has no picture: what was used, by the paths that the tracker reported."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.measures.shares import ShareOf, share_of
from aggregator.queries.exposure import read_exposed
from aggregator.queries.pages import resolve_pages
from aggregator.queries.used_paths import read_used_paths
from aggregator.shapes.scope import Scope
from store.client import Store


@dataclass(frozen=True)
class UsedPath:
    """An element by its path: the `points` on it, and the `users` among the visitors of the page."""

    path: str
    points: int
    users: ShareOf


def used_paths(store: Store, scope: Scope) -> tuple[UsedPath, ...]:
    """The elements with points of the scope's kind, those that most visitors used first."""
    pages = resolve_pages(store, scope.site, scope.pages)
    visitors = read_exposed(store, scope, pages, 0).visitors
    found = []
    for path, points, users in read_used_paths(store, scope, pages):
        # A view begun before midnight belongs to the previous day, its later points to this one.
        share = share_of(users, max(visitors, users))
        if share is not None:
            found.append(UsedPath(path, points, share))
    return tuple(found)
