// Dwell: how long the pointer was on which place, per element and cell of an 8 × 8 grid on its box.
// Moves themselves are not kept: bytes grow with places, not with time.
import {listen, makeTimer} from './guard.js';
import {placeOn} from './view.js';

const TICK = 200; // ms between two looks at where the pointer is
const IDLE = 2000; // ms without a move that still count
const CELLS = 8;

const cell = (part) => ((part * CELLS) / 10_001) | 0;

/** Returns `leave`: the pointer is nowhere until it moves again. */
export const captureHover = (tracker) => {
  let here; // row of the place where the pointer is
  let since;
  let move;

  const leave = () => {
    const now = Date.now();
    if (here) here.d += Math.min(now - since, IDLE);
    since = now;
    here = 0;
  };
  const timer = makeTimer(() => {
    leave();
    const {x, y, ...row} = placeOn(tracker, ...move);
    row.c = cell(y) * CELLS + cell(x);
    here = tracker.find('hover', (one) => one.e === row.e && one.c === row.c) || tracker.add('hover', {...row, d: 0});
  });
  listen('pointermove', (event) => {
    tracker.touch();
    if (event.pointerType === 'touch') return;
    move = [event.composedPath()[0], event.clientX, event.clientY];
    timer.set(TICK);
  });
  listen('pointerout scroll', (event) => {
    if (event.relatedTarget) return;
    leave();
    timer.stop();
  });
  return leave;
};
