// What another script of ours may hear of the tracker: docs/feedback.md lists it.
import {guard} from './guard.js';

/** `ear(kind, what)` hears each row as it is emitted, each new view (`view`), each batch that is stored (`sent`). */
export const ears = [];

export const tell = (kind, what) => ears.forEach((ear) => guard(ear)(kind, what));
