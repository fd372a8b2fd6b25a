"""The buttons and links that elements lie in, and their names, from the pictures of pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from store.snapshots import Snapshots

MOST_PICTURES = 24


@dataclass(frozen=True)
class PressedControls:
    """`controls`: key of an element → key of the control that it lies in; `names`: key → name."""

    controls: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)


def pressed_controls(snapshots: Snapshots, site: int, pages: Collection[str]) -> PressedControls:
    """Of the newest pictures of pages as they open; the widest ones first where there are too many."""
    found = PressedControls()
    pictures = [one for one in snapshots.of_pages(site, pages) if not one.variant] if pages else []
    for picture in sorted(pictures, key=lambda one: -one.width)[:MOST_PICTURES]:
        layout = snapshots.layout(picture.id)
        keys = layout.keys.tolist()
        for n, (key, name, control) in enumerate(zip(keys, layout.names, layout.control.tolist(), strict=True)):
            if control >= 0 and control != n:
                found.controls.setdefault(key, keys[control])
            if words := " ".join(name.split()):
                found.names.setdefault(key, words)
    return found
