"""Matomo: visits as `Live.getLastVisitsDetails` answers them (https://developer.matomo.org/api-reference/reporting-api).

Page views become views, and actions on them become events. This format has no positions of clicks.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from parcours.importing.identity import Occurrences, row_id
from parcours.importing.items import Bad, Item, Made, Row, Source
from parcours.importing.mapping import Unmapped, milliseconds, number
from parcours.importing.rows import Read
from parcours.importing.view_batches import ViewFacts, ViewPart, Views, window
from store.visitors import own_id

_DEVICES = {"Desktop": "desktop", "Smartphone": "phone", "Phablet": "phone", "Tablet": "tablet"}
_REVENUE = ("ecommerceOrder", "goal")
_NAMES = {"ecommerceOrder": "order", "ecommerceAbandonedCart": "abandoned cart"}
_PLAIN = ("download", "outlink", "search", "ecommerceAbandonedCart")


def items(rows: Iterable[Read], zone: tzinfo) -> Source:
    """One visit a line; its actions are read in order. `zone`: of times without an offset."""
    source = Source(iter(()))
    reader = _VisitReader(zone, source.left_out)

    def read_all() -> Iterator[Made]:
        for read in rows:
            if isinstance(read, Bad):
                yield read
                continue
            line, visit = read
            actions = visit.get("actionDetails")
            if not isinstance(actions, list):
                yield Bad(line, "actionDetails is missing", visit)
                continue
            of = _Visit(line, visit, min((_view_time(action, zone) for action in actions), default=0))
            for place, action in enumerate(actions, 1):
                try:
                    item = reader.item(of, action)
                except Unmapped as error:
                    yield Bad(line, f"action {place}: {error}", action)
                    continue
                if item is not None:
                    yield item
        yield from reader.views.items()

    source.items = read_all()
    return source


@dataclass(frozen=True)
class _Visit:
    line: int
    row: Row
    begins: int  # ms since 1970, the time of its first view; actions may be in any order

    @property
    def key(self) -> tuple[object, object]:
        """What a visit is known by."""
        return self.row.get("idSite"), self.row.get("idVisit") or f"of {self.visitor}"

    @property
    def visitor(self) -> str:
        if self.row.get("userId"):
            return own_id(str(self.row["userId"]))
        return str(self.row.get("visitorId") or "")[:64]


class _VisitReader:
    def __init__(self, zone: tzinfo, left_out: Counter[str]) -> None:
        self.views = Views()
        self._zone = zone
        self._left_out = left_out
        self._occurrences = Occurrences()

    def item(self, visit: _Visit, action: Any) -> Item | None:
        """The event that an action becomes; None if it is ignored, or a view, which `views` keeps."""
        if not isinstance(action, dict):
            raise Unmapped("it is not an object")
        kind = str(action.get("type"))
        if kind == "action":
            self._view(visit, action)
            return None
        if kind == "event":
            name = " ".join(str(part) for part in (action.get("eventCategory"), action.get("eventAction")) if part)
            return self._event(visit, action, name, action.get("eventValue"))
        if kind in _REVENUE:
            name = _NAMES.get(kind) or str(action.get("goalName") or "goal")
            return self._event(visit, action, name, action.get("revenue"))
        if kind in _PLAIN:
            return self._event(visit, action, _NAMES.get(kind, kind), None)
        self._left_out[str(action.get("type"))] += 1
        return None

    def _view(self, visit: _Visit, action: Row) -> None:
        if not action.get("url"):
            raise Unmapped("url is missing")
        when = self._when(action)
        width, _, height = str(visit.row.get("resolution") or "").partition("x")
        device = _DEVICES.get(str(visit.row.get("deviceType")), "other")
        shown = ViewFacts(
            str(action["url"]),
            window(width, height, device),
            referrer=str(visit.row.get("referrerUrl") or "") if when == visit.begins else "",
            language=str(visit.row.get("languageCode") or ""),
            visitor=visit.visitor,
            engaged_ms=_seconds(action.get("timeSpent")) * 1000,
            touch=visit.row.get("deviceType") in ("Smartphone", "Phablet", "Tablet"),
        )
        key = ("matomo", *visit.key, action.get("pageId"), when, action["url"])
        reported = {
            "device": device,
            "browser": str(visit.row.get("browserName") or "")[:40],
            "os": str(visit.row.get("operatingSystemName") or "")[:40],
        }
        self.views.add(ViewPart(visit.line, key, when, shown, reported))

    def _event(self, visit: _Visit, action: Row, name: str, value: Any) -> Item:
        body: Row = {"name": (name or "event")[:64], "time": self._when(action)}
        if value not in (None, "", False):
            body["value"] = number(value)
        if visitor := visit.visitor:
            body["visitor" if visitor.startswith("@") else "browser_id"] = visitor.removeprefix("@")
        if action.get("url") and action["type"] not in ("download", "outlink"):
            body["page"] = str(action["url"])[:2048]
        return Item(visit.line, "events", {"id": self._id(visit, action, body)} | body)

    def _id(self, visit: _Visit, action: Row, body: Row) -> str:
        """By Matomo's own ids, where an action has them; else by its visit and what it says.

        Matomo keeps one order of an `orderId` per site, and one conversion of a goal per visit or per page action.
        """
        kind = action["type"]
        if kind == "ecommerceOrder" and action.get("orderId"):
            return row_id("matomo", visit.row.get("idSite"), kind, action["orderId"])
        if kind != "goal" and action.get("pageId"):
            return row_id("matomo", *visit.key, kind, action["pageId"], body["time"], body["name"])
        content = ("matomo", *visit.key, kind, action.get("goalId"), sorted(body.items()))
        return row_id(*content, self._occurrences.number(*content))

    def _when(self, action: Row) -> int:
        if not action.get("timestamp"):
            raise Unmapped("timestamp is missing")
        return milliseconds(action["timestamp"], self._zone)


def _view_time(action: Any, zone: tzinfo) -> int:
    """The time of a view in ms; beyond every time for anything else, also for what is rejected when it is read."""
    try:
        return milliseconds(action["timestamp"], zone) if action["type"] == "action" else sys.maxsize
    except (Unmapped, KeyError, TypeError):
        return sys.maxsize


def _seconds(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
