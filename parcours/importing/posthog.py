"""PostHog: events as written by its API, its exports and its batch exports.

https://posthog.com/docs/data/events, https://posthog.com/docs/cdp/batch-exports; `$heatmap_data` maps an
address to points with `x`, `y` (CSS px of the page, or of the window for fixed elements), `target_fixed` and `type`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import tzinfo
from typing import Any
from urllib.parse import urlsplit

import msgspec

from parcours.importing.identity import Occurrences, row_id
from parcours.importing.items import Bad, Item, Made, Row, Source
from parcours.importing.mapping import Unmapped, milliseconds, number
from parcours.importing.rows import Read
from parcours.importing.view_batches import PagePoint, ViewFacts, ViewPart, Views, size, window
from store.visitors import own_id

Heights = Mapping[tuple[str, int], int]
_DEVICES = {"Mobile": "phone", "Tablet": "tablet", "Desktop": "desktop"}
_TAG = re.compile(r"[a-z][a-z0-9\-]*")


def heights_of(rows: Iterable[Read]) -> Heights:
    """(host and path, width of the window) → height of the page in px, by the latest event that tells.

    No event has it, but the event after a page says how much of that page was seen, in px and as a share.
    """
    found: dict[tuple[str, int], tuple[str, int]] = {}
    for read in rows:
        if isinstance(read, Bad):
            continue
        try:
            properties = _properties(read[1])
            path, content, share = (
                properties.get(f"$prev_pageview_{name}")
                for name in ("pathname", "max_content", "max_content_percentage")
            )
            height = round(float(content) / float(share))  # type: ignore[arg-type]
            host, _ = _place(str(properties.get("$current_url", "")))
        except (TypeError, ValueError, ZeroDivisionError, OverflowError):
            continue  # an Unmapped, which is a ValueError, is reported when the events are read
        place = f"{host}{path}", size(properties.get("$viewport_width"))
        found[place] = max(found.get(place, ("", 0)), (str(read[1].get("timestamp", "")), height))
    return {place: height for place, (_, height) in found.items()}


def items(rows: Iterable[Read], heights: Heights, fields: Mapping[str, str], zone: tzinfo) -> Source:
    """`fields`: `value` → the property that holds the value of custom events; `zone`: of times without an offset."""
    source = Source(iter(()))
    reader = _Reader(heights, fields.get("value", "value").removeprefix("properties."), zone, source)

    def read_all() -> Iterator[Made]:
        for read in rows:
            if isinstance(read, Bad):
                yield read
                continue
            try:
                yield from reader.items(*read)
            except Unmapped as error:
                yield Bad(read[0], str(error), read[1])
        yield from reader.views.items()

    source.items = read_all()
    return source


class _Reader:
    def __init__(self, heights: Heights, value: str, zone: tzinfo, source: Source) -> None:
        self._heights = heights
        self._value = value
        self._zone = zone
        self._occurrences = Occurrences()
        self._left_out = source.left_out
        self.views = Views()
        self._by_name: dict[str, Callable[[int, Row, Row, int], list[Item]]] = {
            "$pageview": self._pageview,
            "$autocapture": self._autocapture,
            "$heatmap": lambda *_: [],  # it holds nothing but its points
        }

    def items(self, line: int, row: Row) -> list[Item]:
        name = row.get("event")
        if not isinstance(name, str) or not name:
            raise Unmapped("event is missing")
        if not row.get("timestamp"):
            raise Unmapped("timestamp is missing")
        when = milliseconds(row["timestamp"], self._zone)
        properties = _properties(row)
        clicks = self._clicks(properties)
        made = self._by_name.get(name, self._skip if name.startswith("$") else self._custom)(
            line, row, properties, when
        )
        for url, points in clicks.items():
            self._view(line, row, properties, url, when, points)
        return made

    def _pageview(self, line: int, row: Row, properties: Row, when: int) -> list[Item]:
        self._view(line, row, properties, str(properties.get("$current_url", "")), when, [])
        return []

    def _clicks(self, properties: Row) -> dict[str, list[PagePoint]]:
        """Clicks by address: rage and dead clicks are reported as clicks too, and mouse moves have no duration."""
        data = properties.get("$heatmap_data")
        if not isinstance(data, dict):
            return {}
        by_url: dict[str, list[PagePoint]] = {}
        for url, points in data.items():
            _place(url)  # raises Unmapped
            if not isinstance(points, list):
                raise Unmapped(f"$heatmap_data: {url[:80]!r} is not a list of points")
            if clicks := [_click(point) for point in points if _kind(point) == "click"]:
                by_url[url] = clicks
            self._left_out.update(f"$heatmap_data {kind}" for point in points if (kind := _kind(point)) != "click")
        return by_url

    def _view(self, line: int, row: Row, properties: Row, url: str, when: int, clicks: list[PagePoint]) -> None:
        device = _DEVICES.get(str(properties.get("$device_type")), "")
        viewport = window(properties.get("$viewport_width"), properties.get("$viewport_height"), device)
        host, path = _place(url)
        facts = ViewFacts(
            url,
            viewport,
            self._heights.get((f"{host}{path}", viewport[0]), 0),
            str(properties.get("$referrer") or "").replace("$direct", ""),
            str(properties.get("$browser_language") or ""),
            own_id(str(row["distinct_id"])) if row.get("distinct_id") else "",
            touch=properties.get("$device_type") in ("Mobile", "Tablet"),
        )
        reported = {
            "agent": str(properties.get("$raw_user_agent") or "")[:512],
            "device": device,
            "browser": str(properties.get("$browser") or "")[:40],
            "os": str(properties.get("$os") or "")[:40],
        }
        key = properties.get("$pageview_id") or f"{row.get('distinct_id')} {properties.get('$session_id')}"
        self.views.add(ViewPart(line, (key, host, path), when, facts, reported, clicks))

    def _autocapture(self, line: int, row: Row, properties: Row, when: int) -> list[Item]:
        """An event named after the action and the tag; it has no position, and texts are not imported."""
        chain = row.get("elements_chain") or properties.get("$elements_chain") or ""
        if not chain and isinstance(row.get("elements"), list) and row["elements"]:
            chain = str(row["elements"][0].get("tag_name", ""))
        tag = _TAG.match(str(chain))
        name = f"{properties.get('$event_type', 'click')} {tag[0] if tag else ''}".strip()
        return [self._event(line, row, properties, when, name, None)]

    def _custom(self, line: int, row: Row, properties: Row, when: int) -> list[Item]:
        value = properties.get(self._value)
        return [self._event(line, row, properties, when, row["event"], None if value in (None, "") else number(value))]

    def _skip(self, line: int, row: Row, properties: Row, when: int) -> list[Item]:
        self._left_out[row["event"]] += 1
        return []

    def _event(self, line: int, row: Row, properties: Row, when: int, name: str, value: float | None) -> Item:
        body: Row = {"name": name[:64], "time": when}
        if value is not None:
            body["value"] = value
        if row.get("distinct_id"):
            body["visitor"] = str(row["distinct_id"])[:200]
        if properties.get("$current_url"):
            body["page"] = str(properties["$current_url"])[:2048]
        return Item(line, "events", {"id": self._id(row, when, body)} | body)

    def _id(self, row: Row, when: int, body: Row) -> str:
        """By what PostHog itself knows an event by (its API calls the uuid `id`); without a uuid by what it says."""
        uuid = row.get("uuid") or row.get("id")
        content = ("posthog", uuid, row["event"], when, row.get("distinct_id"))
        if uuid:
            return row_id(*content)
        fields = sorted(body.items())
        return row_id(*content, fields, self._occurrences.number(*content, fields))


def _place(url: str) -> tuple[str, str]:
    """Host and path of an address."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Unmapped(f"{url[:80]!r} is not an address: {error}") from None
    return parts.netloc, parts.path


def _properties(row: Row) -> Row:
    """From an object, from JSON text (exports to tables), or from columns named `properties.…`."""
    found: Any = row.get("properties")
    if isinstance(found, str):
        found = _json("properties", found)
    if isinstance(found, dict):
        return found
    flat = {name.removeprefix("properties."): value for name, value in row.items() if name.startswith("properties.")}
    if isinstance(points := flat.get("$heatmap_data"), str):
        flat["$heatmap_data"] = _json("$heatmap_data", points)
    return flat


def _json(name: str, text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unmapped(f"{name}: it is not JSON: {error}") from None


def _kind(point: object) -> str:
    return str(point.get("type", "click")) if isinstance(point, dict) else "not a point"


def _click(point: Row) -> PagePoint:
    try:
        x, y = float(point["x"]), float(point["y"])
    except (KeyError, TypeError, ValueError):
        x = y = math.nan
    if not (math.isfinite(x) and math.isfinite(y)):
        raise Unmapped("$heatmap_data: x and y of a click must be numbers")
    return PagePoint(x, y)
