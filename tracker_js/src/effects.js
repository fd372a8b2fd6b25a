// What followed a click: the kind and delay of its first effect. Whether a click without any effect was a dead click
// is decided when the data is read.
import {appearance, isOpaque, isShown} from './appearance.js';
import {guard} from './guard.js';
import {bind, hear, listen} from './listen.js';
import {outer} from './settings.js';
import {onStop} from './stop.js';
import {inFrame, makeTimer} from './timer.js';
import {sum} from './totals.js';
import {CHANGED, EFFECT_EVENTS, UNSEEN_MS} from './wire.js';

const WATCH = 1500; // ms after a click in which an effect counts
const STILL = 1000; // ms after a click: a node that changes twice later than this changes by itself
const LASTING = 2400; // ms after a click: a node that still changes without a pause changes by itself
const END = 6000; // ms after a click: the page is watched this long, to find such nodes
const ENOUGH = 2500; // ms: a batch made earlier takes clicks of this age, so that they are not sent one by one
const CLICK_WAIT = 4000; // ms from then until the click is sent at the latest
const APART = 50; // ms: changes of a node closer together count as one
const RUN = 300; // ms: changes of a node closer together have the same cause
const DOUBLE = 500; // ms: two presses of an element closer together are one double-click
const MOST = 500; // changes kept, and mutation records read in one callback
const CHECK = 150; // ms from a click to the first check for what no event reports
const CHECK_AGAIN = 750; // ms from then to the second: later effects do not count (docs/aggregator.md)
// Events that stay within their document or shadow root, or matter only after a press. Those that are not in
// `EFFECT_EVENTS` report a change (`CHANGED`).
const LOCAL_EVENTS = 'selectionchange toggle load play pause volumechange fullscreenchange';

/**
 * `settle`: emits clicks; `watch`, `awaitEffect`: for captures of clicks; `note`: for a capture whose events
 * may be effects; `lastClick()`: row of the last click, 0 before the first.
 */
export const captureEffects = (emit) => {
  let log = []; // {at: ms since 1970, kind, what: state of the changed node}, in order of time
  // [row of a click, time from which an effect counts, time of the next press, whether an effect may be invisible]
  const pending = [];
  let lastClick = 0; // its row
  let pressed = 0; // time of the last press or click, ms since 1970
  let path = []; // its composed path
  let hasChanged; // whether the page looks different since then
  let roots = []; // the document, its open shadow roots and same-origin frames
  let elements = []; // in them
  let opaque; // those of them whose changes cannot be observed
  // Node → {at: its last change, answers: whether its changes began within `WATCH` of a press, late: number of changes
  // without a click}
  let changing = new WeakMap();

  /** Notes a change of `target`, if it has one. `input`: time of another input that may have caused it. */
  const note = (kind, target = {}, input = 0) => {
    const now = Date.now();
    const isOther = input > pressed;
    const what = changing.get(target) || {at: 0, late: 0};
    changing.set(target, what);
    if (now > what.at + RUN) what.answers = !isOther && now < pressed + WATCH;
    // Visitors scroll the page in ways that no event reports (scroll bar, search), again and again.
    if (!isOther && target !== document && now > pressed + STILL && (now > what.at + APART || now > pressed + LASTING))
      what.late++;
    if (what.answers && now < pressed + WATCH && what.at <= pressed && log.length < MOST)
      log.push({at: now, kind, what});
    what.at = now;
  };

  const observer = new MutationObserver(
    guard((records) => {
      for (const {target, attributeName, oldValue} of records.slice(0, MOST))
        if (!document.head.contains(target) && (!attributeName || target.getAttribute(attributeName) !== oldValue))
          note(CHANGED, target);
    }),
  );

  const disconnect = () => observer.disconnect();

  /** Emits the clicks at least `wait` ms old with their effect; all of them if `end`, an effect, ends the view. */
  const settle = (end, wait = ENOUGH) => {
    if (end) note(end);
    while (pending[0] && (end || Date.now() >= pending[0][0].t + wait)) {
      const [row, from, to = Infinity, isUnseen] = pending[0];
      const {at = row.t + UNSEEN_MS * isUnseen, kind = 0} =
        log.find((one) => one.at >= from && one.at < to && one.at <= row.t + WATCH && one.what.late < 2) || {};
      row.r ?? sum.clicks++;
      row.r = kind;
      row.d = (Math.max(0, at - row.t) / 10) | 0;
      try {
        emit('click', row, CLICK_WAIT);
      } finally {
        pending.shift(); // not if Firefox stops the script (see send.js): then the next call emits the row
      }
    }
  };

  const timer = makeTimer(() => {
    settle(0, END);
    if (pending[0]) timer(Math.max(100, pending[0][0].t + END - Date.now()));
    else {
      disconnect();
      log = elements = roots = [];
      changing = new WeakMap();
    }
  });

  const look = () => {
    const last = pending.at(-1);
    if (!last) return;
    const isFirst = last[3] === undefined;
    last[3] ??=
      path.some((el, i) => frames[el.target] || (i < 2 && isOpaque(el))) ||
      opaque.some((el) => !el.shadowRoot && (el.getContext || !el.firstChild) && isShown(el));
    if (hasChanged()) note(CHANGED);
    else if (isFirst) check(CHECK_AGAIN);
  };
  const check = makeTimer(inFrame(look));

  /** A click was made: emits its row once its effect is known. Effects count from `from` on. */
  const awaitEffect = (row, from = Date.now()) => {
    row.t = Date.now();
    lastClick = row;
    if (outer) return emit('click', row);
    pending.push([row, from]);
    check(CHECK);
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
      (type === 'focusin' && path.includes(target)) ||
      // Pictures load by themselves.
      (type === 'load' && !target.contentWindow)
    )
      return;
    note(EFFECT_EVENTS.split(' ').indexOf(type) + 2, target); // CHANGED if not in the list
  };
  const onLocal = guard(onEffect);

  /** Watches a document or shadow root, with the open shadow roots and same-origin frames in it. */
  const observe = (root) => {
    observer.observe(root, {subtree: true, childList: true, attributeOldValue: true, characterData: true});
    bind(LOCAL_EVENTS, onLocal, root);
    roots.push(root);
    const walker = document.createTreeWalker(root, 1); // elements
    for (let el; (el = walker.nextNode()); ) {
      const inner = el.shadowRoot || el.contentDocument;
      elements.push(el);
      if (isOpaque(el)) opaque.push(el);
      if (inner) observe(inner);
    }
  };

  /**
   * A press or a click was made: watches the page. What follows is no effect of the clicks before. `isWatched`: it is
   * the click or release of a press that was watched.
   */
  const watch = (event, isWatched) => {
    const now = Date.now();
    const before = path[0];
    path = event.composedPath();
    if (path[0] !== before || now > pressed + DOUBLE) for (const one of pending) one[2] ||= now;
    pressed = now;
    timer(END);
    if (isWatched) return;
    // Few pages get elements from one press to the next. Counting them is much cheaper than walking through them.
    if (!elements[0] || elements.length !== roots.reduce((sum, root) => sum + root.querySelectorAll('*').length, 0)) {
      elements = [];
      roots = [];
      opaque = [];
      observe(document);
    }
    hasChanged = appearance(elements, path, event.pointerType === 'touch');
  };

  hear('input focusin', onEffect);
  listen('pagehide blur', onEffect);
  listen('navigate', onEffect, window.navigation);
  onStop(disconnect);
  return {settle, watch, awaitEffect, note, lastClick: () => lastClick};
};
