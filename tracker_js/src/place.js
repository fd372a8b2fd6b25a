// Places on the page: an element's record, and where in its box.
import {describe, isFromRight, owner} from './elements.js';
import {frameOf, toPage} from './frames.js';
import {outer, site} from './settings.js';
import {records} from './view.js';

/** Record of an element that events belong to (`owner`), made when a view first asks for it. */
export const record = (el) => {
  // What stands above a page that is a part of another one is that one's to say.
  if (!records.has(el)) records.set(el, describe(el, site, outer && '>>html:1'));
  return records.get(el);
};

/** Record of the element that `target` belongs to. */
export const recordOf = (target) => record(owner(target));

/** `part` of `size` in steps of 1/10,000. */
export const fraction = (part, size) => Math.max(0, Math.min(10_000, Math.round((part / size) * 10_000) || 0));

/**
 * A place on the element that `target` belongs to: its record, fractions of its box, its size, px on the page.
 * No x: the middle. Of text that is broken into lines the box is as if it stood on one: so a place stays on its
 * word wherever another width breaks the lines. `nameOf` gives what stands for the element instead of its record.
 */
export const placeOn = (target, x, y, nameOf = record) => {
  const el = owner(target);
  let line; // or column
  let before; // px of the lines before it
  let w = 0;
  for (const box of el.getClientRects()) {
    if (!line || (y >= box.top && x > box.left - 1 && x < box.right + 1)) {
      line = box;
      before = w;
    }
    w += box.width;
  }
  // Laid end to end, the last line of text from right to left is the leftmost.
  if (line.width < w && isFromRight(el)) before = w - before - line.width;
  const {left, top, height} = line;
  x ??= left + line.width / 2;
  y ??= top + height / 2;
  const [px, py] = toPage(frameOf(el), x, y);
  return {
    e: nameOf(el),
    x: fraction(x - left + before, w),
    y: fraction(y - top, height),
    w: Math.round(w),
    h: Math.round(height),
    px,
    py,
  };
};
