// One display of a page (a "view"): its context, the rows emitted in it, and when they become a batch.
import {trimAddress} from './address.js';
import {clear, placeOf, rows, toColumns} from './batch.js';
import {tell} from './ears.js';
import {letter} from './elements.js';
import {look, resetReach, scrolled, size, spend} from './reach.js';
import {guard} from './guard.js';
import {pump, push} from './send.js';
import {hash, keepQuery, outer} from './settings.js';
import {inFrame, makeTimer} from './timer.js';
import {resetTotals, sum} from './totals.js';
import {ADDRESS, LEFT, VERSION} from './wire.js';

const OTHER_WAIT = 30_000; // ms until a row is sent
const MOST_ROWS = 80; // in a batch: with the longest paths, it stays below the limit in send.js
const MOST_OF_VIEW = 5000; // rows
const LONG = 432e5; // ms (12 h) after which a new view begins: the wire format's limit is a day
const ENGAGED = 15_000; // ms after the last input that count as engaged
const LOOK_WAIT = 100; // ms between two readings of the reach
const NEWS = 1000; // ms: engagement that is worth a batch of its own

export const me = {id: '', variants: {}};
export let address; // {url, ref}
let view; // {v, view, seq, t0, sum}, as in a batch
let known; // key of the page
let made; // number of rows in the view so far
let sent; // engagement sent, ms
let last = 0; // time of the last input
let since; // time up to which engagement is added up

/** `close(end)` of each capture that keeps a row open: emits it. `end`: the effect that ends the view, if it ends. */
export const closers = [];

/** 24 random characters (144 bits): identifies a view or, with consent, a browser. */
export const randomId = () => [...crypto.getRandomValues(new Uint8Array(24))].map(letter).join('');

const routes = hash !== undefined; // whether fragments are routes

/** `href` as it is sent: see address.js. */
export const trim = (href) => trimAddress(href, keepQuery?.split(/[\s,]+/), routes);

// Two addresses with the same key are the same page: campaigns do not matter, fragments only if the site says so, but
// masked parts of the path do.
const key = () =>
  location.pathname + trim(location).replace(/utm_[^&#]*|\w+=\*|[?&]/gi, '') + (routes && location.hash);

/** Adds up how long the visitor was active. No timer runs for it: time is added when something happens. */
const engage = () => {
  const now = Date.now();
  const spent = Math.max(0, Math.min(now, last + ENGAGED) - since);
  since = now;
  sum.ms += spent;
  spend(spent);
};

/** The visitor did something. */
export const touch = () => {
  const now = Date.now();
  if (now > last + ENGAGED) engage();
  if (now > view.t0 + LONG) turn(location);
  last = now;
  timer(OTHER_WAIT);
};

/**
 * Adds a row, sent in `wait` ms at the latest. It has the wire format's fields, except that `t` is in ms since 1970
 * and `e` is a record. An embedded page passes the row to the page around it.
 */
export const emit = (kind, row, wait = OTHER_WAIT) => {
  if (outer) return parent.postMessage({parcours: [kind, row]}, outer);
  if (++made > MOST_OF_VIEW) return sum.cut++;
  rows.set(row, kind);
  tell(kind, row);
  timer(wait);
  if (rows.size > MOST_ROWS) send();
};

const device = () => ({
  dpr: devicePixelRatio,
  touch: navigator.maxTouchPoints > 0,
  lang: navigator.language,
  tz: -new Date().getTimezoneOffset(),
  auto: navigator.webdriver,
});

/** Sends the waiting rows as a batch. A reader of the page that throws must not keep the rest from being sent. */
const send = () => {
  timer();
  if (outer || (view.seq && !rows.size && sum.ms < sent + NEWS)) return;
  if (!size) guard(lookNow)();
  const ctx = {
    ...address,
    ...size,
    ...me,
    ...guard(device)(),
    consent: !!me.id,
  };
  // In this order: if Firefox stops the script (see `bye`), the next call makes the same batch again.
  const columns = toColumns();
  push({...view, ctx, scroll: guard(scrolled)(placeOf), ...columns}, rows.size);
  clear(view.t0);
  view.seq++;
  sent = sum.ms;
  pump();
};

/** Emits open rows and sends everything. `end`: the effect that ends or hides the view, if one does. */
const flush = (end) => {
  if (end === LEFT) guard(lookNow)();
  else engage();
  for (const close of closers) guard(close)(end);
  send();
};

/** Begins a view of the page at `href`, reached from `ref`. */
export const open = (href, ref) => {
  since = last = Date.now();
  known = key();
  made = 0;
  resetTotals();
  address = {url: trim(href), ref};
  view = {v: VERSION, view: randomId(), seq: 0, t0: since, sum};
  clear(since);
  resetReach();
  lookSoon();
  tell('view', view);
};

/** Ends the view: the page at `href` is displayed now. */
export const turn = (href) => {
  flush(ADDRESS);
  open(href, address.url);
};

/** The address changed: begins a new view if it is another page. */
export const onRoute = () => key() === known || turn(location);

/** The visitor left: ignores everything until the next input. */
export const leave = () => {
  flush(LEFT);
  last = 0;
};

const timer = makeTimer(flush);

// Time is added first: to what was in view until now.
const lookNow = () => {
  engage();
  look();
};
const lookTimer = makeTimer(inFrame(lookNow));
/** Reads the reach soon; while the page keeps scrolling, every `LOOK_WAIT` ms. */
export const lookSoon = () => lookTimer(LOOK_WAIT);
