"""How much comes in: of a site, of its pages, by device. Bots and excluded visitors are left out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from aggregator.answers.frustrated import frustrated_visitors
from aggregator.queries.traffic import read_daily, read_last_view, read_page_days, read_page_devices, read_page_totals
from store.client import Store

SHOWN_DAYS = 28


@dataclass(frozen=True)
class SiteTraffic:
    """`daily`: views of the last 28 days, oldest first, today last. `last_view_ms` is of anyone's view; 0 = never."""

    views_today: int
    views_28: int
    last_view_ms: int
    daily: list[int]


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


def site_traffic(store: Store, site: int, today: date) -> SiteTraffic:
    """The last 28 days of a site."""
    days = read_daily(store, site, today, SHOWN_DAYS)
    daily = [days.get(today - timedelta(days=back), (0, 0))[0] for back in range(SHOWN_DAYS - 1, -1, -1)]
    return SiteTraffic(daily[-1], sum(daily), read_last_view(store, site), daily)


def pages_of(store: Store, site: int, since: date, until: date) -> list[PageRow]:
    """The pages with views of people in since…until (inclusive), most visitors first."""
    totals = read_page_totals(store, site, since, until)
    if not totals:
        return []
    days = (until - since).days + 1
    daily: dict[str, list[int]] = defaultdict(lambda: [0] * days)
    for row in read_page_days(store, site, since, until):
        daily[row["page_name"]][(row["day"] - since).days] += row["views"]
    devices: dict[str, dict[str, int]] = defaultdict(dict)
    for row in read_page_devices(store, site, None, since, until):
        devices[row["page_name"]][row["device_name"]] = row["visitors"]
    names = {row["page_name"]: number for number, row in enumerate(totals, 1)}
    frustrated = frustrated_visitors(store, site, names, since, until)
    return [
        PageRow(
            page=row["page_name"],
            visitors=row["visitors"],
            views=row["views"],
            clicks=row["click_total"],
            frustrated_share=min(frustrated.get(names[row["page_name"]], 0) / row["visitors"], 1.0),
            daily=daily[row["page_name"]],
            devices=_shares(devices[row["page_name"]]),
        )
        for row in totals
    ]


def devices_of(store: Store, site: int, pages: tuple[str, ...], since: date, until: date) -> dict[str, int]:
    """Device → visitors of these pages, the commonest first."""
    rows = read_page_devices(store, site, pages, since, until)
    found = {row["device_name"]: int(row["visitors"]) for row in rows}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _shares(visitors: dict[str, int]) -> dict[str, float]:
    total = sum(visitors.values())
    return {device: n / total for device, n in sorted(visitors.items(), key=lambda item: (-item[1], item[0]))}
