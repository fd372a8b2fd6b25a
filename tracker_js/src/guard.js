// The tracker must never throw into the page: every entry from the browser goes through `guard`.

/** `fn` with its errors swallowed. */
export const guard = (fn) => (a, b, c) => {
  try {
    return fn(a, b, c);
  } catch {
    // A page may have replaced a built-in that the tracker uses. One event is lost; the page goes on.
  }
};
