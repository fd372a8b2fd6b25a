// One showing of a page: its context, and what waits to be sent of it.
import {trimAddress} from './address.js';
import {clear, columns, count, placeOf, put} from './batch.js';
import {release} from './clicks.js';
import {ADDRESS, LEFT, settle} from './effects.js';
import {letter} from './elements.js';
import {makeTimer} from './guard.js';
import {leaveHover} from './hover.js';
import {leaveField} from './inputs.js';
import {bands, look, reach, reset, size, spend} from './scroll.js';
import {push} from './send.js';
import {hash, keepQuery, outer} from './settings.js';

const OTHER_WAIT = 30_000; // ms until a row is sent
const MOST_ROWS = 80; // that wait: with the longest of paths still less than FLIGHT in send.js
const MOST_OF_VIEW = 5000; // rows
const LONG = 432e5; // ms (12 h) after which a view begins anew: the wire takes a day
const ENGAGED = 15_000; // ms after the last input that count as engaged
const NEWS = 1000; // ms: engagement that is worth a batch of its own

export const me = {id: '', variants: {}};
export let view;
let last = 0; // time of the last input
let since; // until when engagement was added up

/** 24 random letters (144 bits): names a view, or with consent a browser. */
export const randomId = () => [...crypto.getRandomValues(new Uint8Array(24))].map(letter).join('');

export const trim = (href) => trimAddress(href, keepQuery?.split(/[\s,]+/));

// What makes the address another page: campaigns do not, and fragments only if the site says so.
const key = () => trim(location).split(/.utm_/)[0] + (hash === undefined || location.hash);

/** `rows` will not be sent. */
export const lose = (rows) => {
  view.sum.cut += rows;
};

/** How long the visitor was really here. Nothing ticks: time is added up when something happens. */
const engage = () => {
  const now = Date.now();
  const spent = Math.max(0, Math.min(now, last + ENGAGED) - since);
  since = now;
  view.sum.ms += spent;
  spend(spent);
};

/** There was input. */
export const touch = () => {
  engage();
  last = since;
  timer(OTHER_WAIT);
};

/** Something happened: `row` has the wire's fields, but for `t`, in ms since 1970, and `e`, a record. */
export const add = (kind, row, wait = OTHER_WAIT) => {
  if (outer) return parent.postMessage({parcours: [kind, row]}, outer);
  if (Date.now() > view.t0 + LONG) turn(location);
  if (++view.rows > MOST_OF_VIEW) return lose(1);
  put(kind, row);
  timer(wait);
  if (count > MOST_ROWS) flush();
};

/** Makes a batch of what waits. `end`: the effect that ends the view, or hides it: open ends are closed. */
export const flush = (end) => {
  timer();
  engage();
  if (end) release();
  settle(end);
  leaveHover();
  if (end) leaveField();
  const {id, url, ref, seq, t0, sum} = view;
  if (outer || (seq && !count && sum.ms < view.sent + NEWS)) return;
  view.sent = sum.ms;
  view.seq++;
  if (!size) look();
  const scroll = reach ? {...reach, bands, e: placeOf(reach.e)} : undefined;
  const ctx = {
    url,
    ref,
    ...size,
    dpr: devicePixelRatio,
    touch: navigator.maxTouchPoints > 0,
    lang: navigator.language,
    tz: -new Date().getTimezoneOffset(),
    ...me,
    consent: !!me.id,
    auto: navigator.webdriver,
  };
  push({v: 1, view: id, seq, t0, ctx, sum, scroll, ...columns}, count);
  clear(t0);
};

/** Begins a view of the page at `href`. */
export const open = (href, ref) => {
  since = last = Date.now();
  view = {
    id: randomId(),
    seq: 0,
    rows: 0,
    t0: since,
    key: key(),
    url: trim(href),
    ref,
    sum: {ms: 0, clicks: 0, cut: 0, fake: 0},
    records: new WeakMap(),
  };
  clear(since);
  reset();
};

/** Ends the view: the address is another one now. */
export const turn = (href) => {
  flush(ADDRESS);
  open(href, view.url);
};

/** The page changed its address: to that of another page? */
export const onRoute = () => key() === view.key || turn(location);

/** Nobody is there any more: nothing counts until the next input. */
export const leave = () => {
  look();
  flush(LEFT);
  last = 0;
};

const timer = makeTimer(flush);
