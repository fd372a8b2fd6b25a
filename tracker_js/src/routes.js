// Changes of address without a new document. Whether one makes a new view is the view's to say.
import {guard, listen} from './guard.js';
import {onRoute} from './view.js';

export const captureRoutes = () => {
  if (window.navigation) return listen('currententrychange', onRoute, navigation);
  // Another script may wrap them again: so ours stay when the tracker stops, and do nothing then.
  for (const name of ['pushState', 'replaceState']) {
    const own = history[name];
    history[name] = function (...args) {
      own.apply(this, args);
      guard(onRoute)();
    };
  }
  listen('popstate', onRoute);
};
