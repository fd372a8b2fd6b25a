"""Batches as the tracker makes them, for the tests of the collector."""

from __future__ import annotations

import itertools
import json
import time
from typing import Any

_number = itertools.count()
FP = "AbCdEfGhIjKlMnOpQrStUv"


def batch(**changes: Any) -> dict[str, Any]:
    """A whole batch with two clicks, three dwells and a scroll; `changes` replace top-level fields."""
    now = int(time.time() * 1000)
    made: dict[str, Any] = {
        "v": 1,
        "view": f"{next(_number):024d}",
        "seq": 0,
        "sent": now,
        "t0": now - 5000,
        "ctx": {"url": "https://shop.example/lamps/a", "vw": 1366, "vh": 768, "pw": 1366, "ph": 4000, "lang": "en"},
        "sum": {"ms": 4000, "clicks": 2},
        "el": {"p": ["main>a:1", "main>button:1"], "f": [FP, FP]},
        "click": {
            "t": [1000, 500], "e": [0, 1], "x": [5000, 100], "y": [5000, 9900], "w": [120, 80], "h": [40, 30],
            "px": [600, 610], "py": [1200, 900], "b": [0, 0], "k": [0, 2], "r": [1, 0], "d": [10, 0],
        },
        "hover": {
            "e": [0, 0, 1], "c": [0, 9, 63], "d": [250, 100, 50], "w": [120, 120, 80], "h": [40, 40, 30],
            "px": [1, 2, 3], "py": [4, 5, 6],
        },
        "scroll": {"e": 1, "y": 3000, "depth": 2000, "ph": 4000, "bands": [100] * 10},
    }  # fmt: skip
    return made | changes


def body(**changes: Any) -> bytes:
    """The same as the text of a request."""
    return json.dumps(batch(**changes), separators=(",", ":")).encode()


def without(name: str) -> bytes:
    """A batch that lacks a top-level field."""
    made = batch()
    del made[name]
    return json.dumps(made).encode()


def at(path: str, value: Any) -> bytes:
    """A batch with one value replaced: `at("click.x", [1])`."""
    made = batch()
    *parents, last = path.split(".")
    node = made
    for parent in parents:
        node = node[parent]
    node[last] = value
    return json.dumps(made).encode()
