// Changes of address without a new document. Whether one makes a new view is the caller's to say.
import {guard, on, onStop} from './guard.js';

export const captureRoutes = (onChange) => {
  if (window.navigation) return on('currententrychange', onChange, navigation);
  let safe = guard(onChange);
  for (const name of ['pushState', 'replaceState']) {
    const own = history[name];
    history[name] = function (...args) {
      own.apply(this, args);
      safe();
    };
  }
  // Another script may have wrapped them again: so ours stay, and do nothing.
  onStop(() => {
    safe = () => {};
  });
  on('popstate', onChange);
};
