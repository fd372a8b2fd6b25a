// Changes of address without a new document. Whether one makes a new view is the caller's to say.
import {guard, listen} from './guard.js';

export const captureRoutes = (onChange) => {
  if (window.navigation) return listen('currententrychange', onChange, navigation);
  // Another script may wrap them again: so ours stay when the tracker stops, and do nothing then.
  for (const name of ['pushState', 'replaceState']) {
    const own = history[name];
    history[name] = function (...args) {
      own.apply(this, args);
      guard(onChange)();
    };
  }
  listen('popstate', onChange);
};
