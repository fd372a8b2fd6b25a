// Form fields: how long they had the focus, how often they changed, whether they were left blank or corrected.
// Never a value, never a key.
import {hear} from './guard.js';
import {recordOf} from './place.js';
import {add, touch} from './view.js';

// Flags of a field (FIELD_FLAGS in collector/wire.py).
const BLANK = 1;
const CORRECTED = 2;
const MOST = 65_535; // changes, as the wire has it

const left = new WeakSet(); // fields that were left before
let field; // that has the focus
let row;

/** The field that has the focus is left. */
export const leaveField = () => {
  if (!field) return;
  if (!(field.value ?? field.textContent)) row.k |= BLANK;
  add('input', {...row, d: ((Date.now() - row.t) / 10) | 0});
  left.add(field);
  field = 0;
};

export const captureInputs = () => {
  hear('focusin focusout', (event) => {
    leaveField();
    const [el] = event.composedPath();
    if (event.type === 'focusout' || !el.matches(':read-write,select')) return;
    field = el;
    row = {t: Date.now(), e: recordOf(el), n: 0, k: 0};
  });
  hear('input', (event) => {
    touch();
    if (event.composedPath()[0] !== field) return;
    row.n = Math.min(row.n + 1, MOST);
    if (left.has(field) || /^delete/.test(event.inputType)) row.k |= CORRECTED;
  });
};
