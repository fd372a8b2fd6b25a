// Sends batches to the collector. A batch stays in the queue until it is accepted. (view, seq) identifies it, so a
// batch that arrives twice does no harm.
import {guard} from './guard.js';
import {offline, script, site} from './settings.js';
import {stored} from './storage.js';
import {makeTimer} from './timer.js';
import {sum} from './totals.js';

const BUFFER = 128_000; // characters kept while the collector is unavailable
const KEPT = 32_000; // characters kept for the next page of the tab, if the site asks for it
const SLOWEST = 60; // s: longest pause between two attempts
const REST = 'parcours.rest';

let queue = []; // {batch, rows: their number}, oldest first
let flying; // the one being sent
let waiting; // for the next attempt
let fails = 0;
let held; // until consent is given
let refused; // id of a view that the collector refused

const url = new URL(`c/${site}`, script.src);

// Not sent when empty or all 0: columns of clicks, totals, the referrer.
const UNSAID = /^([br]|cut|fake|ref)$/;

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
const post = (one) => fetch(url, {method: 'POST', body: bodyOf(one), keepalive: true, credentials: 'omit'});

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

const onAnswer = ({status = 500, ok, headers}) => {
  const {batch} = flying;
  flying = 0;
  if (/^5|408|429/.test(status)) {
    // ± 25 %, so that browsers do not all return at once.
    const wait = Math.min(SLOWEST, 2 ** ++fails) * (0.75 + Math.random() / 2);
    waiting = true;
    timer(Math.max(wait, headers?.get('Retry-After') || 0) * 1000);
    return;
  }
  fails = 0;
  if (!ok) {
    refused = batch.view;
    console.warn('parcours', status);
  }
  queue = queue.filter((one) => one.batch !== batch && one.batch.view !== refused);
  pump();
};

const pump = () => {
  if (waiting || held || flying || !queue[0]) return;
  flying = queue[0];
  // A network error counts as an answer: as if the collector had failed.
  post(flying)
    .catch((error) => error)
    .then(guard(onAnswer));
};

/** Sends now instead of waiting for the next attempt. */
export const again = () => {
  waiting = false;
  timer();
  pump();
};
const timer = makeTimer(again);

export const push = (batch, rows) => {
  if (batch.view !== refused) queue.push({batch, rows});
  if (queue[1]) fit(BUFFER); // a single batch is never too long
  pump();
};

/** Sends nothing until `again`. */
export const park = () => {
  waiting = true;
};

/**
 * The page is left: hands what is not being sent to the browser (https://w3c.github.io/beacon/). It stays queued, and
 * is sent again if the page comes back.
 */
export const bye = () => {
  if (held) return;
  for (const one of queue) if (one !== flying && !navigator.sendBeacon?.(url, bodyOf(one))) post(one);
  if (offline !== 'keep') return;
  fit(KEPT);
  stored(REST, toText(queue), 'session');
};

/** Takes over what the previous page could not send. */
export const resume = () => {
  for (const {batch, rows} of JSON.parse(stored(REST, undefined, 'session') || '[]')) push(batch, rows);
  stored(REST, '', 'session');
};

/** Sends nothing (true) until called with false. */
export const hold = (yes) => {
  held = yes;
  pump();
};
