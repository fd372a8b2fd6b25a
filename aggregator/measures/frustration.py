"""Dead and rage clicks, judged when a map is asked for: the rules may change without losing the past.

**Dead**: nothing followed within 1,000 ms; left button, no modifier key; not on form controls, labels (nor on a word
in one) and media, which may answer where a page cannot see it, nor after clicks of which the tracker says the same
(`UNSEEN_MS`: a canvas, a closed shadow root). Disabled controls are judged, and so are links: broken
ones are the commonest dead click.

**Rage**: three or more clicks in one view, gaps under 1,000 ms, each at most 30 px from the previous one, on one day
of UTC (whole days are counted once: aggregator/queries/folding.py); not where every click had an effect of its own
within 300 ms (steppers, carousels), nor on text fields, where a triple click selects.

Drags (of a map, a slider, a selection of text) are neither: what they do is often drawn where a page cannot see it, and
several in a row are ordinary use.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from aggregator.shapes.clicks import JudgedClicks
from aggregator.shapes.columns import Int64, Mask, UInt64
from aggregator.shapes.paths import prefixes, tag_of
from aggregator.shapes.records import Records
from store.flags import DISABLED, DRAGGED, FRAMED, KEYBOARD, MODIFIER, UNSEEN_MS
from store.zones import DAY_MS

DEAD_AFTER = 1_000  # ms
RAGE_CLICKS = 3
RAGE_GAP = 1_000  # ms, exclusive
RAGE_PX = 30  # inclusive
OWN_EFFECT = 300  # ms

FORM = frozenset(("input", "select", "textarea", "option", "optgroup", "label", "progress", "meter"))
MEDIA = frozenset(("canvas", "video", "audio", "iframe", "frame", "embed", "object"))
UNJUDGED = FORM | MEDIA
EDITABLE = frozenset(("input", "textarea"))
PRESSED = FORM | {"a", "button", "summary"}
PATHS = 20_000  # of which the tag is remembered: every map asks for those of all its records


@lru_cache(PATHS)
def pressed_tag(path: str) -> str:
    """Tag of what a click on this path presses: a word in a label presses the label.

    >>> pressed_tag("form#buy>label:1>b:1")
    'label'
    """
    own, *around = (tag_of(one) for one in (path, *prefixes(path)))
    return own if own in UNJUDGED else next((tag for tag in (own, *around) if tag in PRESSED), own)


def tag_mask(records: Records, record: UInt64, tags: frozenset[str]) -> Mask:
    """Which of these record ids are clicks on one of the tags (false where the record is unknown)."""
    of_record = np.array([pressed_tag(path) in tags for path in records.paths] + [False], bool)
    mask: Mask = of_record[records.locate(record)]
    return mask


def dead(clicks: JudgedClicks, unjudged: Mask) -> Mask:
    """Clicks after which nothing changed in time; those in the mask `unjudged` only if their control is disabled."""
    seen = (clicks.effect > 0) | (clicks.effect_ms != UNSEEN_MS)
    nothing = seen & ((clicks.effect == 0) | (clicks.effect_ms > DEAD_AFTER))
    plain = (clicks.button == 0) & ((clicks.flags & (MODIFIER | FRAMED | DRAGGED)) == 0)
    return np.asarray(nothing & plain & (~unjudged | ((clicks.flags & DISABLED) > 0)), bool)


def rage(clicks: JudgedClicks, editable: Mask) -> Mask:
    """Clicks that belong to a rage burst, in whatever order they come; those in `editable` never do."""
    mask = np.zeros(len(clicks.view), bool)
    if len(mask) < RAGE_CLICKS:
        return mask
    # A key held down repeats on purpose (a stepper), and so does the hand that drags a map.
    able = ~editable & ((clicks.flags & (KEYBOARD | DRAGGED)) == 0)
    order = _by_view_and_time(clicks, able)
    if not len(order):
        return mask
    view, time = clicks.view[order], clicks.time[order]
    x, y = clicks.page_x[order].astype(np.int64), clicks.page_y[order].astype(np.int64)
    follows = (view[1:] == view[:-1]) & (time[1:] - time[:-1] < RAGE_GAP)
    follows &= time[1:] // DAY_MS == time[:-1] // DAY_MS
    follows &= (x[1:] - x[:-1]) ** 2 + (y[1:] - y[:-1]) ** 2 <= RAGE_PX**2
    burst = np.concatenate(([0], np.cumsum(~follows)))
    answered = (clicks.effect[order] > 0) & (clicks.effect_ms[order] <= OWN_EFFECT)
    sizes = np.bincount(burst)
    raging = (sizes >= RAGE_CLICKS) & (np.bincount(burst, answered) < sizes)
    mask[order] = raging[burst]
    return mask


def _by_view_and_time(clicks: JudgedClicks, able: Mask) -> Int64:
    """Order of the clicks in views with enough of them for a burst, those of the same time by their place.

    View and time are packed into one number per click, which sorts ten times faster than two columns.
    """
    view, time = clicks.view, clicks.time
    which = np.flatnonzero(able)
    _, number, counts = np.unique(view[which], return_inverse=True, return_counts=True)
    enough = counts[number] >= RAGE_CLICKS
    which, number = which[enough], number[enough]
    if not len(which):
        return which
    since = time[which] - time[which].min()
    # Days in ms and the number of a view need far fewer than 63 bits together, unless the times are nonsense.
    if int(since.max()).bit_length() + len(counts).bit_length() <= 62:
        packed = number * (int(since.max()) + 1) + since
        order = np.argsort(packed)
        if (np.diff(packed[order]) > 0).all():
            return which[order]
    return which[np.lexsort((clicks.page_y[which], clicks.page_x[which], since, number))]
