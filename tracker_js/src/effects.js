// What followed a click: kind (EFFECTS in collector/wire.py) and delay of the first effect.
// Whether a click without any was a dead one is judged when the data is read.
import {atEnd, guard, hear, listen, makeTimer} from './guard.js';
import {outer} from './settings.js';
import {add, view} from './view.js';

const WATCH = 1500; // ms after a click in which an effect is looked for
const STILL = 1000; // ms after a click: what changes twice after that changes by itself
const END = 6000; // ms after a click until which is looked on, to see that
const ENOUGH = 2500; // ms after a click, if a batch is made before that: so clicks do not come one by one
const CLICK_WAIT = 4000; // ms from then until the click is sent
const APART = 50; // ms: what changes sooner again changes once
const MOST = 500; // changes kept, and looked at in one go
const CHANGED = 1;
// In the order of their kinds, from 2.
const TYPES = 'scroll selectionchange input focusin navigate pagehide blur';
export const ADDRESS = 6;
export const LEFT = 7;

let log = []; // {at: ms since 1970, kind, what: changed: {at, late}}, in the order of time
const pending = []; // rows of clicks, and of each the time from which an answer counts
export let lastClick = 0; // its row
let pressed = 0; // ms since 1970
let path = []; // of the last press or click
let changing = new WeakMap(); // node → {at: when it last changed, late: how often that was without a click}

const note = (kind, what = {at: 0, late: 0}) => {
  const now = Date.now();
  if (now > pressed + STILL && now > what.at + APART) what.late++;
  if (now < pressed + WATCH && what.at < pressed && log.length < MOST) log.push({at: now, kind, what});
  what.at = now;
};

const observer = new MutationObserver(
  guard((records) => {
    for (const {target, attributeName, oldValue} of records.slice(0, MOST)) {
      if (document.head.contains(target) || (attributeName && target.getAttribute(attributeName) === oldValue)) continue;
      if (!changing.has(target)) changing.set(target, {at: 0, late: 0});
      note(CHANGED, changing.get(target));
    }
  }),
);
const disconnect = () => observer.disconnect();

/** Fills in `r` and `d` of the clicks that were made `wait` ms ago; of every one, if `end` (an effect) ends them. */
export const settle = (end, wait = ENOUGH) => {
  if (end) note(end);
  while (pending[0] && (end || Date.now() >= pending[0][0].t + wait)) {
    const [row, from] = pending.shift();
    const {at = 0, kind = 0} = log.find((one) => one.at >= from && one.at <= row.t + WATCH && one.what.late < 2) || {};
    row.r = kind;
    row.d = (Math.max(0, at - row.t) / 10) | 0;
    view.sum.clicks++;
    add('click', row, CLICK_WAIT);
  }
};

const timer = makeTimer(() => {
  settle(0, END);
  if (pending[0]) timer(Math.max(100, pending[0][0].t + END - Date.now()));
  else {
    disconnect();
    log = [];
    changing = new WeakMap();
  }
});

/** A click was made; what followed since `from` answers it. */
export const awaitEffect = (row, from = Date.now()) => {
  row.t = Date.now();
  lastClick = row;
  if (outer) add('click', row);
  else pending.push([row, from]);
};

/** A press or a click was made: looks on. */
export const watch = (event) => {
  path = event.composedPath();
  pressed = Date.now();
  // The document and shadow roots; not the window.
  for (const node of [document, ...path])
    if (node.nodeType > 8)
      observer.observe(node, {subtree: true, childList: true, attributeOldValue: true, characterData: true});
  timer(END);
};

/** Something happened that may be an answer to a click. */
export const onEffect = (event) => {
  const {type, target} = event;
  if (
    Date.now() > pressed + WATCH ||
    (type === 'selectionchange' && getSelection().isCollapsed) ||
    // A place on the same page shows itself by scrolling, or by what it changes.
    (type === 'navigate' && (event.hashChange || event.destination.url === location.href)) ||
    (type === 'blur' && (target !== window || document.activeElement.contentWindow)) ||
    // The focus that the press itself gave to what was pressed is no answer of the page.
    (type === 'focusin' && path.includes(target))
  )
    return;
  note(TYPES.split(' ').indexOf(type) + 2);
};

export const captureEffects = () => {
  hear('selectionchange input focusin', onEffect);
  listen('pagehide blur', onEffect);
  listen('navigate', onEffect, window.navigation);
  atEnd(disconnect);
};
