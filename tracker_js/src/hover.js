// Dwell: how long the pointer stayed on a place: an element and a cell of an 8 × 8 grid on its box.
// Moves are not kept, so bytes grow with places and not with time.
import {hear} from './listen.js';
import {placeOn, record, stampOf} from './place.js';
import {inFrame, makeTimer} from './timer.js';

const TICK = 200; // ms between two readings of the pointer's place
const REST = 300; // ms without a move after which the pointer's resting place is read
const IDLE = 2000; // ms without a move that still count as dwell
const PASSING = 250; // ms: a shorter stay only passed by
const CELLS = 8;

const cell = (part) => ((part * CELLS) / 10_001) | 0;

export const captureHover = (emit, touch) => {
  let here; // row of the pointer's place
  let stamp; // of its element
  let made; // its record, made once the pointer has stayed
  let since = 0; // time from which it is there; 0: no place
  let move; // the last event

  const goTo = (next) => {
    const now = Date.now();
    const seen = next && stampOf(next.e);
    let stays;
    if (here) {
      here.d += Math.min(now - since, IDLE);
      stays = here.e === next?.e && here.c === next.c && stamp === seen;
      // Records are expensive: only a dwell that is kept gets one, while the element is still what it was.
      if (here.d > PASSING) made ||= stampOf(here.e) === stamp && record(here.e);
      if (!stays && made) emit('hover', {...here, e: made});
    }
    if (!stays) {
      here = next;
      stamp = seen;
      made = 0;
    }
    since = next && now;
  };

  /** Emits the dwell; the pointer has no place until it moves again. */
  const leave = () => goTo((move = 0));

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
    const {x, y, ...row} = placeOn(target, clientX, clientY, (el) => el);
    goTo({...row, c: cell(y) * CELLS + cell(x), d: 0});
  };
  const lookInFrame = inFrame(look);
  const timer = makeTimer(() => (performance.now() < move.timeStamp + REST ? timer(REST) : lookInFrame()));

  // Hundreds come each second: nothing is read of one until its place is.
  hear('pointermove', (event) => {
    move = event;
    if (Date.now() > since + TICK) {
      timer(REST);
      look();
    }
  });
  hear('pointerout', (event) => event.relatedTarget || leave());
  return leave;
};
