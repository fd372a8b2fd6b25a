"""The state of a map, as it stands in its address: what is shown, at which width, of which days and visitors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from store.devices import DEVICES as ALL_DEVICES
from store.kinds import MAP_KINDS
from viewer.http.errors import Problem

KINDS = MAP_KINDS
DEVICES = ALL_DEVICES[::-1]  # the widest first
PERIODS = (1, 7, 28, 90)


@dataclass(frozen=True)
class View:
    """The query of `/sites/{site}/heatmap` and its sisters, checked."""

    page: str = ""
    kind: str = "click"
    width: int = 0  # px; 0 = whichever picture there is
    days: int = 28
    since: str = ""  # ISO day; with `until`, wins over `days`
    until: str = ""
    variant: str = ""  # EXPERIMENT:KEY
    device: str = ""  # "" = every device
    every: bool = False  # all elements in the table
    state: str = ""  # key of a state of the page; "" = as it opens
    bots: bool = False  # with the visits of robots

    @classmethod
    def of(cls, query: Mapping[str, str]) -> View:
        """Read and check a query; Problem 400 says what is wrong."""
        kind = query.get("kind", "click")
        device = query.get("device", "").replace("all", "")
        since, until = query.get("since", ""), query.get("until", "")
        try:
            width, days = int(query.get("width") or 0), int(query.get("days") or 28)
            first = date.fromisoformat(since) if since else None
            last = date.fromisoformat(until) if until else None
        except ValueError:
            raise Problem(400, "view_unread", "A width or a day in this address cannot be read.") from None
        if kind not in KINDS or device not in ("", *DEVICES):
            raise Problem(400, "view_kind", "This address asks for a kind of map or a device that does not exist.")
        if first and last and last < first:
            raise Problem(400, "days_swapped", "The last day must not be before the first.", "Swap them.")
        return cls(
            page=query.get("page", ""), kind=kind, width=max(0, width), days=min(max(1, days), 3660),
            since=since, until=until, variant=query.get("variant", ""), device=device,
            every=query.get("all") == "1", state=query.get("state", "") if kind != "scroll" else "",
            bots=query.get("bots") in ("1", "true"),
        )  # fmt: skip

    def period(self, today: date) -> tuple[date, date]:
        """First and last day, both included."""
        last = date.fromisoformat(self.until) if self.until else today
        if self.since:
            return date.fromisoformat(self.since), last
        return last - timedelta(days=self.days - 1), last

    @property
    def chosen_days(self) -> bool:
        return bool(self.since or self.until)

    def query(self, **change: Any) -> dict[str, str]:
        """The query of this state with `change` made; what is usual is left out, so that addresses stay short."""
        new = replace(self, **change)
        pairs = {
            "page": new.page,
            "kind": new.kind if new.kind != "click" else "",
            "width": str(new.width or ""),
            "days": str(new.days) if new.days != 28 and not new.chosen_days else "",
            "since": new.since,
            "until": new.until,
            "variant": new.variant,
            "device": new.device,
            "all": "1" if new.every else "",
            "state": new.state if new.kind != "scroll" else "",
            "bots": "1" if new.bots else "",
        }
        return {name: value for name, value in pairs.items() if value}

    def fields(self, *without: str) -> list[tuple[str, str]]:
        """The same as hidden fields of a form, without those that the form itself asks for."""
        return [(name, value) for name, value in self.query().items() if name not in without]
