"""Page groups of a site for routes: their figures, what a change does, and suggestions, read in threads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aggregator.answers.page_groups import (
    GroupEffect,
    GroupList,
    SuggestedGroup,
    group_effect,
    group_list,
    suggested_groups,
)
from aggregator.measures.group_changes import GroupChange
from aggregator.queries.traffic import read_page_totals
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.traffic import PagePart, PageTotal
from rules import page_group as rules
from rules.period import Period, today
from store.client import Store
from store.definitions import Definitions
from store.page_groups import PageGroup
from store.records import Site
from viewer.work import Work

SUGGESTED_SECONDS = 60.0  # how long suggestions are kept: new addresses are rare


def patterns_of(groups: Iterable[PageGroup]) -> Mapping[str, tuple[str, ...]]:
    """Key → patterns, by name."""
    return {group.key: group.patterns for group in rules.in_order(groups)}


def tested_scope(site: Site) -> SiteScope:
    """The visits on which a group is tested and suggested: those of the usual period."""
    return SiteScope(int(site.id), *Period().span(today(site.zone)), zone=site.zone)


class GroupReader:
    def __init__(self, store: Store, definitions: Definitions, work: Work) -> None:
        self._store = store
        self._definitions = definitions
        self._work = work

    async def figures(self, scope: SiteScope, groups: Iterable[PageGroup]) -> GroupList:
        """The figures of the groups, by name."""
        return await self._work.run(group_list, self._store, scope, patterns_of(groups))

    async def suggested(self, site: Site, groups: Iterable[PageGroup]) -> list[SuggestedGroup]:
        """Patterns that could be groups, without those that were declined."""
        patterns = patterns_of(groups)

        def find() -> list[SuggestedGroup]:
            declined = rules.declined(self._definitions, site.id)
            return suggested_groups(self._store, tested_scope(site), patterns, declined)

        key = ("suggested groups", site.id, tuple(patterns.items()))
        return await self._work.once(key, SUGGESTED_SECONDS, find, light=True)

    async def declined(self, site: Site) -> tuple[str, ...]:
        """The patterns that are not suggested again."""
        return await self._work.run(rules.declined, self._definitions, site.id)

    async def effect(self, site: Site, change: GroupChange) -> GroupEffect:
        """What a change does to the addresses of the usual period."""
        return await self._work.run(group_effect, self._store, tested_scope(site), change)

    async def ungrouped(self, site: Site, groups: Sequence[tuple[str, ...]], most: int) -> list[PageTotal]:
        """The busiest addresses that none of these groups selects."""
        part = PagePart(most=most, in_none_of=tuple(groups))
        return await self._work.run(read_page_totals, self._store, tested_scope(site), part)
