// One showing of a page: its identity, its context, and the records of the elements that were touched.
import {describe, LETTERS, owner} from './elements.js';

/** 24 random letters (144 bits): names a view, or with consent a browser. */
export const randomId = () =>
  [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => LETTERS[byte & 63]).join('');

/** Events by kind that wait to be sent. */
export const makeRows = () => ({click: [], hover: [], resize: [], custom: []});

/** A new view of `url`, come to from `ref`. Nothing is read from the page yet. */
export const makeView = (url, ref) => ({
  id: randomId(),
  seq: 0,
  t0: Date.now(),
  url,
  ref,
  sum: {ms: 0, clicks: 0, cut: 0},
  sent: 0, // its sum.ms when it was last sent
  records: [], // of the elements that were touched
  places: new WeakMap(),
  rows: makeRows(),
});

/** Index in `view.records` of the record of the element that `el` belongs to. */
export const placeOf = (view, el, siteKey) => {
  if (!view.places.has(el)) view.places.set(el, view.records.push(describe(el, siteKey)) - 1);
  return view.places.get(el);
};

/** Context of `view` as the wire wants it; what is undefined is not sent. */
export const contextOf = ({url, ref}, {id, user, variants}) => {
  const page = document.scrollingElement;
  return {
    url,
    ref,
    vw: innerWidth,
    vh: innerHeight,
    pw: page.scrollWidth,
    ph: page.scrollHeight,
    dpr: devicePixelRatio,
    touch: navigator.maxTouchPoints > 0,
    lang: navigator.language,
    tz: -new Date().getTimezoneOffset(),
    variants,
    consent: !!id,
    id: id && (user || id),
    auto: navigator.webdriver,
  };
};

/** `part` of `size` in steps of 1/10,000. */
export const fraction = (part, size) => Math.max(0, Math.min(10_000, Math.round((part / size) * 10_000) || 0));

/** A place on the element that `target` belongs to: fractions of its box, its size, px on the page. No x: the middle. */
export const placeOn = (target, x, y) => {
  const el = owner(target);
  const {left, top, width, height} = el.getBoundingClientRect();
  x ??= left + width / 2;
  y ??= top + height / 2;
  return {
    el,
    x: fraction(x - left, width),
    y: fraction(y - top, height),
    w: Math.round(width),
    h: Math.round(height),
    px: Math.round(x + scrollX),
    py: Math.round(y + scrollY),
  };
};
