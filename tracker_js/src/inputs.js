// Form fields: how long they had the focus, how often they changed, whether they were left blank or corrected.
// Values and keys are never read out.
import {hear} from './listen.js';
import {recordOf} from './place.js';
import {BLANK, CORRECTED} from './wire.js';

const MOST = 65_535; // changes: the wire format's limit

/** What tells whether a field is still the same for a visitor. */
const stampOf = (el) => [el.id, el.name, el.type, el.placeholder].join();

export const captureInputs = (emit, touch) => {
  const left = new WeakSet(); // fields that had the focus before
  let field; // the field with the focus
  let stamp; // what it was then
  let row;

  /** Emits the field with the focus, if `end`: then it has lost it, or the view ends. */
  const leave = (end) => {
    if (!end || !field) return;
    if (!(field.value ?? field.textContent)) row.k |= BLANK;
    emit('input', {...row, d: ((Date.now() - row.t) / 10) | 0});
    left.add(field);
    field = 0;
  };

  const begin = (el) => {
    field = el;
    stamp = stampOf(el);
    row = {t: Date.now(), e: recordOf(el), n: 0, k: 0};
  };

  hear('focusin focusout', (event) => {
    leave(event);
    const [el] = event.composedPath();
    if (event.type === 'focusout' || !el.matches(':read-write,select')) return;
    begin(el);
  });
  hear('input', (event) => {
    touch();
    const [el] = event.composedPath();
    if (el !== field) return;
    // The next step of a form may have taken over the field that has the focus.
    if (stampOf(el) !== stamp) {
      leave(event);
      begin(el);
    }
    row.n = Math.min(row.n + 1, MOST);
    if (left.has(field) || /^delete/.test(event.inputType)) row.k |= CORRECTED;
  });
  return leave;
};
