// Scrolling. How far the page is shown is read soon after it (reach.js).
import {guard} from './guard.js';
import {hear} from './listen.js';
import {isPage} from './reach.js';
import {onStop} from './stop.js';
import {SCROLLED} from './wire.js';

/** `leaveHover`: scrolling puts the pointer on another place. `effects`: a scroll may be the effect of a click. */
export const captureScroll = (touch, lookSoon, leaveHover, effects) => {
  hear('scroll', (event) => {
    effects.note(SCROLLED, event.target);
    touch();
    leaveHover();
    if (isPage(event.target)) lookSoon();
  });
  // Scripts fill the page, and pictures load, after the view began.
  guard(() => {
    const observer = new ResizeObserver(lookSoon);
    for (const el of document.querySelectorAll('html,body')) observer.observe(el);
    onStop(() => observer.disconnect());
  })();
};
