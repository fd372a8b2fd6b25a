// Changes of the viewport.
import {listen, makeTimer} from './guard.js';

const REST = 500; // ms in which many changes are one

export const captureResize = (tracker) => {
  const timer = makeTimer(() => tracker.add('resize', {t: Date.now(), w: innerWidth, h: innerHeight}));
  listen('resize', () => timer.set(REST));
};
