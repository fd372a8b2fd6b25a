"""Views of the past as batches of the tracker's format (docs/wire.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from collector import wire
from parcours.importing.items import Row, view_id

# No element has this path (numbers of steps begin at 1): its clicks are placed by the page alone, and only
# on a picture of the same page at the same size (aggregator/placing/ladder.py, rung `page`).
NO_ELEMENT = "html:0"
NO_FINGERPRINTS = "~" * 11
_DAY = 86_400_000
MOST = 200  # clicks of one batch
_UTM = ("utm_source", "utm_medium", "utm_campaign")


@dataclass(frozen=True)
class Shown:
    """What is known of a view besides its events."""

    url: str
    viewport: tuple[int, int]
    page_height: int = 0  # px, 0 = not known
    referrer: str = ""
    language: str = ""
    visitor: str = ""  # as the tracker names it: `@name` for one that the site gave
    engaged_ms: int = 0
    touch: bool = False


@dataclass(frozen=True)
class Click:
    x: float  # CSS px of the page
    y: float


class Views:
    """Numbers the batches of each view in the order in which the file has them."""

    def __init__(self) -> None:
        self._seen: dict[str, list[int]] = {}  # view → batches, clicks, begin (ms)

    def batches(self, key: tuple[object, ...], when: int, shown: Shown, clicks: Iterable[Click] = ()) -> list[Row]:
        """One batch, or more where there are many clicks."""
        points = list(clicks)
        parts = [points[n : n + MOST] for n in range(0, len(points), MOST)] or [[]]
        return [self._batch(view_id(*key), when, shown, part) for part in parts]

    def _batch(self, view: str, when: int, shown: Shown, clicks: list[Click]) -> Row:
        seen = self._seen.setdefault(view, [0, 0, when])
        number, begun = seen[0], seen[2]
        t0 = begun if 0 <= when - begun < _DAY else when
        seen[0] += 1
        seen[1] += len(clicks)
        width, height = shown.viewport
        batch: Row = {
            "v": 1,
            "view": view,
            "seq": number,
            "sent": when,
            "t0": t0,
            "ctx": {
                "url": _address(shown.url),
                "vw": width,
                "vh": height,
                "pw": width,
                "ph": shown.page_height,
                "ref": _address(shown.referrer).partition("?")[0],
                "lang": shown.language[:35],
                "id": shown.visitor[:64],
                "touch": shown.touch,
            },
            "sum": {"ms": min(max(shown.engaged_ms, 0), _DAY), "clicks": seen[1]},
        }
        if clicks:
            batch["el"] = {"p": [NO_ELEMENT], "f": [NO_FINGERPRINTS]}
            batch["click"] = _columns(clicks, when - t0, width, shown.page_height)
        return batch


def _columns(clicks: list[Click], at: int, width: int, height: int) -> Row:
    count = len(clicks)
    return {
        "t": [at] + [0] * (count - 1),
        "e": [0] * count,
        "x": [_fraction(click.x, width) for click in clicks],
        "y": [_fraction(click.y, height) for click in clicks],
        "w": [width] * count,
        "h": [height] * count,
        "px": [_pixel(click.x) for click in clicks],
        "py": [_pixel(click.y) for click in clicks],
        "b": [0] * count,
        "k": [0] * count,
        "r": [1] * count,  # what followed is not known: never called dead
        "d": [0] * count,
    }


def _fraction(at: float, length: int) -> int:
    return min(max(round(at / length * 10_000), 0), 10_000) if length else 0


def _pixel(at: float) -> int:
    return min(max(round(at), -wire.MAX_PX), wire.MAX_PX)


def size(value: Any, least: int = 0) -> int:
    """A size in px that the wire takes; `least` where there is none."""
    try:
        return min(max(int(float(value)), least), 20_000)
    except (TypeError, ValueError, OverflowError):
        return least


def _address(url: str) -> str:
    """Without fragment, of its query only where the visitor came from."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url[:2048]
    query = "&".join(part for part in parts.query.split("&") if part.partition("=")[0] in _UTM)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))[:2048]
