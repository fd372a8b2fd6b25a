// Changes of the viewport's size: the window was resized or the device rotated.
import {listen} from './listen.js';
import {makeTimer} from './timer.js';

const REST = 500; // ms: changes closer together count as one

export const captureResize = (emit) => {
  const timer = makeTimer(() => emit('resize', {t: Date.now(), w: innerWidth, h: innerHeight}));
  listen('resize', () => timer(REST));
};
