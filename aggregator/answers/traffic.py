"""Views and visitors of a site and of its pages. Bots and excluded visitors are left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from aggregator.answers.frustrated import frustrated_visitors
from aggregator.answers.heatmap import Heatmap
from aggregator.measures.statistics import FEW
from aggregator.queries.conditions import MOST_NAMED
from aggregator.queries.exposure import read_exposed
from aggregator.queries.folds import read_folds
from aggregator.queries.pages import resolve_pages
from aggregator.queries.traffic import (
    read_bots,
    read_clocks,
    read_daily,
    read_devices,
    read_devices_of_views,
    read_last_view,
    read_page_count,
    read_page_days,
    read_page_devices,
    read_page_totals,
    read_site_devices,
    read_tracker_errors,
    read_visited,
)
from aggregator.shapes.scope import ChosenRows, SiteScope, site_scope
from aggregator.shapes.traffic import DeviceVisitors, PagePart, PageTotal
from store.client import Store
from store.zones import UTC_ZONE, Zone

SHOWN_DAYS = 28
BOT_DAYS = 7
FEW_VIEWS = 20  # in BOT_DAYS; fewer prove nothing
ALL = PagePart()


@dataclass(frozen=True)
class SiteTraffic:
    """`daily`: views of the last 28 days, oldest first, today last. `last_view_ms`: of anyone's view; 0 = never.

    `tracker_errors`: in these views; each may have lost an event.
    """

    views_today: int
    views_28: int
    last_view_ms: int
    daily: list[int]
    tracker_errors: int


@dataclass(frozen=True)
class PageRow:
    """One page in a period. `daily`: views per day, oldest first; `devices`: device → share of visitors."""

    page: str
    visitors: int
    views: int
    clicks: int
    frustrated_share: float
    daily: list[int]
    devices: dict[str, float]


@dataclass(frozen=True)
class BotShare:
    """The share of all views that count as bots for this one reason (`store.robots.REASONS`)."""

    reason: str
    share: float


@dataclass(frozen=True)
class PageList:
    """Some of the `total` pages that a search finds."""

    total: int
    rows: list[PageRow]


@dataclass(frozen=True)
class BusyPage:
    """A page with enough visitors for a share."""

    page: str
    visitors: int
    frustrated_share: float


def site_traffic(store: Store, site: int, today: date, zone: Zone = UTC_ZONE) -> SiteTraffic:
    """The last 28 days of a site, in `zone`."""
    since = today - timedelta(days=SHOWN_DAYS - 1)
    scope = SiteScope(site, since, today, zone=zone)
    views = read_daily(store, scope)
    daily = [views.get(since + timedelta(days=n), 0) for n in range(SHOWN_DAYS)]
    return SiteTraffic(daily[-1], sum(daily), read_last_view(store, site), daily, read_tracker_errors(store, scope))


def other_clock(store: Store, site: int, today: date, zone: Zone) -> int | None:
    """By how many minutes most visitors' clocks of the last 28 days were ahead of UTC, if that is not `zone`'s time."""
    views, others = read_clocks(store, SiteScope(site, today - timedelta(days=SHOWN_DAYS - 1), today, zone=zone))
    minutes = max(others, key=lambda one: others[one], default=0)
    return minutes if others and others[minutes] > views / 2 else None


def robot_views(store: Store, site: int, today: date, zone: Zone = UTC_ZONE) -> dict[str, int]:
    """Views of the last 7 days by the reason for which they count as bots; "" for those of people."""
    return read_bots(store, SiteScope(site, today - timedelta(days=BOT_DAYS - 1), today, zone=zone))


def mostly_bots(store: Store, site: int, today: date, zone: Zone = UTC_ZONE) -> BotShare | None:
    """The reason for which most views of the last 7 days count as bots; None if no single reason does."""
    views = robot_views(store, site, today, zone)
    total, reason = sum(views.values()), max(views, key=lambda one: views[one], default="")
    if not reason or total < FEW_VIEWS or views[reason] <= total / 2:
        return None
    return BotShare(reason, views[reason] / total)


def pages_of(store: Store, scope: SiteScope, part: PagePart = ALL) -> list[PageRow]:
    """The pages with views in a scope, most visitors first; `part`: some of them, or in another order."""
    totals = read_page_totals(store, scope, part)
    if not totals:
        return []
    names = [total.page for total in totals]
    named = names if len(names) <= MOST_NAMED else None
    days = (scope.until - scope.since).days + 1
    daily: dict[str, list[int]] = defaultdict(lambda: [0] * days)
    for row in read_page_days(store, scope, named):
        daily[row.page][(row.day - scope.since).days] += row.views
    devices: dict[str, dict[str, int]] = defaultdict(dict)
    for of_device in read_page_devices(store, scope, named):
        devices[of_device.page][of_device.device] = of_device.visitors
    frustrated = _frustrated_shares(store, scope, totals)
    return [
        PageRow(
            page=total.page,
            visitors=total.visitors,
            views=total.views,
            clicks=total.clicks,
            frustrated_share=frustrated[total.page],
            daily=daily[total.page],
            devices=_shares(devices[total.page]),
        )
        for total in totals
    ]


def page_list(store: Store, scope: SiteScope, part: PagePart = ALL) -> PageList:
    """The same with the number of all pages that `part` is a part of."""
    total = read_page_count(store, scope, part)
    return PageList(total, pages_of(store, scope, part) if total else [])


def busiest_pages(store: Store, scope: SiteScope, part: PagePart = ALL) -> list[BusyPage]:
    """The busiest pages with enough visitors for a share, most visitors first: at most MOST_NAMED. `part`: of which."""
    part = replace(part, most=MOST_NAMED, skipped=0, least_visitors=FEW, order="visitors")
    totals = read_page_totals(store, scope, part)
    shares = _frustrated_shares(store, scope, totals)
    return [BusyPage(total.page, total.visitors, shares[total.page]) for total in totals]


def visited_pages(store: Store, scope: SiteScope) -> list[str]:
    """The names of the pages with views in a scope, most visitors first."""
    return read_visited(store, scope)


def _frustrated_shares(store: Store, scope: SiteScope, totals: Sequence[PageTotal]) -> dict[str, float]:
    numbers = {total.page: number for number, total in enumerate(totals, 1)}
    frustrated = frustrated_visitors(store, scope, numbers)
    return {total.page: min(frustrated.get(numbers[total.page], 0) / total.visitors, 1.0) for total in totals}


def devices_of(store: Store, scope: SiteScope, patterns: tuple[str, ...]) -> dict[str, int]:
    """Device → visitors of the pages that match the patterns, the commonest first; the scope's device is ignored."""
    pages = resolve_pages(store, scope.site, patterns)
    return _by_device(read_devices(store, replace(scope, device=""), pages, patterns))


def devices_of_map(store: Store, drawn: Heatmap) -> dict[str, int]:
    """The same of the pages of a map. If its views were selected before, of these: with a segment, of one visitor in
    ten if the map is of so many."""
    scope = replace(drawn.scope, device="")
    if drawn.devices is not None:
        return commonest_first(drawn.devices)
    everybody = replace(scope, chosen=ChosenRows(), kept=None)
    of_views = read_folds(store, everybody, drawn.pages)[1]
    if of_views.folds.ids:
        folded = read_exposed(store, everybody, drawn.pages, drawn.snapshot.width, of_views).devices
        return commonest_first(folded or {})
    if (scope.chosen.views or scope.tenth) and not scope.bots:
        return _by_device(read_devices_of_views(store, scope, drawn.pages))
    return _by_device(read_devices(store, site_scope(scope), drawn.pages, scope.pages))


def _by_device(found: list[DeviceVisitors]) -> dict[str, int]:
    return commonest_first({row.device: row.visitors for row in found})


def visitors_by_device(store: Store, scope: SiteScope) -> dict[str, int]:
    """Device → visitors of the site, whatever device the scope names; "" → of all devices together."""
    found = read_site_devices(store, replace(scope, device=""))
    return {row.device: row.visitors for row in found}


def _shares(visitors: dict[str, int]) -> dict[str, float]:
    total = sum(visitors.values())
    return {device: n / total for device, n in commonest_first(visitors).items()}


def commonest_first(visitors: Mapping[str, int]) -> dict[str, int]:
    """The devices with visitors, the commonest first."""
    return {device: n for device, n in sorted(visitors.items(), key=lambda item: (-item[1], item[0])) if n}
