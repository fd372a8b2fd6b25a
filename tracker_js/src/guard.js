// Nothing of ours may throw into the page or slow its input: every entry goes through here.

/** Ends with the tracker, and with it all listening. */
export const life = new AbortController();

/** `fn`, whose errors stay inside. */
export const guard =
  (fn) =>
  (...args) => {
    try {
      return fn(...args);
    } catch {
      // A page may have replaced what we use: then one event is lost, and the page goes on.
    }
  };

/** Listens to `types` (separated by spaces) until `signal` ends. What happens in the document passes the window first. */
export const listen = (types, fn, target = window, {signal} = life) => {
  for (const type of types.split(' ')) target.addEventListener(type, guard(fn), {capture: true, signal});
};

/** Calls `fn` once, at the earliest of the times that were set. */
export const makeTimer = (fn) => {
  let id = 0;
  let due;
  const stop = () => {
    clearTimeout(id);
    id = 0;
  };
  return {
    stop,
    isSet: () => id,
    set: (ms) => {
      const at = Date.now() + ms;
      if (id && due <= at) return;
      stop();
      due = at;
      id = setTimeout(
        guard(() => {
          id = 0;
          fn();
        }),
        ms,
      );
    },
  };
};
