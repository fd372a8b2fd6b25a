// Frames. Those of the same origin are listened to (guard.js). In one of another origin, its own tracker hands its
// rows to the page's, if both say so: `data-parent` there, `data-frames` here.
import {awaitEffect, watch} from './effects.js';
import {shorten} from './elements.js';
import {listen} from './guard.js';
import {fraction, recordOf} from './place.js';
import {frames, outer} from './settings.js';
import {add} from './view.js';

/** Origins whose frames may hand over rows. */
export const allowed = (frames || '').split(' ');
/** Flag of a click in such a frame (FLAGS in collector/wire.py): what followed in there is not known. */
export const FRAMED = 32;

// The fields that are taken of a row: each is held to 0 … 10,000, and the flags and the like to less.
const BOX = 'x y w h px py';
const FIELDS = {click: `${BOX} b k`, hover: `${BOX} c d`, input: 'd n k', submit: 't'};
const BELOW = {b: 5, c: 64, k: 32};
// A path from the frame's page on, and fingerprints.
const RECORD = /^(>>html:1[^]{0,400}),((?:[\w-]{2}|~){11,27})$/;

/** The frame of the same origin that `el` lies in, if it does. */
export const frameOf = (el) => el.ownerDocument !== document && el.ownerDocument.defaultView.frameElement;

/** px on the page of a place in the viewport of `frame` (none: of the page). A page in a frame does not know its own. */
export const toPage = (frame, x, y) => {
  if (!frame) return [x + (outer ? 0 : scrollX), y + (outer ? 0 : scrollY)].map(Math.round);
  const {left, top} = frame.getBoundingClientRect();
  return toPage(frameOf(frame), x + left + frame.clientLeft, y + top + frame.clientTop);
};

export const captureFrames = () => {
  listen('message', (event) => {
    if (!allowed.includes(event.origin)) return;
    const frame = [...document.querySelectorAll('iframe')].find((one) => one.contentWindow === event.source);
    const [kind, told] = event.data.parcours;
    const [, path, marks] = RECORD.exec(told.e);
    const row = {e: [shorten(recordOf(frame)[0] + path), marks]};
    for (const name of FIELDS[kind].split(' ')) row[name] = fraction(told[name], 10_000) % (BELOW[name] || 1e5);
    row.t = Date.now();
    if (row.w !== undefined) [row.px, row.py] = toPage(frame, row.px, row.py);
    if (kind !== 'click') return add(kind, row);
    row.k += FRAMED;
    watch(event);
    awaitEffect(row);
  });
};
