// Script errors that follow a click: a 12-bit fingerprint of the message, and the file's name without its address.
import {trimAddress} from './address.js';
import {fingerprint} from './elements.js';
import {listen} from './listen.js';
import {site} from './settings.js';

const SOON = 1000; // ms after a click
const MESSAGE = 99; // kind of the fingerprint; elements use 0 … 11
const NAME = 64; // characters

export const captureErrors = (emit, effects) => {
  let answered = 0; // the click whose first error was emitted
  listen('error unhandledrejection', ({message, reason, filename}) => {
    const t = Date.now();
    const text = message || reason?.message;
    const click = effects.lastClick();
    if (!text || click === answered || t > click.t + SOON) return;
    answered = click;
    const n = filename ? trimAddress(filename).split(/[?#]/)[0].split('/').pop().slice(-NAME) : '';
    emit('error', {t, e: click.e, h: fingerprint(site, MESSAGE, text), n});
  });
};
