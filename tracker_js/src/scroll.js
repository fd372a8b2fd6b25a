// Reach: the deepest bottom edge of the viewport, anchored on the element found there, and the time that
// each 5 % of the page was in view.
import {onEffect} from './effects.js';
import {above, owner} from './elements.js';
import {hear, inFrame, makeTimer} from './guard.js';
import {fraction, record} from './place.js';
import {leaveHover} from './hover.js';
import {engage, touch} from './view.js';

const PAUSE = 100; // ms between two looks, the last one after the last scroll
const BANDS = 20;
const SHELL = 0.5; // share of the viewport from which an inner scroller counts as the page

let reach; // the deepest edge that was seen
let bands; // ms in view

export let size; // of viewport and page, at the last look
let shell; // an inner scroller that plays the page
let range; // bands in view, from and to

const isFixed = (el) => {
  for (; el; el = above(el)) if (/fixed|sticky/.test(getComputedStyle(el).position)) return true;
};

/** Sees how far down the page is shown. Bars that stand at the bottom edge are looked through. */
export const look = () => {
  engage();
  const {scrollWidth, scrollHeight} = document.scrollingElement;
  size = {vw: innerWidth, vh: innerHeight, pw: scrollWidth, ph: scrollHeight};
  const page = shell?.scrollHeight ? shell : document.scrollingElement; // the inner one may be closed by now
  const ph = page.scrollHeight;
  const depth = Math.min(ph, Math.round(page.scrollTop + page.clientHeight)); // iOS shows what is beyond the end
  range = [page.scrollTop, depth].map((y) => (y / ph) * BANDS);
  if (depth < reach?.depth) return;
  const el = owner(document.elementsFromPoint(innerWidth / 2, innerHeight - 1).find((one) => !isFixed(one)));
  const {top, height} = el.getBoundingClientRect();
  reach = {e: el, y: fraction(innerHeight - top, height), depth, ph};
};

/** The deepest edge that was seen, as the wire has it; its element by `indexOf` its record, which is dear. */
export const scrolled = (indexOf) => reach && {...reach, e: indexOf(record(reach.e)), bands};

const timer = makeTimer(inFrame(look));

/** Adds `ms` to the bands in view, to each as much as its share in view: so a place gets the time it was seen. */
export const spend = (ms) => {
  const [from, to] = range;
  for (let i = 0; i < BANDS; i++) bands[i] += Math.round(ms * Math.max(0, Math.min(i + 1, to) - Math.max(i, from)));
};

/** A new view: the page is seen anew, when it has come to rest. */
export const reset = () => {
  reach = shell = false;
  range = [0, 0];
  bands = Array(BANDS).fill(0);
  timer(PAUSE);
};

export const captureScroll = () =>
  // A scroll may be an effect too: one listener less that is called at each.
  hear('scroll', (event) => {
    const {target} = event;
    onEffect(event);
    touch();
    leaveHover();
    if (target !== document) {
      // In a frame, or too small.
      if (target.ownerDocument !== document || target.clientWidth * target.clientHeight < SHELL * innerWidth * innerHeight) return;
      shell = target;
    }
    timer(PAUSE);
  });
