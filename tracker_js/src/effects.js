// What followed a click: the kind and delay of its first effect. Whether a click without any effect was a dead click
// is decided when the data is read.
import {guard} from './guard.js';
import {hear, listen} from './listen.js';
import {outer} from './settings.js';
import {onStop} from './stop.js';
import {makeTimer} from './timer.js';
import {sum} from './totals.js';
import {CHANGED, EFFECT_EVENTS} from './wire.js';

const WATCH = 1500; // ms after a click in which an effect counts
const STILL = 1000; // ms after a click: a node that changes twice later than this changes by itself
const END = 6000; // ms after a click: the page is watched this long, to find such nodes
const ENOUGH = 2500; // ms: a batch made earlier takes clicks of this age, so that they are not sent one by one
const CLICK_WAIT = 4000; // ms from then until the click is sent at the latest
const APART = 50; // ms: changes of a node closer together count as one
const MOST = 500; // changes kept, and mutation records read in one callback

/**
 * `settle`: emits clicks; `watch`, `awaitEffect`: for captures of clicks; `onEffect`: for a capture whose events
 * may be effects; `lastClick()`: row of the last click, 0 before the first.
 */
export const captureEffects = (emit) => {
  let log = []; // {at: ms since 1970, kind, what: state of the changed node}, in order of time
  const pending = []; // [row of a click, time from which an effect counts]
  let lastClick = 0; // its row
  let pressed = 0; // time of the last press or click, ms since 1970
  let path = []; // its composed path
  let changing = new WeakMap(); // node → {at: its last change, late: number of changes without a click}

  const note = (kind, what = {at: 0, late: 0}) => {
    const now = Date.now();
    if (now > pressed + STILL && now > what.at + APART) what.late++;
    if (now < pressed + WATCH && what.at < pressed && log.length < MOST) log.push({at: now, kind, what});
    what.at = now;
  };

  const observer = new MutationObserver(
    guard((records) => {
      for (const {target, attributeName, oldValue} of records.slice(0, MOST)) {
        if (document.head.contains(target) || (attributeName && target.getAttribute(attributeName) === oldValue))
          continue;
        if (!changing.has(target)) changing.set(target, {at: 0, late: 0});
        note(CHANGED, changing.get(target));
      }
    }),
  );

  const disconnect = () => observer.disconnect();

  /** Emits the clicks at least `wait` ms old with their effect; all of them if `end`, an effect, ends the view. */
  const settle = (end, wait = ENOUGH) => {
    if (end) note(end);
    while (pending[0] && (end || Date.now() >= pending[0][0].t + wait)) {
      const [row, from] = pending.shift();
      const {at = 0, kind = 0} =
        log.find((one) => one.at >= from && one.at <= row.t + WATCH && one.what.late < 2) || {};
      row.r = kind;
      row.d = (Math.max(0, at - row.t) / 10) | 0;
      sum.clicks++;
      emit('click', row, CLICK_WAIT);
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

  /** A click was made: emits its row once its effect is known. Effects count from `from` on. */
  const awaitEffect = (row, from = Date.now()) => {
    row.t = Date.now();
    lastClick = row;
    if (outer) emit('click', row);
    else pending.push([row, from]);
  };

  /** A press or a click was made: watches the page. */
  const watch = (event) => {
    path = event.composedPath();
    pressed = Date.now();
    // The document and shadow roots; not the window.
    for (const node of [document, ...path])
      if (node.nodeType > 8)
        observer.observe(node, {subtree: true, childList: true, attributeOldValue: true, characterData: true});
    timer(END);
  };

  /** An event that may be the effect of a click. */
  const onEffect = (event) => {
    if (Date.now() > pressed + WATCH) return; // before the event is read: most come without a press
    const {type, target} = event;
    if (
      (type === 'selectionchange' && getSelection().isCollapsed) ||
      // A link within the page shows its effect by scrolling or by what it changes.
      (type === 'navigate' && (event.hashChange || event.destination.url === location.href)) ||
      (type === 'blur' && (target !== window || document.activeElement.contentWindow)) ||
      // The focus that the press itself gave to the pressed element is not an effect.
      (type === 'focusin' && path.includes(target))
    )
      return;
    note(EFFECT_EVENTS.split(' ').indexOf(type) + 2);
  };

  hear('selectionchange input focusin', onEffect);
  listen('pagehide blur', onEffect);
  listen('navigate', onEffect, window.navigation);
  onStop(disconnect);
  return {settle, watch, awaitEffect, onEffect, lastClick: () => lastClick};
};
