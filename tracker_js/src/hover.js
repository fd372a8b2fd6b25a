// Dwell: how long the pointer was on which place, per element and cell of an 8 × 8 grid on its box.
// Moves themselves are not kept: bytes grow with places, not with time.
import {later, listen} from './guard.js';
import {placeOn} from './view.js';

const TICK = 200; // ms between two looks at where the pointer is
const IDLE = 2000; // ms without a move that still count
const CELLS = 8;

const cell = (part) => Math.min(CELLS - 1, Math.floor((part * CELLS) / 10_000));

export const captureHover = (tracker) => {
  let here;
  let since;
  let move;
  let timer = 0;

  const credit = () => {
    const now = Date.now();
    if (here) here.d += Math.max(0, Math.min(now - since, IDLE));
    since = now;
  };
  const look = () => {
    timer = 0;
    credit();
    here = 0;
    if (!move.target.isConnected) return;
    const {x, y, ...row} = placeOn(move.target, move.x, move.y);
    row.c = cell(y) * CELLS + cell(x);
    here = tracker.find('hover', (one) => one.el === row.el && one.c === row.c) || tracker.add('hover', {...row, d: 0});
  };
  const leave = () => {
    credit();
    here = 0;
    clearTimeout(timer);
    timer = 0;
  };
  const onMove = (event) => {
    tracker.touch();
    if (event.pointerType === 'touch') return;
    move = {target: event.composedPath()[0], x: event.clientX, y: event.clientY};
    if (timer) return;
    credit();
    timer = later(look, TICK);
  };
  return {
    /** The pointer is nowhere until it moves again. */
    leave,
    stops: [
      listen(document, 'pointermove', onMove),
      listen(document, 'pointerout', (event) => event.relatedTarget || leave()),
      leave,
    ],
  };
};
