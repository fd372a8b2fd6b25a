// Clicks: on which element, where in its box. All of that is as it was when the button went down: what the page does
// then must not move the click, nor put it into the next view.
import {awaitEffect, watch} from './effects.js';
import {allowed, FRAMED} from './frames.js';
import {hear, listen} from './guard.js';
import {placeOn} from './place.js';
import {touch, view} from './view.js';

// Flags of a click (FLAGS in collector/wire.py).
const KEYBOARD = 1;
const MODIFIER = 4;
const POINTERS = {touch: 2, pen: 8};
const LONG = 16;
const LONG_PRESS = 500; // ms
const STALE = 1000; // ms after which a press is no longer the reason of what happens

let press; // row of the press whose click is still to come
let down = 0; // `timeStamp` of the last press or key

/** The page goes on to another address while the button is down: that was a click. */
export const release = () => {
  if (press && Date.now() < press.t + STALE) awaitEffect(press, press.t);
  press = 0;
};

export const captureClicks = () => {
  hear('keydown', (event) => {
    touch();
    down = event.timeStamp;
  });
  hear('pointerdown click auxclick', (event) => {
    const {button, timeStamp} = event;
    const isPress = event.type === 'pointerdown';
    const isKey = !isPress && !event.detail;
    if (!event.isTrusted) view.sum.fake += !isPress;
    // The right button (`auxclick`) is no click. Nor is one without a press: of a label's click the browser makes
    // another one on its field, and a press may have counted already.
    if (!event.isTrusted || button > 1 || !(isPress || isKey || press)) return;
    touch();
    watch(event);
    if (isPress || isKey)
      press = {
        t: Date.now(),
        ...placeOn(event.composedPath()[0], ...(isKey ? [] : [event.clientX, event.clientY])),
        b: button,
        k:
          isKey * KEYBOARD +
          (POINTERS[event.pointerType] || 0) +
          (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) * MODIFIER,
      };
    if (isPress) down = timeStamp;
    else {
      if (!isKey && timeStamp > down + LONG_PRESS) press.k += LONG;
      awaitEffect(press, press.t);
      press = 0;
    }
  });
  // A click into a frame that cannot be seen into takes the focus there: neither a key did, nor a press in the page.
  listen('blur', (event) => {
    const {timeStamp, target} = event;
    const frame = document.activeElement;
    if (
      target === window &&
      frame.contentWindow &&
      !frame.contentDocument &&
      timeStamp > down + STALE &&
      navigator.userActivation?.isActive &&
      !allowed.includes(new URL(frame.src || frame.data).origin)
    ) {
      watch(event);
      awaitEffect({...placeOn(frame), b: 0, k: FRAMED});
    }
  });
};
