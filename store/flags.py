"""Flags of a click: bits of the column `flags` of `points` and of `k` on the wire, which are the same."""

from __future__ import annotations

KEYBOARD, TOUCH, MODIFIER, PEN, LONG, FRAMED = (1 << bit for bit in range(6))
DRAGGED = 1 << 6
DISABLED = 1 << 7

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
