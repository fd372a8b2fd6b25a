"""Page groups: their figures, what a change of one does, and suggestions for new ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from aggregator.answers.frustrated import frustrated_visitors
from aggregator.measures.group_changes import Address, AddressChange, GroupChange
from aggregator.measures.page_patterns import shared_patterns
from aggregator.queries.conditions import selecting
from aggregator.queries.page_groups import (
    groups_of_page,
    read_group_days,
    read_group_totals,
    read_new_addresses,
    read_pages_of_groups,
    read_set_totals,
)
from aggregator.queries.traffic import read_page_totals
from aggregator.shapes.page_groups import SetTotal
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.traffic import PagePart
from store.client import Store

NEW_DAYS = 7  # an address is new if it was first visited in the last days of the period
MOST_EXAMINED = 5_000  # addresses that suggestions and the tester look at: the busiest
MOST_SUGGESTED = 12

Groups = Mapping[str, tuple[str, ...]]  # key → patterns


@dataclass(frozen=True)
class GroupRow:
    """One group in a period. `new`: addresses of it that were first visited in the last NEW_DAYS; `busiest`: the page
    with most visitors."""

    key: str
    addresses: int = 0
    new: int = 0
    visitors: int = 0
    views: int = 0
    clicks: int = 0
    frustrated_share: float = 0.0
    daily: tuple[int, ...] = ()
    busiest: str = ""


@dataclass(frozen=True)
class GroupList:
    """All groups of a site, in their given order; `grouped` of the `addresses` with visits are in one."""

    groups: list[GroupRow]
    addresses: int
    grouped: int


@dataclass(frozen=True)
class SuggestedGroup:
    """A pattern that `addresses` share; `examples`: the busiest of them."""

    pattern: str
    examples: tuple[str, ...]
    addresses: int
    visitors: int


@dataclass(frozen=True)
class GroupEffect:
    """What a change of a group does, in all addresses of a period. `rows`: of the `examined` busiest addresses.

    `fits`: what the group is before the change, `after` what it is then; `new` and `out`: the difference; `clash`: what
    is in other groups too; `ungrouped`: what is in none then; `every`: all addresses.
    """

    rows: list[AddressChange]
    examined: int
    totals: Mapping[str, SetTotal]


def group_list(store: Store, scope: SiteScope, groups: Groups) -> GroupList:
    """The groups with their figures. A page may be in several."""
    patterns = list(groups.values())
    totals = {total.number: total for total in read_group_totals(store, scope, patterns)}
    pages = read_pages_of_groups(store, scope, patterns) if len(totals) > (0 in totals) else {}
    first = max(scope.since, scope.until - timedelta(days=NEW_DAYS - 1))
    new = read_new_addresses(store, replace(scope, since=first), patterns) if pages else {}
    frustrated = _frustrated(store, scope, pages)
    daily: dict[int, list[int]] = defaultdict(lambda: [0] * ((scope.until - scope.since).days + 1))
    for number, day, views in read_group_days(store, scope, patterns) if pages else ():
        daily[number][(day - scope.since).days] += views
    rows = []
    for number, key in enumerate(groups, 1):
        total = totals.get(number)
        rows.append(
            GroupRow(
                key, total.addresses, new.get(number, 0), total.visitors, total.views, total.clicks,
                min(frustrated.get(number, 0) / total.visitors, 1.0), tuple(daily[number]), total.busiest,
            )
            if total
            else GroupRow(key)
        )  # fmt: skip
    ungrouped = totals[0].addresses if 0 in totals else 0
    return GroupList(rows, ungrouped + len(pages), len(pages))


def suggested_groups(store: Store, scope: SiteScope, groups: Groups, declined: Sequence[str]) -> list[SuggestedGroup]:
    """Patterns that many addresses without a group share, those of most addresses first."""
    ungrouped = PagePart(most=MOST_EXAMINED, in_none_of=tuple(groups.values()))
    shared = shared_patterns(total.page for total in read_page_totals(store, scope, ungrouped))
    shared = [one for one in shared if one.pattern not in declined][:MOST_SUGGESTED]
    if not shared:
        return []
    sets: dict[str, str] = {}
    values: dict[str, object] = {}
    for number, one in enumerate(shared):
        sets[f"set{number}"], of_set = selecting((one.pattern,), f"set{number}_")
        values |= of_set
    totals = read_set_totals(store, scope, sets, values)
    return [
        SuggestedGroup(one.pattern, one.pages[:2], totals[f"set{number}"].addresses, totals[f"set{number}"].visitors)
        for number, one in enumerate(shared)
    ]


def group_effect(store: Store, scope: SiteScope, change: GroupChange) -> GroupEffect:
    """What a change of a group does to the addresses with visits in a scope."""
    busiest = read_page_totals(store, scope, PagePart(most=MOST_EXAMINED))
    rows = change.of([Address(total.page, total.visitors) for total in busiest])
    before, values = selecting(change.before, "before")
    after, of_after = selecting(change.after, "after")
    values |= of_after
    groups, of_others = groups_of_page(list(change.others.values()))
    values |= of_others
    in_others = f"notEmpty({groups})"
    sets = {
        "fits": before,
        "after": after,
        "new": f"({after} AND NOT {before})",
        "out": f"({before} AND NOT {after})",
        "clash": f"({after} AND {in_others})",
        "ungrouped": f"(NOT {after} AND NOT {in_others})",
        "every": "true",
    }
    return GroupEffect(rows, len(busiest), read_set_totals(store, scope, sets, values))


def _frustrated(store: Store, scope: SiteScope, pages: Mapping[str, Sequence[int]]) -> dict[int, int]:
    """Group → frustrated visitors. Groups that share a page are counted one after the other."""
    found: dict[int, int] = {}
    waiting = sorted({number for numbers in pages.values() for number in numbers})
    while waiting:
        apart = _disjoint(waiting, pages)
        of_page = {page: number for page, numbers in pages.items() for number in numbers if number in apart}
        found |= frustrated_visitors(store, scope, of_page)
        waiting = [number for number in waiting if number not in apart]
    return found


def _disjoint(groups: Sequence[int], pages: Mapping[str, Sequence[int]]) -> set[int]:
    """The first of the groups, and of the others those that share no page with those chosen before."""
    shares: dict[int, set[int]] = defaultdict(set)
    for numbers in pages.values():
        for number in numbers if len(numbers) > 1 else ():
            shares[number].update(numbers)
    chosen: set[int] = set()
    for number in groups:
        if not shares[number] & chosen:
            chosen.add(number)
    return chosen
