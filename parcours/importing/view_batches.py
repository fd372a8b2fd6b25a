"""Past views as batches in the tracker's format (docs/wire.md), one for each row that says something of a view.

The server puts them together (`merge`, docs/server-events.md): the rows of a view may be in several files.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from collector import wire
from parcours.importing.identity import view_id
from parcours.importing.items import Item, Row

# No element has this path (step numbers begin at 1), so its clicks are placed by the page alone, and only
# on a picture of the same page at the same size (aggregator/placing/ladder.py, rung `page`).
NO_ELEMENT = "html:0"
NO_FINGERPRINTS = "~" * 11
_DAY = 86_400_000
MAX_CLICKS = wire.MAX_EVENTS  # per batch
_MAX_SEQ = 100_000  # the server numbers the batches itself
# Windows of visitors whose window is not known, by device, px: a width of 1 or 0 would be a width of the page.
_USUAL_WINDOW = {"phone": (390, 844), "tablet": (820, 1180)}
_USUAL_DESKTOP = (1366, 768)
_LEAST_WIDTH = 100  # px; a smaller window is no window
_UTM = ("utm_source", "utm_medium", "utm_campaign")


@dataclass(frozen=True)
class ViewFacts:
    """What is known of a view apart from its events."""

    url: str
    viewport: tuple[int, int]
    page_height: int = 0  # px, 0 = unknown
    referrer: str = ""
    language: str = ""
    visitor: str = ""  # as the tracker sends it: `@name` for an id given by the site
    engaged_ms: int = 0
    touch: bool = False


@dataclass(frozen=True)
class PagePoint:
    x: float  # CSS px of the page
    y: float


@dataclass(frozen=True)
class ViewPart:
    """What one row of an export says of a view."""

    line: int  # of the file
    key: tuple[object, ...]  # what the view is known by
    when: int  # ms since 1970
    facts: ViewFacts
    reported: Row  # device, browser, system, user agent
    clicks: Sequence[PagePoint] = ()


class Views:
    """The views of one file. Their parts wait in a temporary file of SQLite's until all of them are known."""

    def __init__(self) -> None:
        self._parts = sqlite3.connect("", isolation_level=None)
        self._parts.execute("PRAGMA journal_mode = OFF")
        self._parts.execute("BEGIN")  # one transaction for the whole file
        self._parts.execute("CREATE TABLE parts (view TEXT, at INTEGER, line INTEGER, body TEXT)")

    def add(self, part: ViewPart) -> None:
        """Keep a part until `items` is called."""
        view = view_id(*part.key)
        for clicks in _fitting(part.clicks):
            body = msgspec.json.encode(_body(view, part, clicks)).decode()
            self._parts.execute("INSERT INTO parts VALUES (?, ?, ?, ?)", (view, part.when, part.line, body))

    def items(self) -> Iterator[Item]:
        """All parts, view by view; the views and the parts of a view are ordered by time."""
        sql = """SELECT line, body, view, min(at) OVER of_view AS begun, row_number() OVER (of_view ORDER BY at, rowid)
            FROM parts WINDOW of_view AS (PARTITION BY view) ORDER BY begun, view, at, rowid"""
        clicks, last = 0, ""
        for line, text, view, begun, number in self._parts.execute(sql):
            body = msgspec.json.decode(text)
            batch = body["batch"]
            columns = batch.get("click", {"t": []})
            clicks = (clicks if view == last else 0) + len(columns["t"])
            last = view
            batch |= {"seq": min(number - 1, _MAX_SEQ), "sum": batch["sum"] | {"clicks": clicks}}
            if batch["t0"] - begun <= wire.MAX_SPAN and columns["t"]:
                columns["t"][0] += batch["t0"] - begun
                batch["t0"] = begun
            yield Item(line, "batches", body, view)


def _fitting(clicks: Sequence[PagePoint]) -> list[Sequence[PagePoint]]:
    """The clicks of a row in parts that fit into a batch; equal ones stay together, for the server counts them."""
    if len(clicks) <= MAX_CLICKS:
        return [clicks]
    ordered, parts = sorted(clicks, key=lambda click: (click.x, click.y)), list[Sequence[PagePoint]]()
    begin = 0
    while begin < len(ordered):
        end = min(begin + MAX_CLICKS, len(ordered))
        while begin < end < len(ordered) and _pixels(ordered[end]) == _pixels(ordered[end - 1]):
            end -= 1
        end = end if end > begin else begin + MAX_CLICKS  # more than fit at one place
        parts.append(ordered[begin:end])
        begin = end
    return parts


def _body(view: str, part: ViewPart, clicks: Sequence[PagePoint]) -> Row:
    """A line of a request; `Views.items` fills in what follows from the other parts of the view."""
    facts = part.facts
    width, height = facts.viewport
    batch: Row = {
        "v": 1,
        "view": view,
        "seq": 0,
        "sent": part.when,
        "t0": part.when,
        "ctx": {
            "url": _address(facts.url),
            "vw": width,
            "vh": height,
            "pw": width,
            "ph": facts.page_height,
            "ref": _address(facts.referrer).partition("?")[0],
            "lang": facts.language[:35],
            "id": facts.visitor[:64],
            "touch": facts.touch,
        },
        "sum": {"ms": min(max(facts.engaged_ms, 0), _DAY)},
    }
    if clicks:
        batch["el"] = {"p": [NO_ELEMENT], "f": [NO_FINGERPRINTS]}
        batch["click"] = _columns(clicks, width, facts.page_height)
    return {"batch": batch, "merge": True} | {name: value for name, value in part.reported.items() if value}


def _columns(clicks: Sequence[PagePoint], width: int, height: int) -> Row:
    count = len(clicks)
    return {
        "t": [0] * count,
        "e": [0] * count,
        "x": [_fraction(click.x, width) for click in clicks],
        "y": [_fraction(click.y, height) for click in clicks],
        "w": [width] * count,
        "h": [height] * count,
        "px": [_pixel(click.x) for click in clicks],
        "py": [_pixel(click.y) for click in clicks],
        "b": [0] * count,
        "k": [0] * count,
        "r": [1] * count,  # the effect is unknown, so no click counts as dead
        "d": [0] * count,
    }


def _fraction(at: float, length: int) -> int:
    return min(max(round(at / length * 10_000), 0), 10_000) if length else 0


def _pixels(click: PagePoint) -> tuple[int, int]:
    return _pixel(click.x), _pixel(click.y)


def _pixel(at: float) -> int:
    return min(max(round(at), -wire.MAX_PX), wire.MAX_PX)


def size(value: Any) -> int:
    """A size in px within the limits of the wire format; 0 if there is none."""
    try:
        return min(max(int(float(value)), 0), 20_000)
    except (TypeError, ValueError, OverflowError):
        return 0


def window(width: Any, height: Any, device: str) -> tuple[int, int]:
    """The size of a window in px; the usual one of the device where it is not known ("unknown", 0)."""
    usual = _USUAL_WINDOW.get(device, _USUAL_DESKTOP)
    known = size(width)
    return (known, size(height) or usual[1]) if known >= _LEAST_WIDTH else usual


def _address(url: str) -> str:
    """Without its fragment, and with only the campaign parameters of its query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url[:2048]
    query = "&".join(part for part in parts.query.split("&") if part.partition("=")[0] in _UTM)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))[:2048]
