// What followed a click: kind (EFFECTS in collector/wire.py) and delay of the first effect.
// Whether a click without any was a dead one is judged when the data is read.
import {guard, listen, makeTimer} from './guard.js';

const WATCH = 1500; // ms after a click
const STILL = 1000; // ms: what changed a third time and still does so then ticks by itself
const MOST = 500; // changes kept
const CHANGED = 1;
// In the order of their kinds, from 2.
const TYPES = 'scroll selectionchange input focusin navigate pagehide blur';
export const ADDRESS = 6;
export const LEFT = 7;

/** The first entry of `log` that answers the click made at `clicked`, of the press with the number `own`. */
const firstEffect = (log, clicked, own) =>
  log.find(([time, , node, round]) => {
    if (time > clicked + WATCH || round < own) return false;
    const same = log.filter((entry) => entry[2] === node);
    // Only changes up to the next press make a rhythm: those of a counter clicked quickly do not.
    return !node || same.filter((entry) => entry[3] === own).length < 3 || same.at(-1)[0] < clicked + STILL;
  });

/** `onClick(row)`: a click, once it is known what followed it. */
export const makeEffects = (onClick) => {
  let log = []; // [ms since 1970, kind, node, round], in the order of time
  let pending = []; // [row of a click, number of its press]
  let path; // of the last press or click
  let round = 0; // number of the press
  let ear; // ends the listening to what may be an effect

  const note = (kind, node) => {
    if (log.push([Date.now(), kind, node, round]) > MOST) log.shift();
  };
  const observer = new MutationObserver(
    guard((records) => {
      for (const node of new Set(records.map(({target}) => target)))
        if (!document.head.contains(node)) note(CHANGED, node);
    }),
  );
  const onEvent = (event) => {
    const {type, target} = event;
    if (
      (type === 'selectionchange' && getSelection().isCollapsed) ||
      // A place on the same page shows itself by scrolling, or by what it changes.
      (type === 'navigate' && (event.hashChange || event.destination.url === location.href)) ||
      (type === 'blur' && target !== window) ||
      // The focus that the press itself gave to what was pressed is no answer of the page.
      (type === 'focusin' && path.includes(target))
    )
      return;
    note(TYPES.split(' ').indexOf(type) + 2);
  };
  /** Fills in `r` and `d` of the clicks whose time is over; of every one, if `end` (an effect) ends them. */
  const settle = (end) => {
    if (end) note(end);
    pending = pending.filter(([row, own]) => {
      if (!end && Date.now() < row.t + WATCH) return true;
      const [time, kind] = firstEffect(log, row.t, own) || [row.t, 0];
      row.r = kind;
      row.d = (Math.max(0, time - row.t) / 10) | 0;
      onClick(row);
    });
  };
  const timer = makeTimer(() => {
    settle();
    if (pending[0]) timer.set(pending[0][0].t + WATCH - Date.now());
    else {
      observer.disconnect();
      ear = ear.abort();
    }
  });
  return {
    settle,
    /** A press or a click: looks on for 1.5 s. A click has a row, whose `r` and `d` will be filled in. */
    watch: (event, row) => {
      path = event.composedPath();
      // The document and shadow roots; not the window.
      for (const node of path)
        if (node.nodeType > 8)
          observer.observe(node, {subtree: true, childList: true, attributes: true, characterData: true});
      if (!ear) {
        log = [];
        ear = new AbortController();
        listen(TYPES, onEvent, window, ear);
        listen('navigate', onEvent, window.navigation, ear);
      }
      if (!pending[0]) timer.stop();
      timer.set(WATCH);
      if (!row || !event.detail) round++;
      if (row) pending.push([row, round]);
    },
  };
};
