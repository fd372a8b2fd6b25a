"""Lines of a segment as the collector writes them, small enough to work out by hand."""

from __future__ import annotations

import json
from typing import Any

T0 = 1_700_000_000_000  # 2023-11-14 22:13:20 UTC
VIEW = "abcdefghijklmnopqrstuvwx"
TABLES = ("views", "points", "scrolls", "events", "touches", "elements")


def enrichment(**changed: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "site": 7,
        "page": "shop.example/basket",
        "host": "shop.example",
        "visitor": "18446744073709551615",
        "device": "phone",
        "browser": "Firefox",
        "os": "Android",
        "country": "FR",
        "channel": "search",
        "referrer": "search.example",
        "source": "s",
        "medium": "m",
        "campaign": "c",
        "bot": "",
        "excluded": 0,
        "shift": 1_000,
    }
    return plain | changed


def body(**changed: Any) -> dict[str, Any]:
    """A batch with one of each kind; `None` as a value leaves the field out."""
    plain: dict[str, Any] = {
        "v": 1,
        "view": VIEW,
        "seq": 0,
        "sent": T0 + 5_000,
        "t0": T0,
        "ctx": {
            "url": "https://shop.example/basket",
            "ref": "https://search.example/",
            "vw": 390,
            "vh": 844,
            "pw": 400,
            "ph": 3000,
            "dpr": 2.5,
            "touch": True,
            "lang": "fr-CA",
            "tz": -300,
            "variants": {"hero": "b"},
            "consent": True,
            "auto": False,
        },
        "sum": {"ms": 4_000, "clicks": 2, "cut": 3},
        "el": {"p": ["main>a:1", "form#basket>button:1"], "f": ["aa" * 11, "bb" * 12]},
        "click": {
            "t": [100, 50],
            "e": [1, 0],
            "x": [5000, 1],
            "y": [2500, 2],
            "w": [120, 20],
            "h": [40, 21],
            "px": [60, -6],
            "py": [700, 8],
            "b": [0, 1],
            "k": [2, 0],
            "r": [1, 0],
            "d": [12, 0],
        },
        "hover": {"e": [0], "c": [10], "d": [1234], "w": [20], "h": [21], "px": [5], "py": [6]},
        "scroll": {"e": 1, "y": 9999, "depth": 1500, "ph": 3000, "bands": [10, 20]},
        "resize": {"t": [200], "w": [844], "h": [390]},
        "custom": {"t": [5, 10], "n": ["buy", "seen"], "v": [19.5, None]},
    }
    return {name: value for name, value in (plain | changed).items() if value is not None}


def line(x: dict[str, Any] | None = None, **changed: Any) -> bytes:
    record = {"r": T0 + 6_000, "x": x or enrichment(), "b": body(**changed)}
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"
