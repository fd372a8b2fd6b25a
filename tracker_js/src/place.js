// Places on the page: an element's record, and the position in its box.
import {describe, gistOf, isFromRight, owner} from './elements.js';
import {outer, site} from './settings.js';

/**
 * Record of an element that events belong to (`owner`), as it is now. Not kept: pages turn one element into another by
 * changing its attributes and text (morphing, lists without keys, rows of virtual lists).
 */
export const record = (el) =>
  // In an embedded page, paths start at its root: the embedding page puts the frame's own path in front.
  describe(el, site, outer && '>>html:1');

/** What tells whether `el` is still the same element for a visitor, from its first nodes: cheaper than a record. */
export const stampOf = (el) => [el.isConnected, el.id, el.name, gistOf(el, 20)].join();

/** Record of the element that `target` belongs to. */
export const recordOf = (target) => record(owner(target));

/** `part` of `size` in steps of 1/10,000, limited to 0 … 10,000. */
export const fraction = (part, size) => Math.max(0, Math.min(10_000, Math.round((part / size) * 10_000) || 0));

/** The same-origin frame that contains `el`; false in the page itself. */
const frameOf = (el) => el.ownerDocument !== document && el.ownerDocument.defaultView.frameElement;

/** px on the page of a position in the viewport of `frame` (none: the page's). Embedded pages cannot know theirs. */
export const toPage = (frame, x, y) => {
  if (!frame) return [x + (outer ? 0 : scrollX), y + (outer ? 0 : scrollY)].map(Math.round);
  const {left, top} = frame.getBoundingClientRect();
  return toPage(frameOf(frame), x + left + frame.clientLeft, y + top + frame.clientTop);
};

/**
 * A place on the element that `target` belongs to: fractions of its box, its size, px on the page.
 * Without x and y: the middle. Text that wraps counts as one long line (all client rects end to end:
 * https://drafts.csswg.org/cssom-view/#dom-element-getclientrects), so that a place stays on its word at widths that
 * wrap elsewhere.
 */
export const placeOn = (target, x, y) => {
  const el = owner(target);
  let line; // or column
  let before; // width of the lines before it, px
  let w = 0;
  for (const box of el.getClientRects()) {
    if (!line || (y >= box.top && x > box.left - 1 && x < box.right + 1)) {
      line = box;
      before = w;
    }
    w += box.width;
  }
  // End to end, the last line of right-to-left text is the leftmost.
  if (line.width < w && isFromRight(el)) before = w - before - line.width;
  const {left, top, height} = line;
  x ??= left + line.width / 2;
  y ??= top + height / 2;
  const [px, py] = toPage(frameOf(el), x, y);
  return {
    x: fraction(x - left + before, w),
    y: fraction(y - top, height),
    w: Math.round(w),
    h: Math.round(height),
    px,
    py,
  };
};
