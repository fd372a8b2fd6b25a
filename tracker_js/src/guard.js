// Nothing of ours may throw into the page or slow its input: every entry goes through here. And nothing of ours may
// stay when the tracker stops: all listening and all timers end through here.

const life = new AbortController();
const inside = []; // [types, fn] that are listened to in frames too
const endings = [];

/** Calls `fn` when the tracker stops. */
export const atEnd = (fn) => endings.push(fn);

/** Ends all listening and all timers. */
export const end = () => {
  life.abort();
  for (const fn of endings) fn();
};

/** `fn`, whose errors stay inside. */
export const guard =
  (fn) =>
  (a, b, c) => {
    try {
      return fn(a, b, c);
    } catch {
      // A page may have replaced what we use: then one event is lost, and the page goes on.
    }
  };

const bind = (types, fn, target) => {
  for (const type of types.split(' ')) target.addEventListener(type, fn, {capture: true, signal: life.signal});
};

/** Listens to `types` (separated by spaces). What happens in the document passes the window first. */
export const listen = (types, fn, target = window) => bind(types, guard(fn), target);

/** The same, in the page and in its frames of the same origin; those that have a tracker are pages of their own. */
export const hear = (types, fn) => inside.push([types, guard(fn)]);

const onLoad = ({target}) => target.contentWindow && attach(target.contentWindow);

/** Begins what `hear` said, in a window and in its frames, those that are loaded later too. */
export const attach = guard((frame) => {
  for (const [types, fn] of inside) bind(types, frame === window ? fn : (event) => frame.parcours || fn(event), frame);
  bind('load', onLoad, frame.document); // it never reaches the window
  for (let i = 0; i < frame.length; i++) attach(frame[i]);
});

/** `fn` in the next frame: there the browser lays out anyway, and reading boxes costs nothing more. */
export const inFrame = (fn) => () => requestAnimationFrame(guard(fn));

/** A function that lets `fn` be called once, at the earliest of the times (ms from now) it was given; without any, never. */
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
  atEnd(timer);
  return timer;
};
