// Changes of address without a new document. Whether one makes a new view is the caller's to say.
import {guard, listen} from './guard.js';

export const captureRoutes = (onChange) => {
  if (window.navigation) return [listen(navigation, 'currententrychange', onChange)];
  const safe = guard(onChange);
  const stops = ['pushState', 'replaceState'].map((name) => {
    const own = history[name];
    let live = true; // another script may wrap it again: then ours stays, and does nothing
    history[name] = function (...args) {
      own.apply(this, args);
      if (live) safe();
    };
    return () => {
      live = false;
    };
  });
  return [...stops, listen(window, 'popstate', onChange)];
};
