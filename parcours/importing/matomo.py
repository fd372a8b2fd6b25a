"""Matomo: visits as `Live.getLastVisitsDetails` answers them (https://developer.matomo.org/api-reference/reporting-api).

Page views become views, and actions on them become events. This format has no positions of clicks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from parcours.importing.items import Bad, Item, Made, Row, Source, name_of
from parcours.importing.mapping import Unmapped, milliseconds, number
from parcours.importing.rows import Read
from parcours.importing.view_batches import ViewFacts, Views, size

_DEVICES = {"Desktop": "desktop", "Smartphone": "phone", "Phablet": "phone", "Tablet": "tablet"}
_REVENUE = ("ecommerceOrder", "goal")
_NAMES = {"ecommerceOrder": "order", "ecommerceAbandonedCart": "abandoned cart"}
_PLAIN = ("download", "outlink", "search", "ecommerceAbandonedCart")


def items(rows: Iterable[Read], digest: str) -> Source:
    """One visit a line; its actions are read in order."""
    source = Source(iter(()))

    def read_all() -> Iterator[Made]:
        views = Views()
        for read in rows:
            if isinstance(read, Bad):
                yield read
                continue
            line, visit = read
            actions = visit.get("actionDetails")
            if not isinstance(actions, list):
                yield Bad(line, "actionDetails is missing", visit)
                continue
            for place, action in enumerate(actions):
                try:
                    item = _item(line, place, visit, action, views, digest)
                except Unmapped as error:
                    yield Bad(line, f"action {place + 1}: {error}", action)
                    continue
                if item is None:
                    source.left_out[str(action.get("type"))] += 1
                else:
                    yield item

    source.items = read_all()
    return source


def _item(line: int, place: int, visit: Row, action: Any, views: Views, digest: str) -> Item | None:
    if not isinstance(action, dict):
        raise Unmapped("it is not an object")
    kind = str(action.get("type"))
    if kind == "action":
        return _view(line, place, visit, action, views)
    if kind == "event":
        name = " ".join(str(part) for part in (action.get("eventCategory"), action.get("eventAction")) if part)
        return _event(line, place, visit, action, name, action.get("eventValue"), digest)
    if kind in _REVENUE:
        name = _NAMES.get(kind) or str(action.get("goalName") or "goal")
        return _event(line, place, visit, action, name, action.get("revenue"), digest)
    if kind in _PLAIN:
        return _event(line, place, visit, action, _NAMES.get(kind, kind), None, digest)
    return None


def _view(line: int, place: int, visit: Row, action: Row, views: Views) -> Item:
    if not action.get("url"):
        raise Unmapped("url is missing")
    width, _, height = str(visit.get("resolution") or "").partition("x")
    shown = ViewFacts(
        str(action["url"]),
        (size(width, 1), size(height, 1)),
        referrer=str(visit.get("referrerUrl") or "") if place == 0 else "",
        language=str(visit.get("languageCode") or ""),
        visitor=_visitor(visit),
        engaged_ms=_seconds(action.get("timeSpent")) * 1000,
        touch=visit.get("deviceType") in ("Smartphone", "Phablet", "Tablet"),
    )
    key = ("matomo", visit.get("idSite"), visit.get("idVisit"), action.get("pageId") or place)
    (batch,) = views.batches(key, _when(action), shown)
    reported = {
        "device": _DEVICES.get(str(visit.get("deviceType")), "other"),
        "browser": str(visit.get("browserName") or "")[:40],
        "os": str(visit.get("operatingSystemName") or "")[:40],
    }
    return Item(line, "batches", {"batch": batch} | reported)


def _event(line: int, place: int, visit: Row, action: Row, name: str, value: Any, digest: str) -> Item:
    body: Row = {"id": name_of(digest, line, place), "name": (name or "event")[:64], "time": _when(action)}
    if value not in (None, "", False):
        body["value"] = number(value)
    if visitor := _visitor(visit):
        body["visitor" if visitor.startswith("@") else "browser_id"] = visitor.removeprefix("@")
    if action.get("url") and action["type"] not in ("download", "outlink"):
        body["page"] = str(action["url"])[:2048]
    return Item(line, "events", body)


def _visitor(visit: Row) -> str:
    if visit.get("userId"):
        return f"@{visit['userId']}"
    return str(visit.get("visitorId") or "")[:64]


def _when(action: Row) -> int:
    if not action.get("timestamp"):
        raise Unmapped("timestamp is missing")
    return milliseconds(action["timestamp"])


def _seconds(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
