"""Past views as batches in the tracker's format (docs/wire.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from collector import wire
from parcours.importing.identity import view_id
from parcours.importing.items import Row

# No element has this path (step numbers begin at 1), so its clicks are placed by the page alone, and only
# on a picture of the same page at the same size (aggregator/placing/ladder.py, rung `page`).
NO_ELEMENT = "html:0"
NO_FINGERPRINTS = "~" * 11
_DAY = 86_400_000
MAX_CLICKS = 200  # per batch
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


class Views:
    """Numbers the batches of each view in file order."""

    def __init__(self) -> None:
        self._seen: dict[str, list[int]] = {}  # view → batches, clicks, begin (ms)

    def batches(
        self, key: tuple[object, ...], when: int, facts: ViewFacts, clicks: Iterable[PagePoint] = ()
    ) -> list[Row]:
        """One batch, or several if there are more than MAX_CLICKS clicks."""
        points = list(clicks)
        parts = [points[n : n + MAX_CLICKS] for n in range(0, len(points), MAX_CLICKS)] or [[]]
        return [self._batch(view_id(*key), when, facts, part) for part in parts]

    def _batch(self, view: str, when: int, facts: ViewFacts, clicks: list[PagePoint]) -> Row:
        seen = self._seen.setdefault(view, [0, 0, when])
        number, begun = seen[0], seen[2]
        t0 = begun if 0 <= when - begun < _DAY else when
        seen[0] += 1
        seen[1] += len(clicks)
        width, height = facts.viewport
        batch: Row = {
            "v": 1,
            "view": view,
            "seq": number,
            "sent": when,
            "t0": t0,
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
            "sum": {"ms": min(max(facts.engaged_ms, 0), _DAY), "clicks": seen[1]},
        }
        if clicks:
            batch["el"] = {"p": [NO_ELEMENT], "f": [NO_FINGERPRINTS]}
            batch["click"] = _columns(clicks, when - t0, width, facts.page_height)
        return batch


def _columns(clicks: list[PagePoint], at: int, width: int, height: int) -> Row:
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
        "r": [1] * count,  # the effect is unknown, so no click counts as dead
        "d": [0] * count,
    }


def _fraction(at: float, length: int) -> int:
    return min(max(round(at / length * 10_000), 0), 10_000) if length else 0


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
