// What the owner's own code tells: named events and variants of experiments.

const NAME = /^.{0,64}/su; // letters
const WORDS = /^[\w.:-]{1,64} [\w.:-]{1,64}$/;
const MOST = 10; // experiments on one page

/** `text` cut to what the wire takes. */
export const wellFormed = (text) => NAME.exec(text)[0];

/** Row of a custom event. */
export const customRow = (name, value) => ({
  t: Date.now(),
  n: wellFormed(name),
  v: Math.abs(value) <= 1e12 ? +value : null,
});

/** Adds a variant, if both are plain words, and there is room for one more. */
export const addVariant = (variants, experiment, name) => {
  if (WORDS.test(`${experiment} ${name}`) && Object.keys(variants).length < MOST) variants[experiment] = name;
};
