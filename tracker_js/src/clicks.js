// Clicks: on which element, where in its box, and what followed.
import {listen} from './guard.js';
import {placeOn} from './view.js';

const KEYBOARD = 1;
const MODIFIER = 4;
const POINTERS = {touch: 2, pen: 8};
const TWICE = 50; // ms in which a label's click comes again on its control

export const captureClicks = (tracker, effects) => {
  let control; // of the label that was clicked last
  let until = 0;

  const onClick = (event) => {
    // Made by a script, or by the right button (`auxclick`): no click of the visitor's.
    if (!event.isTrusted || event.button > 1) return;
    tracker.touch();
    const target = event.composedPath()[0];
    if (target === control && event.timeStamp < until) return;
    control = target.closest('label')?.control;
    until = event.timeStamp + TWICE;
    const keyboard = event.type === 'click' && !event.detail;
    const row = {
      t: Date.now(),
      ...(keyboard ? placeOn(target) : placeOn(target, event.clientX, event.clientY)),
      b: event.button,
      k:
        keyboard * KEYBOARD +
        (POINTERS[event.pointerType] || 0) +
        (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) * MODIFIER,
    };
    effects.watch(event, row);
    tracker.add('click', row);
  };
  return [
    listen(document, 'click auxclick', onClick),
    listen(document, 'pointerdown', (event) => {
      tracker.touch();
      effects.watch(event);
    }),
  ];
};
