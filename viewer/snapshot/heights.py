"""Heights of the window and of the strips, and the check of a page's height against the recorded ones."""

from __future__ import annotations

from collections.abc import Mapping

from store.notes import note

# Usual screen heights at common widths; other widths use the nearest one.
_USUAL = {360: 740, 390: 844, 768: 1024, 1024: 768, 1366: 768, 1440: 900, 1920: 1080}
PHONE_BELOW = 600  # px: narrower windows emulate a phone (viewport tag, touch, user agent)
DIFFERS = 0.20  # share of the recorded height


def viewport_height(width: int, recorded: Mapping[int, int] | None = None) -> int:
    """The height of the window at `width` px: the recorded median if there is one, otherwise the usual height."""
    if recorded and recorded.get(width, 0) > 0:
        return min(max(int(recorded[width]), 200), 4000)
    return _USUAL[min(_USUAL, key=lambda known: abs(known - width))]


def strips(height: int, at_most: int) -> list[tuple[int, int]]:
    """(top, height) of each strip of a page that is `height` px tall, from the top down."""
    return [(top, min(at_most, height - top)) for top in range(0, max(height, 1), at_most)]


def height_warning(height: int, width: int, recorded: Mapping[int, int] | None) -> str:
    """A note if the height of the picture differs by more than DIFFERS from the recorded page heights, else ''."""
    usual = (recorded or {}).get(width, 0)
    if usual <= 0 or abs(height - usual) <= DIFFERS * usual:
        return ""
    return note("height", height=height, usual=usual)
