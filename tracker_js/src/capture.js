// Runs in the camera's headless browser: reads the layout of the page, with the path and fingerprints that the tracker
// gives each element in a visitor's browser.
import {
  above, anchor, cardOf, gistOf, isFromRight, isWrapper, marksOf, MAX_WAY, shapeOf, shorten, tagOf, TOP,
} from './elements.js';
import {nameOf} from './names.js';

const SKIPPED = /^(script|style|link|meta|base|template|noscript|head|title|br|wbr|source|track|param|area)$/;
const OPTION = /^(option|optgroup)$/;
const FRAME = /^(i?frame|object|embed)$/;
// Controls: a click on a word or an icon inside one counts for the control.
const CONTROL = [
  'a,button,input,select,textarea,label,summary,[role=button],[role=link],[role=tab],[role^=menuitem]',
  '[role=option],[role=checkbox],[role=radio],[role=switch],img[usemap]',
].join();
// In the top layer, so clipped by nothing: https://drafts.csswg.org/css-position-4/#top-layer
const ABOVE_ALL = ':modal,:popover-open';
const round = (n) => Math.round(n * 10) / 10;
const WHOLE = {
  left: Number.NEGATIVE_INFINITY,
  top: Number.NEGATIVE_INFINITY,
  right: Number.POSITIVE_INFINITY,
  bottom: Number.POSITIVE_INFINITY,
};
const NOTHING = {left: 0, top: 0, right: 0, bottom: 0};
const OPEN = {clip: WHOLE, clipper: -1}; // nothing is clipped here
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

// Reads a property that a form's field of that name may hide (`<input name="children">`).
// https://html.spec.whatwg.org/multipage/forms.html#dom-form-nameditem
const read = (el, name) => Reflect.get(Element.prototype, name, el);
const ask = (el, name, ...values) => read(el, name).call(el, ...values);
/** The result of `make`, or `otherwise` if it throws: code shared with the tracker may read hidden properties. */
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

/** The window of the same-origin page in `el`. An `embed` has no `contentDocument`; its window has a `frameElement`. */
const windowIn = (el) => {
  if (el.localName !== 'embed') return el.contentDocument?.defaultView;
  return Array.from(el.ownerDocument.defaultView).find((one) => attempt(() => one.frameElement) === el);
};
/** The root element of the same-origin page or SVG that `el` shows, if any. */
const rootIn = (el) => {
  const inside = attempt(() => windowIn(el).document);
  const root = inside?.documentElement;
  return inside?.body || root?.localName === 'svg' ? root : undefined;
};

/** Whether an element with `style` is the containing block of absolute (`fixed`: of fixed) elements in it. */
const holds = (style, fixed) =>
  (!fixed && style.position !== 'static') ||
  [
    style.transform,
    style.translate,
    style.rotate,
    style.scale,
    style.perspective,
    style.filter,
    style.backdropFilter,
  ].some((value) => value && value !== 'none') ||
  /transform|translate|rotate|scale|perspective|filter/.test(style.willChange) ||
  /paint|layout|strict|content/.test(style.contain);

/** Whether the overflow of `el` is that of the window. https://drafts.csswg.org/css-overflow-3/#overflow-propagation */
const isPage = (el) => {
  const {body, documentElement: root} = read(el, 'ownerDocument');
  if (el !== body) return el === root;
  const {overflowX, overflowY} = getComputedStyle(root);
  return overflowX === 'visible' && overflowY === 'visible';
};

/** The part of the page in which `el`, whose box is `box`, shows its content. */
const windowOf = (el, style, box) => {
  if (isPage(el) || /^(inline|contents)$/.test(style.display)) return WHOLE;
  if (/paint|strict|content/.test(style.contain)) return box;
  if (style.overflowX === 'visible' && style.overflowY === 'visible') return WHOLE;
  const {left, right} = style.overflowX === 'visible' ? WHOLE : box;
  const {top, bottom} = style.overflowY === 'visible' ? WHOLE : box;
  return {left, top, right, bottom};
};
const hidesMore = (el) =>
  read(el, 'scrollHeight') > read(el, 'clientHeight') + 1 || read(el, 'scrollWidth') > read(el, 'clientWidth') + 1;

// Transparent elements count as shown: a caption that fades in under the pointer is clicked. A menu that is faded out
// and lets clicks through does not. https://drafts.csswg.org/cssom-view/#dom-element-checkvisibility
const isShown = (el, style) =>
  Element.prototype.checkVisibility
    ? ask(el, 'checkVisibility', {visibilityProperty: true, contentVisibilityAuto: false}) &&
      (style.pointerEvents !== 'none' || ask(el, 'checkVisibility', {opacityProperty: true}))
    : style.visibility === 'visible' && style.display !== 'none';

/** Selector → number of its matches in `document`, counted in one pass instead of one query per element. */
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

/** `fn`, whose results are remembered by its first argument. */
const remembering = (fn) => {
  const known = new Map();
  return (el) => {
    if (!known.has(el)) known.set(el, fn(el));
    return known.get(el);
  };
};

/** `hasLike` of elements.js, with the children of each parent compared only once. */
const repetitions = () => {
  const shape = remembering(shapeOf);
  const familiesOf = remembering((parent) => Map.groupBy(read(parent, 'children'), shape));
  const familyOf = remembering((el) => above(el) && familiesOf(above(el)).get(shape(el)));
  const holdersOf = remembering(() => new Map()); // family → tag → its first two members that contain the tag
  return (el, tag) => {
    const family = familyOf(el);
    if (!family?.[1]) return false;
    const holders = holdersOf(family);
    if (!holders.has(tag)) {
      const found = [];
      for (const one of family) if (!found[1] && ask(one, 'getElementsByTagName', tag)[0]) found.push(one);
      holders.set(tag, found);
    }
    return holders.get(tag).some((one) => one !== el);
  };
};

/** The layout of the page. `top` is `>>html:1` in an embedded page: its paths continue that of the frame. */
const capture = (siteKey, top = TOP) => {
  const counts = countNames();
  const isOnly = (selector) => !(counts.get(selector) > 1);
  const headings = new Map(); // element → the heading before it
  const isRepeated = repetitions();
  const readGist = remembering(gistOf);
  const slots = new Map(); // slot → context of the elements shown in it
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
    frames: {}, // index of a cross-origin frame → left, top, width, height of its content
  };
  const foreign = []; // [index, element] of cross-origin frames
  // The visible part of the page: nothing left of it or above it is drawn.
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

  const fingerprintsOf = (el) => {
    const gist = readGist(el);
    const [card, content] = cardOf(el, gist[3], isRepeated, readGist);
    const heading = headings.get(el);
    const isBefore = heading && (!card || ask(card, 'contains', heading));
    return marksOf(el, siteKey, gist, content, isBefore && readGist(heading)[1]);
  };

  /** The path of `el`, the `n`th child with its tag: `name` of its anchor and the `way` down from it. */
  const routeOf = (el, n, outer) => {
    const name =
      el === document.documentElement
        ? top
        : top === TOP && ask(el, 'getRootNode') === document && attempt(() => anchor(el, isOnly));
    if (name) return {name, way: ''};
    let up = read(el, 'parentElement');
    while (isWrapper(up)) up = read(up, 'parentElement');
    const way = `${outer.way}>${up ? '' : '>'}${tagOf(el)}:${n}`;
    return way.length > MAX_WAY ? {name: top, way: `>${way.slice(-MAX_WAY)}`} : {name: outer.name, way};
  };

  /**
   * Adds `el`; returns the context of its children. The context `at`: `parent` and `control` (indices, and
   * `controlElement`), `fixed`, `route`, the offset `dx`, `dy` from the document's viewport to the page, and what clips
   * `el` (`clip`: the visible part, page px; `clipper`: index of the innermost element that hides part of its content),
   * three times: in the flow, `held` for absolute elements and `pinned` for fixed ones.
   */
  const add = (el, n, at) => {
    const style = getComputedStyle(el);
    const route = routeOf(el, n, at.route);
    if (matches(el, ABOVE_ALL)) at = {...at, ...OPEN, held: OPEN, pinned: OPEN};
    // Strokes belong to their picture, as in `owner`. Links and whole pages inside it do not.
    if (el.ownerSVGElement?.viewBox && !/^(a|svg)$/.test(el.localName)) return {...at, route};
    const rect = ask(el, 'getBoundingClientRect');
    const box = moved(rect, at);
    const isFixed = style.position === 'fixed';
    const bounds = isFixed ? at.pinned : style.position === 'absolute' ? at.held : at;
    const index = layout.paths.push(shorten(route.name + route.way, route.name)) - 1;
    const control = matches(el, CONTROL) ? index : at.control;
    layout.fps.push(attempt(() => fingerprintsOf(el), NO_MARKS));
    layout.names.push(attempt(() => nameOf(el, at.controlElement), read(el, 'localName')));
    layout.tags.push(read(el, 'localName'));
    layout.parents.push(at.parent);
    layout.control.push(control);
    const lines = [...ask(el, 'getClientRects')];
    if (isFromRight(el)) lines.reverse(); // as in place.js
    layout.lines.push(
      lines.length > 1
        ? lines.flatMap((one) => [one.left + at.dx, one.top + at.dy, one.width, one.height].map(round))
        : [],
    );
    layout.x.push(round(box.left));
    layout.y.push(round(box.top));
    layout.w.push(round(rect.width));
    layout.h.push(round(rect.height));
    layout.visible.push(isShown(el, style) && !isEmpty(overlap(overlap(box, bounds.clip), sheet)));
    // In a transformed element, `fixed` refers to that element, not to the window.
    layout.fixed.push(at.fixed || (isFixed && at.pinned === OPEN) || style.position === 'sticky');
    layout.scroller.push(bounds.clipper);

    const hole = windowOf(el, style, box);
    const flow =
      hole === WHOLE ? bounds : {clip: overlap(bounds.clip, hole), clipper: hidesMore(el) ? index : bounds.clipper};
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

  /** `[[root], context]` of the page in the frame `el` if it is same-origin; `below`: context inside `el`. */
  const frameOf = (el, below) => {
    const root = rootIn(el);
    if (!root && !/^i?frame$/.test(el.localName)) return;
    const rect = el.getBoundingClientRect();
    const style = getComputedStyle(el);
    const inset = (side, border) => border + Number.parseFloat(style[`padding${side}`]);
    const left = below.dx + rect.left + inset('Left', el.clientLeft);
    const top = below.dy + rect.top + inset('Top', el.clientTop);
    if (!root) {
      // The camera reads it from its own page (viewer/snapshot/frames.py).
      foreign.push([below.parent, el]);
      const width = el.clientWidth - inset('Left', 0) - inset('Right', 0);
      layout.frames[below.parent] = [left, top, width, el.clientHeight - inset('Top', 0) - inset('Bottom', 0)].map(
        round,
      );
      return;
    }
    findHeadings(root.ownerDocument);
    const clip = layout.visible[below.parent] ? overlap(below.clip, moved(rect, below)) : NOTHING;
    // `fixed` in a frame refers to the frame.
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

  /** `[element, number among siblings with its tag, context]` of each of `children`, out of translators' wrappers. */
  const childrenOf = (children, at) => {
    const numbers = new Map();
    const elements = [...children];
    for (let i = 0; i < elements.length; )
      if (isWrapper(elements[i])) elements.splice(i, 1, ...elements[i].children);
      else i++;
    return elements.map((el) => {
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
  // Not recursive: pages can be nested deeper than the call stack.
  const waiting = childrenOf([document.documentElement], start);
  while (waiting[0]) {
    const [el, n, outer] = waiting.pop();
    if (SKIPPED.test(read(el, 'localName')) || ask(el, 'hasAttribute', 'data-parcours-ignore')) continue;
    if (OPTION.test(el.localName) && !el.getClientRects()[0]) continue; // of a list that opens in its own window
    // A slotted element keeps the path of its parent, but is shown in the slot.
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
