"""What is ignored: elements that many visitors had in view and nobody clicked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.answers.exposure import ElementExposure
from aggregator.measures.shares import ShareOf, share_of
from aggregator.measures.statistics import FEW
from store.layouts import Layout

MANY = 0.5  # of the visitors who measured what was in view
# Things that people can use, or that are there to be noticed; the rest of a page is not meant to be clicked.
TAGS = frozenset(("a", "button", "input", "select", "textarea", "summary", "img", "picture", "video"))
LEAST = 8  # px, width and height


@dataclass(frozen=True)
class IgnoredElement:
    """Element `index` of a layout, which `seen` had in view."""

    index: int
    seen: ShareOf


def ignored_elements(layout: Layout, exposure: ElementExposure, used: set[int]) -> list[IgnoredElement]:
    """The elements that many saw and nobody used, those seen by most first."""
    found = []
    large = (layout.w >= LEAST) & (layout.h >= LEAST) & layout.visible
    many = exposure.visitors >= max(FEW, MANY * exposure.measured)
    for i in np.flatnonzero(large & many).tolist():
        # A word or picture in a link counts for the link.
        is_own = layout.control[i] in (-1, i)
        seen = share_of(int(exposure.visitors[i]), exposure.measured)
        if is_own and layout.tags[i] in TAGS and i not in used and seen is not None:
            found.append(IgnoredElement(i, seen))
    return sorted(found, key=lambda one: (-one.seen.visitors, one.index))
