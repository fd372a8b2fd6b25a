// Timers, and animation frames in which reading the layout is cheap.
import {guard} from './guard.js';
import {onStop} from './stop.js';

/**
 * A function that runs `fn` in the next animation frame. The browser computes the layout there anyway, so reading
 * boxes costs nothing more. https://html.spec.whatwg.org/multipage/webappapis.html#update-the-rendering
 */
export const inFrame = (fn) => () => requestAnimationFrame(guard(fn));

/** A debounced timer: runs `fn` once, at the earliest time requested (ms from now). A call without a time clears it. */
export const makeTimer = (fn) => {
  let id;
  let due;
  const timer = (ms) => {
    const at = Date.now() + ms;
    if (id && ms && at >= due) return;
    clearTimeout(id);
    due = at;
    id =
      ms &&
      setTimeout(
        guard(() => {
          id = 0;
          fn();
        }),
        ms,
      );
  };
  onStop(timer);
  return timer;
};
