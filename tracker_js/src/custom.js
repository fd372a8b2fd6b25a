// What the site's own code reports: named events and variants of experiments.
import {masked} from './masking.js';

const NAME = /^.{0,64}/su; // characters
const WORDS = /^[\w.:-]{1,64} [\w.:-]{1,64}$/;
const MOST = 10; // experiments on one page

/** `text` cut to the wire format's limit. */
export const wellFormed = (text) => NAME.exec(text)[0];

/** Row of a custom event; a value that is no usable number becomes null. */
export const customRow = (name, value) => ({
  t: Date.now(),
  n: wellFormed(masked(`${name}`)),
  v: Math.abs(value) <= 1e12 ? +value : null,
});

/** Adds a variant if both names are plain words and there are fewer than `MOST`. */
export const addVariant = (variants, experiment, name) => {
  if (WORDS.test(`${experiment} ${name}`) && Object.keys(variants).length < MOST) variants[experiment] = name;
};
