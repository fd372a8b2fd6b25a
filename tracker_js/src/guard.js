// Nothing of ours may throw into the page or slow its input: every entry goes through here.

const OPTIONS = {capture: true, passive: true};
const stops = [];

/** `fn`, whose errors stay inside: a page may have replaced what we use; then one event is lost and the page goes on. */
export const guard =
  (fn) =>
  (...args) => {
    try {
      return fn(...args);
    } catch {}
  };

/** Listens to `types` (separated by spaces); returns its stop. What happens in the document passes the window first. */
export const listen = (types, fn, target = window) => {
  const safe = guard(fn);
  const each = (method) => {
    for (const type of types.split(' ')) target[method](type, safe, OPTIONS);
  };
  each('addEventListener');
  return () => each('removeEventListener');
};

/** `stop` is called when the tracker stops. */
export const onStop = (stop) => stops.push(stop);

/** Stops everything that was started. */
export const stopAll = () => {
  for (const stop of stops.splice(0)) stop();
};

/** Listens until the tracker stops. */
export const on = (...args) => onStop(listen(...args));

/** Calls `fn` once, at the earliest of the times that were set; stops with the tracker. */
export const makeTimer = (fn) => {
  let id = 0;
  let due;
  const stop = () => {
    clearTimeout(id);
    id = 0;
  };
  onStop(stop);
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
