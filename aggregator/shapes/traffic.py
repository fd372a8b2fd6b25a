"""Views and visitors of a site, counted by day, page or device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class PageTotal:
    page: str
    visitors: int
    views: int
    clicks: int


@dataclass(frozen=True)
class PagePart:
    """A part of the list of a site's pages, the busiest first: `most` of them (0: all) behind the first `skipped`.

    `search`: only pages with this text in their address, in any case, and the pages `also`.
    """

    search: str = ""
    also: tuple[str, ...] = ()
    most: int = 0
    skipped: int = 0
    least_visitors: int = 1


@dataclass(frozen=True)
class PageDay:
    page: str
    day: date
    views: int


@dataclass(frozen=True)
class DeviceVisitors:
    """Visitors of a page (`page` "": of several pages together) on one kind of device."""

    page: str
    device: str
    visitors: int
