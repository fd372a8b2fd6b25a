// Nothing of ours may throw into the page or slow its input: every entry goes through here.

const OPTIONS = {capture: true, passive: true};

/** `fn`, whose errors stay inside: a page may have replaced what we use; then one event is lost and the page goes on. */
export const guard =
  (fn) =>
  (...args) => {
    try {
      return fn(...args);
    } catch {}
  };

/** Listens to `types` (separated by spaces) on `target`; returns its stop. */
export const listen = (target, types, fn) => {
  const safe = guard(fn);
  const each = (method) => {
    for (const type of types.split(' ')) target[method](type, safe, OPTIONS);
  };
  each('addEventListener');
  return () => each('removeEventListener');
};

/** A guarded `setTimeout`. */
export const later = (fn, ms) => setTimeout(guard(fn), ms);
