// Dwell: how long the pointer was on which place, per element and cell of an 8 × 8 grid on its box.
// Moves themselves are not kept: bytes grow with places, not with time.
import {hear, inFrame, makeTimer} from './guard.js';
import {placeOn, record} from './place.js';
import {add, touch} from './view.js';

const TICK = 200; // ms between two looks at where the pointer is
const REST = 300; // ms after which it is looked where the pointer came to rest
const IDLE = 2000; // ms without a move that still count
const PASSING = 250; // ms: a pointer that was shorter on a place only passed by
const CELLS = 8;

let here; // row of the place where the pointer is
let since = 0; // it is there; 0: it is nowhere
let move; // the last event

const cell = (part) => ((part * CELLS) / 10_001) | 0;

const goTo = (next) => {
  const now = Date.now();
  if (here) {
    here.d += Math.min(now - since, IDLE);
    if (here.e !== next?.e || here.c !== next.c) {
      // Records are dear: only what is kept gets one.
      if (here.d > PASSING && here.e.isConnected) add('hover', {...here, e: record(here.e)});
      here = next;
    }
  } else here = next;
  since = next && now;
};

/** The pointer is nowhere until it moves again. */
export const leaveHover = () => goTo((move = 0));

// While the pointer moves, boxes are read in its own events, right after the browser's own hit test; where it comes to
// rest, in the next frame.
const look = () => {
  if (!move || move.pointerType === 'touch') return;
  touch();
  const {clientX, clientY} = move;
  let {target} = move;
  for (let inner; (inner = target.shadowRoot?.elementFromPoint?.(clientX, clientY)) && inner !== target; ) target = inner;
  const {x, y, ...row} = placeOn(target, clientX, clientY, (el) => el);
  goTo({...row, c: cell(y) * CELLS + cell(x), d: 0});
};
const lookInFrame = inFrame(look);
const timer = makeTimer(() => (performance.now() < move.timeStamp + REST ? timer(REST) : lookInFrame()));

export const captureHover = () => {
  // Hundreds come each second: nothing is read of them until it is looked.
  hear('pointermove', (event) => {
    move = event;
    if (Date.now() > since + TICK) {
      timer(REST);
      look();
    }
  });
  hear('pointerout', (event) => event.relatedTarget || leaveHover());
};
