// The tracker must never throw into the page: every entry from the browser goes through `guard`.
import {sum} from './totals.js';

/**
 * `fn` with its errors swallowed, and counted unless `count` is 0. A page may have replaced a built-in that the tracker
 * uses: one event is lost, and the page goes on.
 */
export const guard =
  (fn, count = 1) =>
  (a, b, c) => {
    try {
      return fn(a, b, c);
    } catch {
      sum.err += count;
    }
  };
