// Changes of the viewport, once it has come to rest.
import {later, listen} from './guard.js';

const REST = 500; // ms

export const captureResize = (tracker) => {
  let timer;
  const onResize = () => {
    clearTimeout(timer);
    timer = later(() => tracker.add('resize', {t: Date.now(), w: innerWidth || 1, h: innerHeight || 1}), REST);
  };
  return [listen(window, 'resize', onResize), () => clearTimeout(timer)];
};
