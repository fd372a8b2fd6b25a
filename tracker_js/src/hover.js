// Dwell: how long the pointer stayed on a place: an element and a cell of an 8 × 8 grid on its box.
// Moves are not kept, so bytes grow with places and not with time.
import {followPress} from './clicks.js';
import {guard} from './guard.js';
import {hear} from './listen.js';
import {placeOn, recordOf, stampOf} from './place.js';
import {inFrame, makeTimer} from './timer.js';

const PAUSE = 250; // ms between two readings of the pointer's place; also without a move, for its resting place
const IDLE = 2000; // ms without a move that still count as dwell
const CELLS = 8;

const cell = (part) => ((part * CELLS) / 10_001) | 0;

/** Row of a place. */
const rowOn = (el, clientX, clientY) => {
  const {x, y, ...row} = placeOn(el, clientX, clientY);
  return {...row, c: cell(y) * CELLS + cell(x), d: 0};
};

export const captureHover = (emit, touch) => {
  let move; // the last event
  let first = []; // element under the pointer, and its position there when it was first seen
  let here; // row of this place; not read of an element that the pointer only passes, since boxes are expensive
  let made; // record of the element, made once the pointer has stayed: records are even more expensive
  let stamp; // of the element then
  let since = 0; // time of the last reading; 0: the pointer has no place

  /** The pointer is somewhere else now. Emits its dwell. */
  const goTo = (next, row) => {
    if (made) emit('hover', {...here, e: made});
    first = next;
    here = row;
    made = 0;
  };

  /** Adds the time since the last reading. */
  const spend = (now) => {
    if (here) here.d += Math.min(now - since, IDLE);
    since = now;
  };

  /** Emits the dwell; the pointer has no place until it moves again. `within`: only if it is in this element. */
  const leave = (within) => {
    if (within?.contains && !within.contains(first[0])) return;
    spend(Date.now());
    goTo([]);
    move = since = 0;
  };

  // While the pointer moves, boxes are read in its events: the browser has just computed the layout for its own hit
  // test. The resting place is read in the next animation frame.
  const look = () => {
    if (!move || move.pointerType === 'touch') return;
    touch();
    const {clientX, clientY} = move;
    // `target` is the outermost shadow host (https://dom.spec.whatwg.org/#retarget); `composedPath()` is empty by now.
    let {target} = move;
    for (let inner; (inner = target.shadowRoot?.elementFromPoint?.(clientX, clientY)) && inner !== target;)
      target = inner;
    // The strokes of an icon are one element; what else `owner` joins is not worth its cost here.
    const el = target.ownerSVGElement || target;
    const stays = el === first[0];
    const next = [el, clientX, clientY];
    if (stays) here ||= rowOn(...first);
    spend(Date.now());
    const row = stays && rowOn(...next);
    if (!stays || row.c !== here.c || (made && stampOf(el) !== stamp)) goTo(next, row);
    else if (!made) {
      made = recordOf(el);
      stamp = stampOf(el);
    }
  };
  const lookInFrame = inFrame(look);
  const timer = makeTimer(() => (performance.now() < move.timeStamp + PAUSE ? timer(PAUSE) : lookInFrame()));
  const lookNow = guard(() => {
    timer(PAUSE);
    look();
  });

  // Hundreds come each second: nothing is read of one until its place is, and only that is guarded.
  const onMove = (event) => {
    move = event;
    followPress(event);
    if (Date.now() > since + PAUSE) lookNow();
  };
  hear('pointermove', onMove, () => onMove);
  hear('pointerout', (event) => event.relatedTarget || leave());
  return leave;
};
