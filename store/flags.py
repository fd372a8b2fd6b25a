"""Flags of a click (bits of `flags` in `points` and of `k` on the wire) and the delay of an unseen effect."""

from __future__ import annotations

KEYBOARD, TOUCH, MODIFIER, PEN, LONG, FRAMED = (1 << bit for bit in range(6))
DRAGGED = 1 << 6
DISABLED = 1 << 7

# ms, in the column `effect_ms` of a click without effect: there may have been one that the tracker cannot see.
UNSEEN_MS = 2550

CLICK_FLAGS = {
    KEYBOARD: "keyboard or assistive: placed at the centre",
    TOUCH: "touch",
    MODIFIER: "modifier key held",
    PEN: "pen",
    LONG: "long press: half a second or more",
    FRAMED: "in a frame of another origin: what followed in there is not known",
    DRAGGED: "dragged: the pointer went more than 10 px from the press before the release",
    DISABLED: "disabled control: nothing can follow",
}
