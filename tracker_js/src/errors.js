// Errors of the page's scripts that follow a click: of the message 12 bits, of the address the file's name alone.
import {lastClick} from './effects.js';
import {fingerprint} from './elements.js';
import {listen} from './guard.js';
import {site} from './settings.js';
import {add, trim} from './view.js';

const SOON = 1000; // ms after a click
const MESSAGE = 99; // kind of the fingerprint; those of elements are 0 … 11
const NAME = 64; // letters

export const captureErrors = () => {
  let answered = lastClick; // the click whose first error was told
  listen('error unhandledrejection', ({message, reason, filename}) => {
    const t = Date.now();
    const text = message || reason?.message;
    if (!text || lastClick === answered || t > lastClick.t + SOON) return;
    answered = lastClick;
    const n = filename ? trim(filename).split('?')[0].split('/').pop().slice(-NAME) : '';
    add('error', {t, e: lastClick.e, h: fingerprint(site, MESSAGE, text), n});
  });
};
