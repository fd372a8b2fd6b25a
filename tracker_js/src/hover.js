// Dwell: how long the pointer was on which place, per element and cell of an 8 × 8 grid on its box.
// Moves themselves are not kept: bytes grow with places, not with time.
import {hear, inFrame, makeTimer} from './guard.js';
import {placeOn} from './place.js';
import {add, touch} from './view.js';

const TICK = 200; // ms between two looks at where the pointer is
const IDLE = 2000; // ms without a move that still count
const PASSING = 250; // ms: a pointer that was shorter on a place only passed by
const CELLS = 8;

let here; // row of the place where the pointer is
let since;
let move; // [what the pointer is on, x, y]

const cell = (part) => ((part * CELLS) / 10_001) | 0;

const goTo = (next) => {
  const now = Date.now();
  if (here) {
    here.d += Math.min(now - since, IDLE);
    if (here.e !== next?.e || here.c !== next.c) {
      if (here.d > PASSING) add('hover', here);
      here = next;
    }
  } else here = next;
  since = now;
};

/** The pointer is nowhere until it moves again. */
export const leaveHover = () => goTo();

export const captureHover = () => {
  const timer = makeTimer(
    inFrame(() => {
      const {x, y, ...row} = placeOn(...move);
      goTo({...row, c: cell(y) * CELLS + cell(x), d: 0});
    }),
  );
  hear('pointermove', (event) => {
    touch();
    if (event.pointerType === 'touch') return;
    move = [event.composedPath()[0], event.clientX, event.clientY];
    timer(TICK);
  });
  hear('pointerout scroll', (event) => {
    if (event.relatedTarget) return;
    leaveHover();
    timer();
  });
};
