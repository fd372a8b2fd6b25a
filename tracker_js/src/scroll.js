// Scrolling. How far the page is shown is read soon after it (reach.js).
import {hear} from './listen.js';
import {isPage} from './reach.js';

/** `leaveHover`: scrolling puts the pointer on another place. `effects`: a scroll may be the effect of a click. */
export const captureScroll = (touch, lookSoon, leaveHover, effects) =>
  hear('scroll', (event) => {
    effects.onEffect(event);
    touch();
    leaveHover();
    if (isPage(event.target)) lookSoon();
  });
