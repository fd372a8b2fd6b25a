// Forms that are sent.
import {hear} from './guard.js';
import {recordOf} from './place.js';
import {add} from './view.js';

export const captureSubmits = () => hear('submit', ({target}) => add('submit', {t: Date.now(), e: recordOf(target)}));
