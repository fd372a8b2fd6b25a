// Cross-origin frames: the tracker in a frame passes its rows to the page's tracker if both allow it (`data-parent`
// there, `data-frames` here). Same-origin frames are listened to directly (listen.js).
import {shorten} from './elements.js';
import {listen} from './listen.js';
import {fraction, recordOf, toPage} from './place.js';
import {allowed} from './settings.js';
import {FRAMED} from './wire.js';

// The fields accepted of a row. Each value is limited to 0 … 10,000, codes to less.
const BOX = 'x y w h px py';
const FIELDS = {click: `${BOX} b k`, hover: `${BOX} c d`, input: 'd n k', submit: 't'};
const BELOW = {b: 5, c: 64, k: 256};
// A path that starts at the frame's page, and fingerprints.
const RECORD = /^(>>html:1[^]{0,400}),((?:[\w-]{2}|~){11,29})$/;

export const captureFrames = (emit, effects) =>
  allowed[0] &&
  listen('message', (event) => {
    if (!allowed.includes(event.origin)) return;
    const frame = [...document.querySelectorAll('iframe,frame')].find((one) => one.contentWindow === event.source);
    const [kind, sent] = event.data.parcours;
    const [, path, marks] = RECORD.exec(sent.e);
    const row = {e: [shorten(recordOf(frame)[0] + path), marks]};
    for (const name of FIELDS[kind].split(' ')) row[name] = fraction(sent[name], 10_000) % (BELOW[name] || 1e5);
    row.t = Date.now();
    if (row.w !== undefined) [row.px, row.py] = toPage(frame, row.px, row.py);
    if (kind !== 'click') return emit(kind, row);
    row.k |= FRAMED;
    effects.watch(event);
    effects.awaitEffect(row);
  });
