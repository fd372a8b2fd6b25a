// Address changes without a new document. The view decides whether one starts a new view.
import {guard} from './guard.js';
import {listen} from './listen.js';

export const captureRoutes = (onRoute) => {
  // https://html.spec.whatwg.org/multipage/nav-history-apis.html#navigation-interface
  if (window.navigation) return listen('currententrychange', onRoute, navigation);
  // Without it, no event reports `pushState` or `replaceState`, so both are wrapped. Another script may wrap them
  // again, so the wrappers stay when the tracker stops, and do nothing then.
  for (const name of ['pushState', 'replaceState']) {
    const own = history[name];
    history[name] = function (...args) {
      own.apply(this, args);
      guard(onRoute)();
    };
  }
  listen('popstate', onRoute);
};
