// One showing of a page: its context, and what waits to be sent of it.
import {trimAddress} from './address.js';
import {clear, columns, count, placeOf, put} from './batch.js';
import {release} from './clicks.js';
import {ADDRESS, LEFT, settle} from './effects.js';
import {letter} from './elements.js';
import {makeTimer} from './guard.js';
import {leaveHover} from './hover.js';
import {leaveField} from './inputs.js';
import {look, reset, scrolled, size, spend} from './scroll.js';
import {push} from './send.js';
import {hash, keepQuery, outer} from './settings.js';

const OTHER_WAIT = 30_000; // ms until a row is sent
const MOST_ROWS = 80; // that wait: with the longest of paths still less than FLIGHT in send.js
const MOST_OF_VIEW = 5000; // rows
const LONG = 432e5; // ms (12 h) after which a view begins anew: the wire takes a day
const ENGAGED = 15_000; // ms after the last input that count as engaged
const NEWS = 1000; // ms: engagement that is worth a batch of its own

export const me = {id: '', variants: {}};
export let view; // {v, view, seq, t0, sum}, as a batch has them
export let address; // {url, ref}
export let records; // element → its record
let known; // key of the page
let rows; // of the view so far
let sent; // engagement that was told
let last = 0; // time of the last input
let since; // until when engagement was added up

/** 24 random letters (144 bits): names a view, or with consent a browser. */
export const randomId = () => [...crypto.getRandomValues(new Uint8Array(24))].map(letter).join('');

export const trim = (href) => trimAddress(href, keepQuery?.split(/[\s,]+/));

// What makes the address another page: campaigns do not, and fragments only if the site says so.
const key = () => trim(location).split(/.utm_/)[0] + (hash === undefined || location.hash);

/** So many rows will not be sent. */
export const lose = (n) => {
  view.sum.cut += n;
};

/** How long the visitor was really here. Nothing ticks: time is added up when something happens. */
export const engage = () => {
  const now = Date.now();
  const spent = Math.max(0, Math.min(now, last + ENGAGED) - since);
  since = now;
  view.sum.ms += spent;
  spend(spent);
};

/** There was input. */
export const touch = () => {
  const now = Date.now();
  if (now > last + ENGAGED) engage();
  if (now > view.t0 + LONG) turn(location);
  last = now;
  timer(OTHER_WAIT);
};

/** Something happened: `row` has the wire's fields, but for `t`, in ms since 1970, and `e`, a record. */
export const add = (kind, row, wait = OTHER_WAIT) => {
  if (outer) return parent.postMessage({parcours: [kind, row]}, outer);
  if (++rows > MOST_OF_VIEW) return lose(1);
  put(kind, row);
  timer(wait);
  if (count > MOST_ROWS) send();
};

/** Makes a batch of what waits. */
const send = () => {
  timer();
  const {sum} = view;
  if (outer || (view.seq && !count && sum.ms < sent + NEWS)) return;
  sent = sum.ms;
  if (!size) look();
  const ctx = {
    ...address,
    ...size,
    ...me,
    dpr: devicePixelRatio,
    touch: navigator.maxTouchPoints > 0,
    lang: navigator.language,
    tz: -new Date().getTimezoneOffset(),
    consent: !!me.id,
    auto: navigator.webdriver,
  };
  push({...view, ctx, scroll: scrolled(placeOf), ...columns}, count);
  view.seq++;
  clear(view.t0);
};

/** Closes what is open and sends all. `end`: the effect that ends the view, or hides it. */
export const flush = (end) => {
  engage();
  if (end) release();
  settle(end);
  leaveHover();
  if (end) leaveField();
  send();
};

/** Begins a view of the page at `href`. */
export const open = (href, ref) => {
  since = last = Date.now();
  known = key();
  rows = 0;
  records = new WeakMap();
  address = {url: trim(href), ref};
  view = {v: 1, view: randomId(), seq: 0, t0: since, sum: {ms: 0, clicks: 0, cut: 0, fake: 0}};
  clear(since);
  reset();
};

/** Ends the view: the address is another one now. */
export const turn = (href) => {
  flush(ADDRESS);
  open(href, address.url);
};

/** The page changed its address: to that of another page? */
export const onRoute = () => key() === known || turn(location);

/** Nobody is there any more: nothing counts until the next input. */
export const leave = () => {
  flush(LEFT);
  last = 0;
};

const timer = makeTimer(flush);
