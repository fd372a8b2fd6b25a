"""Dead and rage clicks, judged on reading: the rules may change without losing the past.

**Dead**: nothing followed within 1,000 ms; left button, no modifier key; not on form controls,
labels (a word in one too) and media, which may answer where a page cannot see it. Links are judged: broken
ones are the commonest dead click.

**Rage**: three or more clicks in one view, gaps under 1,000 ms, each at most 30 px from the one
before; not where every click had an effect of its own within 300 ms (steppers, carousels), nor on
text fields, where a triple click selects.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aggregator.shapes.columns import Int32, Int64, Mask, UInt8, UInt64
from aggregator.shapes.paths import prefixes, tag_of
from aggregator.shapes.points import FRAMED, KEYBOARD, MODIFIER, Points
from aggregator.shapes.records import Records

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


def dead(effect: UInt8, effect_ms: Int32, button: UInt8, flags: UInt8, unjudged: Mask) -> Mask:
    """Clicks after which nothing changed in time."""
    nothing = (effect == 0) | (effect_ms > DEAD_AFTER)
    return np.asarray(nothing & (button == 0) & ((flags & (MODIFIER | FRAMED)) == 0) & ~unjudged, bool)


def rage(
    view: UInt64,
    time: Int64,
    x: Int32,
    y: Int32,
    effect: UInt8,
    effect_ms: Int32,
    flags: UInt8,
    editable: Mask,
) -> Mask:
    """Clicks that belong to a rage burst, whatever their order. x, y in page px."""
    mask = np.zeros(len(view), bool)
    if len(view) < RAGE_CLICKS:
        return mask
    # The keyboard repeats a press on purpose (a stepper held down).
    able = ~editable & ((flags & KEYBOARD) == 0)
    order = _by_view_and_time(view, time, able)
    if not len(order):
        return mask
    v, t, px, py = view[order], time[order], x[order].astype(np.int64), y[order].astype(np.int64)
    follows = (v[1:] == v[:-1]) & (t[1:] - t[:-1] < RAGE_GAP)
    follows &= (px[1:] - px[:-1]) ** 2 + (py[1:] - py[:-1]) ** 2 <= RAGE_PX**2
    burst = np.concatenate(([0], np.cumsum(~follows)))
    answered = (effect[order] > 0) & (effect_ms[order] <= OWN_EFFECT)
    clicks = np.bincount(burst)
    raging = (clicks >= RAGE_CLICKS) & (np.bincount(burst, answered) < clicks)
    mask[order] = raging[burst]
    return mask


def _by_view_and_time(view: UInt64, time: Int64, able: Mask) -> Int64:
    """Order of the clicks in views with enough of them for a burst. One number a click sorts ten times faster."""
    which = np.flatnonzero(able)
    _, number, counts = np.unique(view[which], return_inverse=True, return_counts=True)
    enough = counts[number] >= RAGE_CLICKS
    which, number = which[enough], number[enough]
    if not len(which):
        return which
    t = time[which] - time[which].min()
    # Days in ms and the number of a view: far from 63 bits together, but for nonsense times.
    if int(t.max()).bit_length() + len(counts).bit_length() > 62:
        return which[np.lexsort((t, number))]
    return which[np.argsort(number * (int(t.max()) + 1) + t)]


def judge(
    points: Points, records: Records, counted: Int32 | None = None, tags: Sequence[str] = ()
) -> tuple[Mask, Mask]:
    """(dead, rage) of each point; none of either among hovers.

    `counted` (i32[N], -1 for none) is the element of a layout that each point counts for, `tags` are that
    layout's: a path that begins at a name inside a label does not tell that it is in one.
    """
    if points.kind != "click":
        nothing = np.zeros(len(points), bool)
        return nothing, nothing.copy()
    of_record = [pressed_tag(path) for path in records.paths] + [""]
    at = records.locate(points.record)

    def on(wanted: frozenset[str]) -> Mask:
        mask: Mask = np.array([tag in wanted for tag in of_record], bool)[at]
        if counted is not None:
            mask |= np.array([tag in wanted for tag in tags] + [False], bool)[counted]
        return mask

    return (
        dead(points.effect, points.effect_ms, points.button, points.flags, on(UNJUDGED)),
        rage(
            points.view,
            points.time,
            points.page_x,
            points.page_y,
            points.effect,
            points.effect_ms,
            points.flags,
            on(EDITABLE),
        ),
    )
