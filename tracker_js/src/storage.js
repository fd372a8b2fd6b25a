// The browser's storage. Nothing is stored without consent, unless the site asks for it.
import {guard} from './guard.js';

/** Reads (no `value`), writes or, with '', removes. Returns undefined where storage is blocked. */
export const stored = guard((key, value, kind = 'local') => {
  const storage = window[`${kind}Storage`];
  if (value) storage[key] = value;
  else if (value === '') storage.removeItem(key);
  return storage[key];
}, 0);
