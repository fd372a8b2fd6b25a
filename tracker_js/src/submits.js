// Submitted forms.
import {hear} from './listen.js';
import {recordOf} from './place.js';

export const captureSubmits = (emit) =>
  hear('submit', ({target}) => emit('submit', {t: Date.now(), e: recordOf(target)}));
