// What the owner's own code tells: named events and variants of experiments.

const NAME = 64; // letters
const WORD = /^[\w.:-]{1,64}$/;
const MOST = 10; // experiments on one page

/** `text` cut to what the wire takes. */
export const wellFormed = (text) => [...String(text)].slice(0, NAME).join('');

/** Row of a custom event. */
export const customRow = (name, value) => ({
  t: Date.now(),
  n: wellFormed(name),
  v: Math.abs(value) <= 1e12 ? +value : null,
});

/** Whether both are plain words, and `variants` has room for one more. */
export const isVariant = (variants, experiment, key) =>
  WORD.test(experiment) && WORD.test(key) && Object.keys(variants).length < MOST;
