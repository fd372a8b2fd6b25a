// Run in the headless browser: the layout of the page as it stands, every element with the same
// path and fingerprints that the tracker gives it in a visitor's browser.
import {anchor, isFromRight, marksOf, MAX_WAY, shorten, tagOf, TOP} from './elements.js';
import {nameOf} from './names.js';

const SKIPPED = /^(script|style|link|meta|base|template|noscript|head|title|br|wbr|source|track|param|area)$/;
const OPTION = /^(option|optgroup)$/;
const FRAME = /^(iframe|object|embed)$/;
// What people press: a click on a word or an icon in it counts for it.
const CONTROL =
  'a,button,input,select,textarea,label,summary,[role=button],[role=link],[role=tab],[role^=menuitem],[role=option],[role=checkbox],[role=radio],[role=switch],img[usemap]';
const ABOVE_ALL = ':modal,:popover-open'; // shown above all, and cut off by nothing
const round = (n) => Math.round(n * 10) / 10;
const WHOLE = {
  left: Number.NEGATIVE_INFINITY,
  top: Number.NEGATIVE_INFINITY,
  right: Number.POSITIVE_INFINITY,
  bottom: Number.POSITIVE_INFINITY,
};
const NOTHING = {left: 0, top: 0, right: 0, bottom: 0};
const OPEN = {clip: WHOLE, clipper: -1}; // nothing is cut off here
const overlap = (a, b) => ({
  left: Math.max(a.left, b.left),
  top: Math.max(a.top, b.top),
  right: Math.min(a.right, b.right),
  bottom: Math.min(a.bottom, b.bottom),
});
const isEmpty = (box) => box.right - box.left < 0.5 || box.bottom - box.top < 0.5;
const moved = (rect, {dx, dy}) => ({
  left: rect.left + dx,
  top: rect.top + dy,
  right: rect.right + dx,
  bottom: rect.bottom + dy,
});

// A form's own fields stand for its properties (`<input name="children">`): these are read past them.
const read = (el, name) => Reflect.get(Element.prototype, name, el);
const ask = (el, name, ...values) => read(el, name).call(el, ...values);
/** What `make` gives, or `otherwise`: what the tracker shares with us can be hidden by a form's fields too. */
const attempt = (make, otherwise) => {
  try {
    return make();
  } catch {
    return otherwise;
  }
};
const NO_MARKS = '~'.repeat(11);
const isHeading = (el) => /^h[1-6]$/.test(read(el, 'localName'));
const matches = (el, selector) => Element.prototype.matches.call(el, selector);

/** The window of what `el` shows, if it shows a page of the same origin: an `embed` does not tell, but its window does. */
const windowIn = (el) => {
  if (el.localName !== 'embed') return el.contentDocument?.defaultView;
  return Array.from(el.ownerDocument.defaultView).find((one) => attempt(() => one.frameElement) === el);
};
/** The root of the page or picture of the same origin that `el` shows, if it does. */
const rootIn = (el) => {
  const inside = attempt(() => windowIn(el).document);
  const root = inside?.documentElement;
  return inside?.body || root?.localName === 'svg' ? root : undefined;
};

/** What an absolutely placed element (`fixed`: a fixed one) in it is placed and cut off by. */
const holds = (style, fixed) =>
  (!fixed && style.position !== 'static') ||
  [style.transform, style.translate, style.rotate, style.scale, style.perspective, style.filter, style.backdropFilter].some(
    (value) => value && value !== 'none',
  ) ||
  /transform|translate|rotate|scale|perspective|filter/.test(style.willChange) ||
  /paint|layout|strict|content/.test(style.contain);

/** What `el`, whose box is `box`, leaves to be seen of what is in it. */
const windowOf = (el, style, box) => {
  const page = read(el, 'ownerDocument');
  const isPage = el === page.body || el === page.documentElement;
  if (isPage || /^(inline|contents)$/.test(style.display)) return WHOLE;
  if (/paint|strict|content/.test(style.contain)) return box;
  if (style.overflowX === 'visible' && style.overflowY === 'visible') return WHOLE;
  const {left, right} = style.overflowX === 'visible' ? WHOLE : box;
  const {top, bottom} = style.overflowY === 'visible' ? WHOLE : box;
  return {left, top, right, bottom};
};
const hidesMore = (el) =>
  read(el, 'scrollHeight') > read(el, 'clientHeight') + 1 || read(el, 'scrollWidth') > read(el, 'clientWidth') + 1;

// See-through is not out of reach: a caption that fades in under the pointer is clicked. A menu that is faded out
// and lets clicks through is.
const isShown = (el, style) =>
  Element.prototype.checkVisibility
    ? ask(el, 'checkVisibility', {visibilityProperty: true, contentVisibilityAuto: false}) &&
      (style.pointerEvents !== 'none' || ask(el, 'checkVisibility', {opacityProperty: true}))
    : style.visibility === 'visible' && style.display !== 'none';

/** Selector → how often it finds something in `document`: asked once for the whole page, and not once an element. */
const countNames = () => {
  const counts = new Map();
  const add = (selector) => counts.set(selector, (counts.get(selector) || 0) + 1);
  for (const el of document.querySelectorAll('*')) {
    add(tagOf(el));
    for (const name of ['data-parcours', 'data-testid', 'id']) {
      const value = ask(el, 'getAttribute', name);
      if (value?.isWellFormed() && !value.includes('\0')) add(`[${name}="${CSS.escape(value)}"]`);
    }
  }
  return counts;
};

/** `top` is `>>html:1` for a page that is a part of another one: its paths go on from the frame's. */
const capture = (siteKey, top = TOP) => {
  const counts = countNames();
  const isOnly = (selector) => !(counts.get(selector) > 1);
  const headings = new Map(); // element → the heading before it
  const slots = new Map(); // slot → what holds for the elements shown in it
  const page = document.scrollingElement || document.documentElement;
  const layout = {
    width: innerWidth,
    height: page.scrollHeight,
    viewportHeight: innerHeight,
    title: document.title,
    paths: [],
    fps: [],
    names: [],
    tags: [],
    parents: [],
    control: [],
    lines: [],
    x: [],
    y: [],
    w: [],
    h: [],
    visible: [],
    fixed: [],
    scroller: [],
    frames: {}, // index of a frame of another origin → left, top, width, height of what it shows
  };
  const foreign = []; // [index, element] of those
  // What of the page can be seen at all: nothing is drawn left of it or above it.
  const sheet =
    top === TOP
      ? {left: 0, top: 0, right: Math.max(page.scrollWidth, innerWidth), bottom: page.scrollHeight}
      : {left: 0, top: 0, right: innerWidth, bottom: innerHeight};

  const findHeadings = (root) => {
    let last;
    for (const el of root.querySelectorAll('*')) {
      headings.set(el, last);
      if (isHeading(el)) last = el;
    }
  };

  /** How `el`, the `n`th child of its tag, is reached: `name` of its anchor and the `way` down from it. */
  const routeOf = (el, n, outer) => {
    const name =
      el === document.documentElement
        ? top
        : top === TOP && ask(el, 'getRootNode') === document && attempt(() => anchor(el, isOnly));
    if (name) return {name, way: ''};
    const way = `${outer.way}>${read(el, 'parentElement') ? '' : '>'}${tagOf(el)}:${n}`;
    return way.length > MAX_WAY ? {name: top, way: `>${way.slice(-MAX_WAY)}`} : {name: outer.name, way};
  };

  /**
   * Adds `el`, and gives what holds for those in it. `at`, of what it stands in: `parent`, `control` (indices), `fixed`,
   * `route`, and three times what cuts it off (`clip`: what is left to be seen, page px; `clipper`: index of the
   * innermost one that hides something of what is in it): in the flow, `held`, if it is absolutely placed, and
   * `pinned`, if it is fixed. `dx`, `dy`: from its document's viewport to the page. `controlElement`: that of `control`.
   */
  const add = (el, n, at) => {
    const style = getComputedStyle(el);
    const route = routeOf(el, n, at.route);
    if (matches(el, ABOVE_ALL)) at = {...at, ...OPEN, held: OPEN, pinned: OPEN};
    // A stroke of an icon is its picture's, as in `owner`; yet links may stand in it, and whole pages.
    if (el.ownerSVGElement?.viewBox && !/^(a|svg)$/.test(el.localName)) return {...at, route};
    const rect = ask(el, 'getBoundingClientRect');
    const box = moved(rect, at);
    const isFixed = style.position === 'fixed';
    const bounds = isFixed ? at.pinned : style.position === 'absolute' ? at.held : at;
    const index = layout.paths.push(shorten(route.name + route.way, route.name)) - 1;
    const control = matches(el, CONTROL) ? index : at.control;
    layout.fps.push(attempt(() => marksOf(el, siteKey, headings.get(el)), NO_MARKS));
    layout.names.push(attempt(() => nameOf(el, at.controlElement), read(el, 'localName')));
    layout.tags.push(read(el, 'localName'));
    layout.parents.push(at.parent);
    layout.control.push(control);
    const lines = [...ask(el, 'getClientRects')];
    if (isFromRight(el)) lines.reverse(); // as in place.js
    layout.lines.push(
      lines.length > 1 ? lines.flatMap((one) => [one.left + at.dx, one.top + at.dy, one.width, one.height].map(round)) : [],
    );
    layout.x.push(round(box.left));
    layout.y.push(round(box.top));
    layout.w.push(round(rect.width));
    layout.h.push(round(rect.height));
    layout.visible.push(isShown(el, style) && !isEmpty(overlap(overlap(box, bounds.clip), sheet)));
    // In something transformed an element is not fixed to the window, but to that.
    layout.fixed.push(at.fixed || (isFixed && at.pinned === OPEN) || style.position === 'sticky');
    layout.scroller.push(bounds.clipper);

    const hole = windowOf(el, style, box);
    const flow =
      hole === WHOLE
        ? bounds
        : {clip: overlap(bounds.clip, hole), clipper: hidesMore(el) ? index : bounds.clipper};
    return {
      clip: flow.clip,
      clipper: flow.clipper,
      held: holds(style) ? flow : at.held,
      pinned: holds(style, true) ? flow : at.pinned,
      parent: index,
      control,
      controlElement: control === index ? el : at.controlElement,
      fixed: layout.fixed[index],
      route,
      dx: at.dx,
      dy: at.dy,
    };
  };

  /** What holds in the frame `el`, if its inside is of the same origin; `below`: for what is in it. */
  const frameOf = (el, below) => {
    const root = rootIn(el);
    if (!root && el.localName !== 'iframe') return;
    const rect = el.getBoundingClientRect();
    const style = getComputedStyle(el);
    const inset = (side, border) => border + Number.parseFloat(style[`padding${side}`]);
    const left = below.dx + rect.left + inset('Left', el.clientLeft);
    const top = below.dy + rect.top + inset('Top', el.clientTop);
    if (!root) {
      // Who may see into it finds it here (viewer/snapshot/frames.py).
      foreign.push([below.parent, el]);
      const width = el.clientWidth - inset('Left', 0) - inset('Right', 0);
      layout.frames[below.parent] = [left, top, width, el.clientHeight - inset('Top', 0) - inset('Bottom', 0)].map(round);
      return;
    }
    findHeadings(root.ownerDocument);
    const clip = layout.visible[below.parent] ? overlap(below.clip, moved(rect, below)) : NOTHING;
    // What is fixed in a frame is fixed to the frame.
    const flow = {clip, clipper: below.parent};
    return [
      [root],
      {
        ...below,
        ...flow,
        held: flow,
        pinned: flow,
        dx: left,
        dy: top,
      },
    ];
  };

  /** `[element, its number among those of its tag, what holds]` of the children of `parent`. */
  const childrenOf = (parent, at) => {
    const numbers = new Map();
    return [...parent].map((el) => {
      const tag = read(el, 'localName');
      const n = (numbers.get(tag) || 0) + 1;
      numbers.set(tag, n);
      return [el, n, at];
    });
  };

  findHeadings(document);
  const start = {
    ...OPEN,
    held: OPEN,
    pinned: OPEN,
    parent: -1,
    control: -1,
    fixed: false,
    dx: top === TOP ? scrollX : 0,
    dy: top === TOP ? scrollY : 0,
  };
  // Pages are nested deeper than a stack of calls is.
  const waiting = childrenOf([document.documentElement], start);
  while (waiting[0]) {
    const [el, n, outer] = waiting.pop();
    if (SKIPPED.test(read(el, 'localName')) || ask(el, 'hasAttribute', 'data-parcours-ignore')) continue;
    if (OPTION.test(el.localName) && !el.getClientRects()[0]) continue; // of a list that opens in a window of its own
    // An element shown in a slot belongs to its parent, but stands in the slot.
    const slot = slots.get(read(el, 'assignedSlot'));
    const below = add(el, n, slot ? {...slot, parent: outer.parent, route: outer.route} : outer);
    if (el.localName === 'slot') slots.set(el, below);
    const next = [];
    const root = read(el, 'shadowRoot');
    if (root) {
      findHeadings(root);
      next.push(...childrenOf(root.children, below));
    }
    for (const child of childrenOf(read(el, 'children'), below)) next.push(child);
    if (FRAME.test(el.localName)) {
      const frame = frameOf(el, below);
      if (frame) next.push(...childrenOf(...frame));
    }
    while (next[0]) waiting.push(next.pop());
  }
  window.__parcoursFrames = foreign;
  return layout;
};

window.__parcoursCapture = capture;
