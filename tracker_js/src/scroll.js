// Scrolling. How far the page is shown is read soon after it (reach.js). It may be the effect of a click. It does not
// show that there is a visitor, since carousels, logs and scripts scroll by themselves: the wheel, keys and presses do.
import {guard} from './guard.js';
import {hear} from './listen.js';
import {isPage} from './reach.js';
import {onStop} from './stop.js';
import {SCROLLED} from './wire.js';

/** `leaveHover(scroller)`: scrolling puts the pointer on another place. */
export const captureScroll = (touch, lookSoon, leaveHover, effects) => {
  let turned; // time of the last turn of the wheel, or key
  hear('wheel keydown', () => {
    touch();
    turned = Date.now();
  });
  hear('scroll', ({target}) => {
    const page = isPage(target);
    effects.note(SCROLLED, target, turned);
    leaveHover(page || target);
    if (page) lookSoon();
  });
  // Scripts fill the page, and pictures load, after the view began.
  guard(() => {
    const observer = new ResizeObserver(lookSoon);
    for (const el of document.querySelectorAll('html,body')) observer.observe(el);
    onStop(() => observer.disconnect());
  })();
};
