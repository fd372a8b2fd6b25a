// Codes of the wire format: the tracker's only copy. collector/wire.py defines them; tests/tracker/test_wire_table.py
// compares the two.

export const VERSION = 1;

// Flags of a click: FLAGS there.
export const KEYBOARD = 1;
export const TOUCH = 2;
export const MODIFIER = 4;
export const PEN = 8;
export const LONG = 16;
export const FRAMED = 32;
export const DRAGGED = 64;
export const DISABLED = 128;

// Flags of a form field: FIELD_FLAGS.
export const BLANK = 1;
export const CORRECTED = 2;

// First effect of a click: EFFECTS.
export const CHANGED = 1;
// Event types with the codes from 2 on.
export const EFFECT_EVENTS = 'scroll selectionchange input focusin navigate pagehide blur';
export const SCROLLED = 2;
export const ADDRESS = 6;
export const LEFT = 7;

// Delay of an effect that the tracker cannot see, ms.
export const UNSEEN_MS = 2550;
