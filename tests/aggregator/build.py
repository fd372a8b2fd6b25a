"""Small pages, layouts and rows for the tests of the aggregator."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import xxhash

from aggregator.shapes.fingerprints import FIELDS
from aggregator.shapes.points import TYPES, Points
from aggregator.shapes.records import Records, records_of
from store.client import Store
from store.layouts import Layout, path_key

PAGE = "shop.example/lamps"
DAY = date(2026, 3, 2)
NOON = int(datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp() * 1000)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def fp(classes: Sequence[str] = (), **properties: str) -> str:
    """Fingerprints as the tracker writes them: two letters per property, `~` where absent."""
    unknown = set(properties) - set(FIELDS)
    if unknown:
        raise ValueError(f"no such property: {unknown}")
    of = [_two(name, properties[name]) if name in properties else "~" for name in FIELDS]
    picture = ["~", of.pop()] if "picture" in properties else []
    return "".join([*of[: len(FIELDS) - 1], *sorted(_two("class", name) for name in classes), *picture])


def _two(kind: str, value: str) -> str:
    bits = int.from_bytes(hashlib.sha256(f"{kind}\0{value}".encode()).digest()[:2], "big") & 4095
    return _LETTERS[bits >> 6] + _LETTERS[bits & 63]


def record_id(path: str, prints: str) -> int:
    return int(xxhash.xxh64_intdigest(f"{path} {prints}".encode()))


@dataclass(frozen=True)
class Size:
    """Of a page and the window it is shown in, CSS px."""

    width: int = 1000
    height: int = 2000
    viewport_h: int = 800


def layout(
    *elements: tuple[str, str, tuple[float, float, float, float]],
    size: Size = Size(),
    hidden: Sequence[str] = (),
    fixed: Sequence[str] = (),
    scroller: Mapping[str, str] | None = None,
    names: Mapping[str, str] | None = None,
    control: Mapping[str, str] | None = None,
    lines: Mapping[str, Sequence[float]] | None = None,
) -> Layout:
    """A layout of (path, fingerprints, (x, y, w, h)); `control` and `scroller` name the element by its path."""
    paths = [path for path, _, _ in elements]
    boxes = [box for _, _, box in elements]
    return Layout.of(
        size.width,
        size.height,
        size.viewport_h,
        {
            "paths": paths,
            "fps": [prints for _, prints, _ in elements],
            "names": [(names or {}).get(path, path.rpartition(">")[2]) for path in paths],
            "tags": [path.rpartition(">")[2].split(":")[0].split("#")[0] for path in paths],
            "parents": [-1] * len(paths),
            "x": [b[0] for b in boxes],
            "y": [b[1] for b in boxes],
            "w": [b[2] for b in boxes],
            "h": [b[3] for b in boxes],
            "visible": [path not in hidden for path in paths],
            "fixed": [path in fixed for path in paths],
            "scroller": [paths.index((scroller or {})[path]) if path in (scroller or {}) else -1 for path in paths],
            "control": [paths.index((control or {})[path]) if path in (control or {}) else -1 for path in paths],
            "lines": [list((lines or {}).get(path, ())) for path in paths],
        },
    )


def points(elements: Sequence[tuple[str, str]], kind: str = "click", **columns: Any) -> Points:
    """Points on these (path, fingerprints), one each; other columns as given, or defaults."""
    n = len(elements)
    plain: dict[str, Any] = {
        "view": np.arange(1, n + 1),
        "visitor": np.arange(1, n + 1),
        "key": [path_key(path) for path, _ in elements],
        "record": [record_id(path, prints) for path, prints in elements],
        "time": NOON + np.arange(n) * 10_000,
        "fx": 0.5,
        "fy": 0.5,
        "page_x": 100,
        "page_y": 100,
        "page_w": 1000,
        "page_h": 2000,
        "viewport_w": 1000,
        "weight": 1.0,
        "effect": 1,
        "effect_ms": 10,
        "button": 0,
        "flags": 0,
    }
    given = plain | columns
    return Points(kind=kind, **{c: np.broadcast_to(np.asarray(given[c], t), n).copy() for c, t in TYPES.items()})


def records(elements: Sequence[tuple[str, str]]) -> Records:
    """The records of these (path, fingerprints)."""
    return records_of(
        np.array([record_id(*e) for e in elements], np.uint64),
        np.array([path_key(path) for path, _ in elements], np.uint64),
        [path for path, _ in elements],
        [prints for _, prints in elements],
    )


_VIEW: dict[str, Any] = {
    "site": 1,
    "page": PAGE,
    "day": DAY,
    "time": NOON,
    "view": 1,
    "visitor": 1,
    "seq": 0,
    "host": "shop.example",
    "referrer": "",
    "channel": "direct",
    "source": "",
    "medium": "",
    "campaign": "",
    "device": "desktop",
    "browser": "Firefox",
    "os": "Linux",
    "language": "en",
    "country": "",
    "timezone": 0,
    "viewport_w": 1000,
    "viewport_h": 800,
    "page_w": 1000,
    "page_h": 2000,
    "dpr": 1.0,
    "touch": 0,
    "variants": {},
    "consent": 0,
    "bot": "",
    "excluded": 0,
    "engaged_ms": 1000,
    "clicks": 0,
    "cut": 0,
    "err": 0,
}
_POINT: dict[str, Any] = {
    "kind": "click",
    "key": 0,
    "record": 0,
    "fx": 5000,
    "fy": 5000,
    "box_w": 100,
    "box_h": 40,
    "page_x": 100,
    "page_y": 100,
    "page_w": 1000,
    "page_h": 2000,
    "viewport_w": 1000,
    "weight": 1.0,
    "button": 0,
    "flags": 0,
    "effect": 1,
    "effect_ms": 10,
}
_SCROLL: dict[str, Any] = {
    "seq": 0,
    "key": 0,
    "fy": 0,
    "depth": 800,
    "page_h": 2000,
    "viewport_w": 1000,
    "viewport_h": 800,
    "bands": [],
}
_EVENT: dict[str, Any] = {"kind": "custom", "name": "", "value": None, "key": 0, "record": 0, "changes": 0, "flags": 0}
_ANSWER: dict[str, Any] = {
    "survey": "ask",
    "asking": 0,
    "question": "q",
    "step": 1,
    "version": 1,
    "state": 0,
    "score": None,
    "options": [],
    "words": "",
    **{name: _POINT[name] for name in ("key", "record", "fx", "fy", "page_x", "page_y", "page_w", "page_h")},
}
_WHO = ("site", "page", "day", "time", "view", "visitor", "device", "variants", "bot", "excluded")
DEFAULTS: dict[str, dict[str, Any]] = {
    "views": _VIEW,
    "points": {name: _VIEW[name] for name in _WHO} | _POINT,
    "scrolls": {name: _VIEW[name] for name in _WHO} | _SCROLL,
    "events": {name: _VIEW[name] for name in _WHO} | _EVENT,
    "feedback": {name: _VIEW[name] for name in _WHO} | _ANSWER,
    "touches": {name: _VIEW[name] for name in _WHO} | {"channel": "direct"},
    "elements": {"site": 1, "page": PAGE, "record": 0, "key": 0, "path": "", "fp": "", "seen": NOON},
}


def insert(store: Store, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows into a table, completed with default values."""
    full = [DEFAULTS[table] | dict(row) for row in rows]
    for row, given in zip(full, rows, strict=True):
        if "time" in given and "day" not in given and "day" in row:
            row["day"] = datetime.fromtimestamp(row["time"] / 1000, UTC).date()
    store.insert(table, {name: [row[name] for row in full] for name in DEFAULTS[table]})


def insert_elements(store: Store, elements: Sequence[tuple[str, str]], page: str = PAGE, site: int = 1) -> None:
    insert(
        store,
        "elements",
        [
            {
                "site": site,
                "page": page,
                "path": path,
                "fp": prints,
                "key": path_key(path),
                "record": record_id(path, prints),
            }
            for path, prints in elements
        ],
    )
