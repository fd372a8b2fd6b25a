// Changes of the viewport.
import {makeTimer, on} from './guard.js';

const REST = 500; // ms in which many changes are one

export const captureResize = (tracker) => {
  const timer = makeTimer(() => tracker.add('resize', {t: Date.now(), w: innerWidth, h: innerHeight}));
  on('resize', () => timer.set(REST));
};
