"""Views and visitors of a site, counted by day, page or device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True)
class PageTotal:
    page: str
    visitors: int
    views: int
    clicks: int


PageOrder = Literal["visitors", "rising", "name"]


@dataclass(frozen=True)
class PagePart:
    """A part of the list of a site's pages, in `order`: `most` of them (0: all) behind the first `skipped`.

    `search`: only pages with this text in their address, in any case, and the pages `also`. `within`: only pages that
    these patterns select; empty: all. `in_none_of`: only pages that none of these groups selects. `named`: only these
    few; None: all. `unpictured`: only pages without a picture.
    """

    search: str = ""
    also: tuple[str, ...] = ()
    most: int = 0
    skipped: int = 0
    least_visitors: int = 1
    order: PageOrder = "visitors"
    within: tuple[str, ...] = ()
    in_none_of: tuple[tuple[str, ...], ...] = ()
    named: tuple[str, ...] | None = None
    unpictured: bool = False


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
