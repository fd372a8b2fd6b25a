// Clicks: on which element, where in its box, and what followed.
import {listen} from './guard.js';
import {placeOn} from './view.js';

const KEYBOARD = 1;
const MODIFIER = 4;
const POINTERS = {touch: 2, pen: 8};

export const captureClicks = (tracker, effects) => {
  let control; // of the label that was clicked: the browser clicks it too

  listen('click auxclick', (event) => {
    // Made by a script, or by the right button (`auxclick`): no click of the visitor's.
    if (!event.isTrusted || event.button > 1) return;
    tracker.touch();
    const target = event.composedPath()[0];
    const isAgain = target === control;
    control = target.closest('label')?.control;
    if (isAgain) return;
    const isKey = !event.detail;
    effects.watch(event, {
      t: Date.now(),
      ...placeOn(tracker, target, ...(isKey ? [] : [event.clientX, event.clientY])),
      b: event.button,
      k:
        isKey * KEYBOARD +
        (POINTERS[event.pointerType] || 0) +
        (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) * MODIFIER,
    });
  });
  listen('pointerdown', (event) => {
    tracker.touch();
    control = 0;
    effects.watch(event);
  });
};
