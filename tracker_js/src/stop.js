// What must end when the tracker stops: all listeners, all timers, the observer.

const lifetime = new AbortController();
const callbacks = [];

/** Aborted when the tracker stops: every listener is added with it. */
export const {signal} = lifetime;

/** Calls `fn` when the tracker stops. */
export const onStop = (fn) => callbacks.push(fn);

/** Removes all listeners and calls what `onStop` was given. */
export const stopAll = () => {
  lifetime.abort();
  for (const fn of callbacks) fn();
};
