// Changes of the viewport: of the window's size, or a device that is turned.
import {listen, makeTimer} from './guard.js';
import {add} from './view.js';

const REST = 500; // ms in which many changes are one

export const captureResize = () => {
  const timer = makeTimer(() => add('resize', {t: Date.now(), w: innerWidth, h: innerHeight}));
  listen('resize', () => timer(REST));
};
