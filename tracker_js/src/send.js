// Sends batches to the collector. A batch stays in the queue until it is accepted. (view, seq) identifies it, so a
// batch that arrives twice does no harm.
import {tell} from './ears.js';
import {guard} from './guard.js';
import {offline, url} from './settings.js';
import {stored} from './storage.js';
import {makeTimer} from './timer.js';
import {sum} from './totals.js';

const BUFFER = 128_000; // characters kept while the collector is unavailable
const KEPT = 32_000; // characters kept for the next page of the tab, if the site asks for it
const SLOWEST = 60; // s: longest pause between two attempts
const REST = 'parcours.rest';
const STORED = 1;

let queue = []; // {batch, rows: their number}, oldest first
let flying; // the one being sent
let waiting; // for the next attempt
let fails = 0;
export let held; // until consent is given
let beaconed = []; // what went by beacon since the page was last shown
let refused; // id of a view that the collector refused

// Not sent when empty or all 0: columns of clicks, totals, the referrer.
const UNSAID = /^([br]|cut|err|fake|ref)$/;

/**
 * JSON. A `toJSON` that the page added to a prototype is bypassed: `this[name]` is the value before it
 * (https://tc39.es/ecma262/#sec-serializejsonproperty). `false` is not sent: it is the wire format's default.
 */
const toText = (value) =>
  JSON.stringify(value, function (name) {
    const own = this[name];
    return own === false || (UNSAID.test(name) && !/[^0,]/.test(own)) ? undefined : own;
  });

const bodyOf = ({batch}) => toText({...batch, sent: Date.now()});

// Batches stay below the 64 KiB that browsers allow for requests that outlive their page:
// https://fetch.spec.whatwg.org/#http-network-or-cache-fetch (inflightKeepaliveBytes)
const post = async (one) => fetch(url, {method: 'POST', body: bodyOf(one), keepalive: true, credentials: 'omit'});

/** Drops dwell, then reach, then the oldest batches, until the queue has at most `most` characters. */
const fit = (most) => {
  // A batch without its context is dropped whole.
  for (const kind of ['hover', 'scroll', 'ctx'])
    for (const one of queue)
      if (one !== flying && one.batch[kind] && toText(queue).length > most) {
        const rows = kind === 'ctx' ? one.rows : one.batch[kind].e.length || 0;
        one.rows -= rows;
        sum.cut += rows;
        delete one.batch[kind];
        queue = queue.filter(({batch}) => batch.ctx);
      }
};

const onAnswer = (answer, code) => {
  const {batch, rows} = flying;
  flying = 0;
  if (!code) {
    // ± 25 %, so that browsers do not all return at once.
    const wait = Math.min(SLOWEST, 2 ** ++fails) * (0.75 + Math.random() / 2);
    waiting = true;
    timer(Math.max(wait, answer?.headers.get('Retry-After') | 0) * 1000);
    return;
  }
  fails = 0;
  if (code !== STORED) {
    console.warn('parcours', answer.status, code);
    // With a wrong page or key, all batches of the view are refused.
    if (/403|404/.test(answer.status)) refused = batch.view;
    else sum.cut += rows;
  } else tell('sent', batch);
  queue = queue.filter((one) => one.batch !== batch && one.batch.view !== refused);
  pump();
};

/** Sends the queue, one batch after another. */
export const pump = async () => {
  if (waiting || held || flying || !queue[0]) return;
  flying = queue[0];
  let answer;
  let code; // STORED, or that of the collector's JSON error
  try {
    answer = await post(flying);
    // Only the collector ends a batch. A service worker, a captive portal or a sign-in proxy may answer in its place.
    if (answer.status === 204) code = STORED;
    else if (/^4(?!08|29)/.test(answer.status)) [code] = (await answer.json()).error.code.match(/^[a-z_]+$/);
  } catch {
    // Not answered, or not by the collector.
  }
  guard(onAnswer)(answer, code);
};

/** Sends now instead of waiting for the next attempt. */
export const again = () => {
  waiting = false;
  beaconed = [];
  timer();
  pump();
};
const timer = makeTimer(again);

/** Queues a batch. `pump` sends it. */
export const push = (batch, rows) => {
  if (batch.view !== refused) queue.push({batch, rows});
  if (queue[1]) fit(BUFFER); // a single batch is never too long
};

/**
 * The page is hidden or left: hands what `flush` adds and everything else that is not stored yet to the browser
 * (https://w3c.github.io/beacon/), even if it is being sent: the collector recognises duplicates. It stays queued, and
 * is sent again if the page comes back.
 *
 * When a page is left, Firefox may stop its script at any time (`dom.ipc.cancel_content_js_when_navigating`), but then
 * runs the handler of the next event: what a stopped call did not hand over is handed over by the next. Firefox also
 * loses a beacon if the page's process ends before the request has begun, but not a fetch with `keepalive`: there, both
 * are made.
 */
export const bye = (flush, isLeft) => {
  const wasWaiting = waiting;
  waiting = true; // or `flush` would send by `fetch`
  flush();
  waiting = wasWaiting;
  if (held) return;
  for (const one of queue)
    if (!beaconed.includes(one)) {
      if (!navigator.sendBeacon?.(url, bodyOf(one)) || 'mozInnerScreenX' in window) post(one).catch(() => {});
      beaconed.push(one);
    }
  if (offline !== 'keep') return;
  if (isLeft) fit(KEPT);
  stored(REST, toText(queue), 'session');
};

/** Takes over what the previous page could not send. */
export const resume = () => {
  for (const {batch, rows} of JSON.parse(stored(REST, undefined, 'session') || '[]')) push(batch, rows);
  stored(REST, '', 'session');
  pump();
};

/** Sends nothing (true) until called with false. */
export const hold = (yes) => {
  held = yes;
  pump();
};
