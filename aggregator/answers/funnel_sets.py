"""The sets of visitors that a funnel is split into, and the largest of them.

A set is asked about like any other question: its funnel is the funnel of the same question, narrowed to the set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aggregator.answers.segment import fitting
from aggregator.queries.funnel import read_values
from aggregator.shapes.funnels import SplitBy
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.segments import Group, Rule

MOST_SETS = 12  # that are counted


@dataclass(frozen=True)
class FunnelSet:
    """The visitors of one set: those whom `tree` selects too. `key`: a value, or the id of a variant or segment."""

    key: str
    tree: Group

    def within(self, scope: SiteScope) -> SiteScope:
        """The same question, narrowed to the set."""
        return replace(scope, segment=Group(groups=(scope.segment, self.tree)) if scope.segment else self.tree)


def variant_sets(experiment: str, variants: Sequence[str]) -> tuple[FunnelSet, ...]:
    """The visitors who saw one variant of an experiment, and no other."""
    saw = {
        key: Rule(what="variant", scope="visitor", values=(f"{experiment}:{key}",)) for key in dict.fromkeys(variants)
    }
    return tuple(
        FunnelSet(key, Group(rules=(rule,), groups=(Group(match="none", rules=_without(saw, key)),)))
        for key, rule in saw.items()
    )


def _without(saw: dict[str, Rule], key: str) -> tuple[Rule, ...]:
    return tuple(rule for other, rule in saw.items() if other != key)


def sets_of(store: Store, scope: SiteScope, split: SplitBy, given: Sequence[FunnelSet] = ()) -> list[FunnelSet]:
    """The sets of a split: at most MOST_SETS, those with the most visitors. `given`: those of variants and segments."""
    if split == "visitor":
        return [_valued("visitor", value) for value in ("new", "returning")]
    if split in ("device", "channel"):
        return [_valued(split, value) for value in read_values(store, scope, split, MOST_SETS)]
    if len(given) <= MOST_SETS:
        return list(given)
    fits = fitting(store, scope, [one.within(scope).segment or one.tree for one in given])
    order = sorted(range(len(given)), key=lambda n: (-fits[n].visitors, given[n].key))
    return [given[n] for n in order[:MOST_SETS]]


def _valued(what: SplitBy, value: str) -> FunnelSet:
    """The visits of one kind, as a filter selects them."""
    assert what in ("device", "channel", "visitor")
    return FunnelSet(value, Group(rules=(Rule(what=what, scope="visit", values=(value,)),)))
