// Clicks: on which element, where in its box. Everything is read when the button goes down: what the page does next
// must not move the click or put it into the next view.
import {guard} from './guard.js';
import {bind, hear, listen} from './listen.js';
import {placeOn, recordOf} from './place.js';
import {allowed} from './settings.js';
import {sum} from './totals.js';
import {DISABLED, DRAGGED, FRAMED, KEYBOARD, LONG, MODIFIER, PEN, TOUCH} from './wire.js';

const POINTERS = {touch: TOUCH, pen: PEN};
const LONG_PRESS = 500; // ms
const DRAG = 10; // px from the press, beyond which it is a drag
const DISABLED_CONTROL = ':disabled:not(fieldset)';
const ORIGIN = /^\w+:..[^/]+/;
const STALE = 1000; // ms after which a press no longer explains what happens

let press; // row of the press whose click has not come yet
let from; // event of the last press

/** The pointer moved. In viewport px: a page that scrolls under it is no drag, one that follows it is. */
export const followPress = (event) => {
  if (press && Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > DRAG) press.k |= DRAGGED;
};

export const captureClicks = (touch, effects) => {
  let on; // target of the last press
  let down = 0; // `timeStamp` of the last press or key

  hear('keydown', (event) => {
    touch();
    down = event.timeStamp;
  });
  const onPointer = guard((event) => {
    const {button, timeStamp, type} = event;
    const path = event.composedPath();
    const isPress = type === 'pointerdown';
    const isClick = /click/.test(type);
    const isKey = isClick && !event.detail; // pressed by key: https://w3c.github.io/uievents/#event-type-click
    // No click follows on a disabled control:
    // https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#attr-fe-disabled
    if (type === 'pointerup' && (on !== path[0] || !path.some((el) => el.matches?.(DISABLED_CONTROL)))) return;
    if (!event.isTrusted) return (sum.fake += isClick);
    // Not counted: the right button, which also fires `auxclick` (https://w3c.github.io/uievents/#event-type-auxclick),
    // and a click without a press: the browser repeats the click on a label on its field
    // (https://html.spec.whatwg.org/multipage/forms.html#the-label-element), and a press may have counted already.
    if (button > 1 || !(isPress || isKey || press)) return;
    touch();
    // Not told by `detail`: WebKit gives a press that of its click.
    effects.watch(event, !isPress && !isKey);
    if (isPress || isKey) {
      from = event;
      press = {
        t: Date.now(),
        e: recordOf((on = path[0])),
        ...placeOn(on, ...(isKey ? [] : [event.clientX, event.clientY])),
        b: button,
        k:
          isKey * KEYBOARD +
          (POINTERS[event.pointerType] || 0) +
          (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) * MODIFIER,
      };
    }
    if (isPress) {
      down = timeStamp;
      // Only now: a page has few listeners while nobody presses.
      bind('pointerup pointercancel', onPointer, event.view);
    } else {
      followPress(event);
      if (!isKey && timeStamp > down + LONG_PRESS) press.k |= LONG;
      if (!isClick) press.k |= DISABLED;
      // The browser scrolls, zooms or drops something instead: no click follows.
      // https://w3c.github.io/pointerevents/#the-pointercancel-event
      if (type !== 'pointercancel') effects.awaitEffect(press, press.t);
      press = 0;
    }
  });
  hear('pointerdown click auxclick', onPointer);
  // The page gets no events from a cross-origin frame. A click into one moves the focus there, without a key or a
  // press in the page. https://html.spec.whatwg.org/multipage/interaction.html#the-useractivation-interface
  listen('blur', (event) => {
    const {timeStamp, target} = event;
    const frame = document.activeElement;
    if (
      target === window &&
      frame?.contentWindow &&
      !frame.contentDocument &&
      timeStamp > down + STALE &&
      navigator.userActivation?.isActive &&
      // Not by `new URL`: a frame may have no address (`srcdoc`), or one that is none.
      !allowed.includes(ORIGIN.exec(frame.src || frame.data)?.[0])
    ) {
      effects.watch(event);
      effects.awaitEffect({e: recordOf(frame), ...placeOn(frame), b: 0, k: FRAMED});
    }
  });

  /** If `end`, the view ends: with the button down, that was a click. */
  return (end) => {
    if (!end) return;
    if (press && Date.now() < press.t + STALE) effects.awaitEffect(press, press.t);
    press = 0;
  };
};
