"""What fits a segment, and each of its rules alone and so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from msgspec.structs import replace as changed

from aggregator.queries.conditions import where, where_site
from aggregator.queries.pages import resolve_pages
from aggregator.queries.segment_figures import read_fitting
from aggregator.shapes.scope import Scope, SiteScope
from aggregator.shapes.segment_figures import Fitting, RuleFigures, SegmentFigures
from store.client import Store
from store.segments import MEASURES, Group, Rule


def segment_figures(store: Store, scope: Scope | SiteScope, tree: Group) -> SegmentFigures:
    """How many visitors, visits and views of a question fit a tree, and each rule of it; `scope.segment` is not used.

    The rules are computed in one pass, whatever their number.
    """
    rules = list(rules_by_path(tree))
    alone = [Group(rules=(rule,)) for _, rule in rules]
    so_far = [up_to(tree, path) or Group() for path, _ in rules]
    (total, fits, *found), remembered = read_fitting(
        store, scope, _counted(store, scope), [Group(), tree, *alone, *so_far]
    )
    n = len(rules)
    return SegmentFigures(
        total=total,
        fits=fits,
        remembered=remembered,
        rules=tuple(
            RuleFigures(path, found[i], found[n + i], remembered if looks_back(rule, _days(scope)) else None)
            for i, (path, rule) in enumerate(rules)
        ),
    )


def fitting(store: Store, scope: Scope | SiteScope, trees: Sequence[Group]) -> list[Fitting]:
    """How many visitors, visits and views of a question fit each tree; `scope.segment` is not used."""
    return read_fitting(store, scope, _counted(store, scope), trees)[0]


def rules_by_path(tree: Group, path: str = "") -> Iterator[tuple[str, Rule]]:
    """The rules of a tree in reading order, each with the path of its field: `rules.0`, `groups.1.rules.0`."""
    yield from ((f"{path}rules.{n}", rule) for n, rule in enumerate(tree.rules))
    for n, group in enumerate(tree.groups):
        yield from rules_by_path(group, f"{path}groups.{n}.")


def up_to(tree: Group, path: str, at: str = "") -> Group | None:
    """The tree without the rules that come after the one at `path`, and without groups that have none left."""
    for n in range(len(tree.rules)):
        if path == f"{at}rules.{n}":
            return changed(tree, rules=tree.rules[: n + 1], groups=())
    kept: list[Group] = []
    for n, group in enumerate(tree.groups):
        inside = f"{at}groups.{n}."
        if path.startswith(inside):
            last = up_to(group, path, inside)
            return changed(tree, groups=(*kept, last) if last else tuple(kept))
        kept.append(group)
    return None


def looks_back(rule: Rule, days: int) -> bool:
    """Whether a rule needs to recognise visitors for more than a day, in a question about so many days."""
    if rule.what in ("visitor", "last_seen", "quiet"):
        return rule.what != "quiet" or rule.days != 1
    return (rule.scope == "visitor" or rule.what in MEASURES) and (rule.days or days) > 1


def _days(scope: Scope | SiteScope) -> int:
    return (scope.until - scope.since).days + 1


def _counted(store: Store, scope: Scope | SiteScope) -> tuple[str, dict[str, Any]]:
    """The condition of the views of a question without its segment, with its bound values."""
    if isinstance(scope, SiteScope):
        return where_site(replace(scope, segment=None))
    w = where(replace(scope, segment=None), resolve_pages(store, scope.site, scope.pages))
    return w.sql, w.params
