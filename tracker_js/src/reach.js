// Reach: the deepest bottom edge of the viewport, anchored on the element found there, and how long each 5 % of the
// page was in view.
import {above, owner} from './elements.js';
import {fraction, record, stampOf} from './place.js';

const BANDS = 20;
const SHELL = 0.5; // an inner scroller that covers this share of the viewport counts as the page

let reach; // the deepest edge seen
let stamp; // of the element there
let edge; // px from the top of its element
let bands; // ms in view
let height; // px of the page whose twentieths the bands are
let shell; // the inner scroller that counts as the page
let range; // bands in view: [from, to]

export let size; // of viewport and page when last read

const isFixed = (el) => {
  for (; el; el = above(el)) if (/fixed|sticky/.test(getComputedStyle(el).position)) return true;
};

/** Share of band `i` that lies between `from` and `to`, in bands from the top. */
const overlap = (i, from, to) => Math.max(0, Math.min(i + 1, to) - Math.max(i, from));

/** The page is `ph` px high now. What was in view stays at its px: content is mostly added at the end. */
const stretch = (ph) => {
  const ratio = ph / (height || ph) || 1;
  height = ph || height;
  const at = (i) => bands.reduce((sum, ms, k) => sum + ms * overlap(k, i * ratio, (i + 1) * ratio), 0) / ratio;
  bands = bands.map((_, i) => at(i));
};

/** Reads how far down the page is shown. Fixed bars at the bottom edge are ignored. */
export const look = () => {
  size = {vw: innerWidth || 1, vh: innerHeight || 1, pw: 0, ph: 0};
  const {scrollWidth, scrollHeight} = document.scrollingElement || document.documentElement;
  size.pw = scrollWidth;
  size.ph = scrollHeight;
  // None in a frameset, and in quirks mode if the body is a scroll container.
  // https://drafts.csswg.org/cssom-view/#dom-document-scrollingelement
  const all = document.scrollingElement || {scrollHeight, scrollTop: scrollY, clientHeight: innerHeight};
  const page = shell?.scrollHeight ? shell : all; // the inner one may be gone
  const ph = page.scrollHeight;
  stretch(ph);
  // Limited by `ph`: elastic overscroll shows more than the page. https://drafts.csswg.org/css-overscroll/
  const depth = Math.min(ph, Math.round(page.scrollTop + page.clientHeight));
  range = [page.scrollTop, depth].map((y) => (y / ph) * BANDS || 0);
  if (!reach || depth >= reach.depth) {
    const e = owner(document.elementsFromPoint(innerWidth / 2, innerHeight - 1).find((one) => !isFixed(one)));
    edge = innerHeight - e.getBoundingClientRect().top;
    stamp = stampOf(e);
    reach = {e, y: 10_000, depth, ph};
  }
  // The same edge is a smaller share of a page and of an element that have grown since.
  reach.ph = Math.max(reach.ph, ph);
  const tall = reach.e.getBoundingClientRect().height;
  if (tall) reach.y = fraction(edge, tall);
};

/**
 * The deepest edge in the wire format. The element's record is expensive, so it is made here; `indexOf`: its index. An
 * element that has become another one meanwhile says nothing about the edge: the page's root element takes its place.
 */
export const scrolled = (indexOf) => {
  if (!reach) return;
  if (stampOf(reach.e) !== stamp) {
    reach.e = document.documentElement;
    reach.y = fraction(reach.depth, reach.ph);
  }
  return {...reach, e: indexOf(record(reach.e)), bands: bands.map(Math.round)};
};

/** Adds `ms` to the bands in view, to each in proportion to its visible share. */
export const spend = (ms) => {
  bands = bands.map((sum, i) => sum + ms * overlap(i, ...range));
};

/**
 * Whether scrolling `target` scrolls the page: the document itself or a large inner scroller outside frames. A carousel
 * that scrolls sideways is none.
 */
export const isPage = (target) =>
  target === document ||
  (target.ownerDocument === document &&
    (target === shell || target.scrollTop) &&
    target.clientWidth * target.clientHeight >= SHELL * innerWidth * innerHeight &&
    (shell = target));

/** A new view has seen nothing yet. */
export const resetReach = () => {
  reach = shell = height = 0;
  range = [0, 0];
  bands = Array(BANDS).fill(0);
};
