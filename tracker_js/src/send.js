// Brings batches to the collector. A batch stays here until it was taken, and is named by (view, seq),
// so that one that comes twice does no harm.
import {guard, makeTimer} from './guard.js';
import {offline, script, site} from './settings.js';
import {stored} from './storage.js';
import {leave, lose} from './view.js';

const BUFFER = 128_000; // letters kept while the collector is away
const KEPT = 32_000; // letters kept for the next page of the tab, if the site asks for it
const SLOWEST = 60; // seconds between two tries
const REST = 'parcours.rest';

let queue = []; // {batch, rows: how many it has}, oldest first
let flying; // the one under way
let waiting; // to try again
let fails = 0;
let held; // until there is consent
let refused; // name of a view that the collector does not want

const url = new URL(`c/${site}`, script.src);

// What need not be said where it is empty, 0 or nothing but 0: columns of clicks, outcomes, the page before.
const UNSAID = /^([br]|cut|fake|ref)$/;

/** JSON, whatever the page has done to `toJSON`. What is absent is `false` to the wire. */
const toText = (value) =>
  JSON.stringify(value, function (name) {
    const own = this[name];
    return own === false || (UNSAID.test(name) && !/[^0,]/.test(own)) ? undefined : own;
  });

const bodyOf = ({batch}) => toText({...batch, sent: Date.now()});

// Batches are of less than the 65,536 bytes that browsers grant to what may outlive its page.
const post = (one) => fetch(url, {method: 'POST', body: bodyOf(one), keepalive: true, credentials: 'omit'});

/** Drops dwell, then reach, then what is oldest, until what is left has no more letters than `most`. */
const fit = (most) => {
  // What has no context is no batch any more.
  for (const kind of ['hover', 'scroll', 'ctx'])
    for (const one of queue)
      if (one !== flying && one.batch[kind] && toText(queue).length > most) {
        const rows = kind === 'ctx' ? one.rows : one.batch[kind].e.length || 0;
        one.rows -= rows;
        lose(rows);
        delete one.batch[kind];
        queue = queue.filter(({batch}) => batch.ctx);
      }
};

const onAnswer = ({status = 500, ok, headers}) => {
  const {batch} = flying;
  flying = 0;
  if (/^5|408|429/.test(status)) {
    // Spread by ± 25 %, so that browsers do not all come back at once.
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
  // A network error is an answer too: as if the collector had failed.
  post(flying).catch((error) => error).then(guard(onAnswer));
};

/** Tries now. */
export const again = () => {
  waiting = false;
  timer();
  pump();
};
const timer = makeTimer(again);

export const push = (batch, rows) => {
  if (batch.view !== refused) queue.push({batch, rows});
  if (queue[1]) fit(BUFFER); // one alone is never too long
  pump();
};

/** The page goes: what is not under way is left with the browser, and sent again if the page comes back. */
export const bye = () => {
  waiting = true;
  leave();
  if (held) return;
  for (const one of queue) if (one !== flying && !navigator.sendBeacon?.(url, bodyOf(one))) post(one);
  if (offline !== 'keep') return;
  fit(KEPT);
  stored(REST, toText(queue), 'session');
};

/** What the page before could not send. */
export const resume = () => {
  for (const {batch, rows} of JSON.parse(stored(REST, undefined, 'session') || '[]')) push(batch, rows);
  stored(REST, '', 'session');
};

/** Holds all back (true), or lets it go (false). */
export const hold = (yes) => {
  held = yes;
  pump();
};
