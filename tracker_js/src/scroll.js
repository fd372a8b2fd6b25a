// Reach: the deepest bottom edge of the viewport, anchored on the element found there, and the time that
// each 5 % of the page was in view.
import {owner} from './elements.js';
import {listen, makeTimer} from './guard.js';
import {fraction, recordOf} from './view.js';

const PAUSE = 100; // ms between two looks, the last one after the last scroll
const BANDS = 20;
const SHELL = 0.5; // share of the viewport from which an inner scroller counts as the page

const isFixed = (el) => el && (/fixed|sticky/.test(getComputedStyle(el).position) || isFixed(el.parentElement));

/** The element that the viewport's bottom edge runs through; bars that stand there are looked through. */
const underEdge = () => owner(document.elementsFromPoint(innerWidth / 2, innerHeight - 1).find((el) => !isFixed(el)));

export const captureScroll = (tracker) => {
  let shell; // an inner scroller that plays the page
  let range; // bands in view, from and to
  let deepest;
  let bands;

  const look = () => {
    const page = shell || document.scrollingElement;
    const ph = page.scrollHeight;
    const depth = Math.min(ph, Math.round(page.scrollTop + page.clientHeight)); // iOS shows what is beyond the end
    range = [page.scrollTop, depth].map((y) => (y / ph) * BANDS);
    if (depth < deepest?.depth) return;
    const el = underEdge();
    const box = el.getBoundingClientRect();
    deepest = {e: recordOf(tracker, el), y: fraction(innerHeight - box.top, box.height), depth, ph};
  };
  const timer = makeTimer(look);
  listen('scroll', ({target}) => {
    tracker.touch();
    if (target !== document) {
      if (target.clientWidth * target.clientHeight < SHELL * innerWidth * innerHeight) return;
      shell = target;
    }
    timer.set(PAUSE);
  });
  return {
    /** Adds `ms` to every band that is in view. */
    spend: (ms) => {
      bands = bands.map((old, i) => (i + 1 > range[0] && i < range[1] ? old + ms : old));
    },
    /** A new view: the page is seen anew, when it has come to rest. */
    reset: () => {
      deepest = shell = 0;
      range = [0, 0];
      bands = Array(BANDS).fill(0);
      timer.set(PAUSE);
    },
    /** The row as it stands now. */
    take: () => {
      look();
      return {...deepest, bands};
    },
  };
};
