// One showing of a page: its context, and the places on it.
import {describe, letter, owner} from './elements.js';

/** 24 random letters (144 bits): names a view, or with consent a browser. */
export const randomId = () => [...crypto.getRandomValues(new Uint8Array(24))].map(letter).join('');

/** Context of a view as the wire wants it; what is undefined is not sent. */
export const contextOf = ({url, ref}, {id, variants}) => {
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
    id,
    auto: navigator.webdriver,
  };
};

/** Record of `el`, made when a view first asks for it. */
export const recordOf = ({site, records}, el) => {
  if (!records.has(el)) records.set(el, describe(el, site));
  return records.get(el);
};

/** `part` of `size` in steps of 1/10,000. */
export const fraction = (part, size) => Math.max(0, Math.min(10_000, Math.round((part / size) * 10_000) || 0));

/**
 * A place on the element that `target` belongs to: its record, fractions of its box, its size, px on the page.
 * No x: the middle. Of text that is broken into lines the box is as if it stood on one: so a place stays on its
 * word wherever another width breaks the lines.
 */
export const placeOn = (tracker, target, x, y) => {
  const el = owner(target);
  let line;
  let before; // px of the lines above
  let w = 0;
  for (const box of el.getClientRects()) {
    if (!line || y >= box.top) {
      line = box;
      before = w;
    }
    w += box.width;
  }
  const {left, top, height} = line;
  x ??= left + line.width / 2;
  y ??= top + height / 2;
  return {
    e: recordOf(tracker, el),
    x: fraction(x - left + before, w),
    y: fraction(y - top, height),
    w: Math.round(w),
    h: Math.round(height),
    px: Math.round(x + scrollX),
    py: Math.round(y + scrollY),
  };
};
