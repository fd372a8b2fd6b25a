// Run in the headless browser: the layout of the page as it stands, every element with the same
// path and fingerprints that the tracker gives it in a visitor's browser.
import {describe, HEADINGS, owner} from './elements.js';
import {nameOf} from './names.js';

const SKIPPED =
  /^(script|style|link|meta|base|template|noscript|head|title|br|wbr|source|track|param|option|optgroup)$/;
// What people press: a click on a word or an icon in it counts for it.
const CONTROL =
  'a,button,input,select,textarea,label,summary,[role=button],[role=link],[role=tab],[role^=menuitem],[role=option],[role=checkbox],[role=radio],[role=switch]';
const round = (n) => Math.round(n * 10) / 10;
const WHOLE = {
  left: Number.NEGATIVE_INFINITY,
  top: Number.NEGATIVE_INFINITY,
  right: Number.POSITIVE_INFINITY,
  bottom: Number.POSITIVE_INFINITY,
};
const overlap = (a, b) => ({
  left: Math.max(a.left, b.left),
  top: Math.max(a.top, b.top),
  right: Math.min(a.right, b.right),
  bottom: Math.min(a.bottom, b.bottom),
});
const isEmpty = (box) => box.right - box.left < 0.5 || box.bottom - box.top < 0.5;

const isScroller = (el, style) =>
  /auto|scroll/.test(style.overflowX + style.overflowY) &&
  (el.scrollHeight > el.clientHeight + 1 || el.scrollWidth > el.clientWidth + 1);

const capture = (siteKey) => {
  const memo = new Map();
  const headings = new Map(); // element → the heading before it
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
  };
  // What of the page can be seen at all: nothing is drawn left of it or above it.
  const sheet = {left: 0, top: 0, right: Math.max(page.scrollWidth, innerWidth), bottom: page.scrollHeight};

  /**
   * Adds `el` and all below it. `at`: where it stands: `parent`, `scroller`, `control` (indices), `fixed`, `clip` (what its
   * ancestors leave to be seen, page px), `held` (the same for absolutely placed elements), `dx`, `dy` (from its
   * document's viewport to the page).
   */
  const add = (el, at) => {
    if (SKIPPED.test(el.localName) || el.hasAttribute('data-parcours-ignore')) return;
    const style = getComputedStyle(el);
    const inSvg = el.ownerSVGElement;
    if (inSvg && owner(el) !== el) return;
    const rect = el.getBoundingClientRect();
    const box = {
      left: rect.left + at.dx,
      top: rect.top + at.dy,
      right: rect.right + at.dx,
      bottom: rect.bottom + at.dy,
    };
    const isFixed = style.position === 'fixed';
    const clip = isFixed ? WHOLE : style.position === 'absolute' ? at.held : at.clip;
    const seen = overlap(overlap(box, clip), sheet);
    const [path, marks] = describe(el, siteKey, memo, headings.get(el) || null);
    const index = layout.paths.push(path) - 1;
    layout.fps.push(marks);
    layout.names.push(nameOf(el));
    layout.tags.push(el.localName);
    layout.parents.push(at.parent);
    const control = el.matches(CONTROL) ? index : at.control;
    layout.control.push(control);
    const lines = [...el.getClientRects()];
    layout.lines.push(
      lines.length > 1 ? lines.flatMap((one) => [one.left + at.dx, one.top + at.dy, one.width, one.height].map(round)) : [],
    );
    layout.x.push(round(box.left));
    layout.y.push(round(box.top));
    layout.w.push(round(rect.width));
    layout.h.push(round(rect.height));
    // See-through is not out of reach: a caption that fades in under the pointer is clicked. A menu that is faded out
    // and lets clicks through is.
    const isShown = el.checkVisibility
      ? el.checkVisibility({visibilityProperty: true, contentVisibilityAuto: false}) &&
        (style.pointerEvents !== 'none' || el.checkVisibility({opacityProperty: true}))
      : style.visibility === 'visible' && style.display !== 'none';
    layout.visible.push(isShown && !isEmpty(seen));
    layout.fixed.push(at.fixed || isFixed || style.position === 'sticky');
    layout.scroller.push(at.scroller);

    const isPage = el === document.body || el === document.documentElement;
    const clips = !isPage && style.overflow !== 'visible' && style.display !== 'inline';
    const inner = clips ? overlap(clip, box) : clip;
    const below = {
      parent: index,
      control,
      scroller: !isPage && isScroller(el, style) ? index : at.scroller,
      fixed: layout.fixed[index],
      clip: inner,
      held: style.position === 'static' && style.transform === 'none' ? at.held : inner,
      dx: at.dx,
      dy: at.dy,
    };
    if (el.shadowRoot) findHeadings(el.shadowRoot);
    if (el.shadowRoot) for (const child of el.shadowRoot.children) add(child, below);
    for (const child of el.children) add(child, below);
    if (el.localName === 'iframe') addFrame(el, path, box, below);
  };

  const findHeadings = (root) => {
    let last;
    for (const el of root.querySelectorAll('*')) {
      headings.set(el, last);
      if (el.matches(HEADINGS)) last = el;
    }
  };

  const addFrame = (frame, path, box, below) => {
    let root;
    try {
      root = frame.contentDocument?.body && frame.contentDocument.documentElement;
    } catch {
      // Of another origin: its inside is not ours to see.
    }
    if (!root) return;
    // The paths inside go on from the frame's.
    memo.set(root, `${path}>>html:1`);
    findHeadings(root.ownerDocument);
    const dx = box.left + frame.clientLeft;
    const dy = box.top + frame.clientTop;
    add(root.ownerDocument.body, {...below, clip: overlap(below.clip, box), held: overlap(below.held, box), dx, dy});
  };

  findHeadings(document);
  add(document.body, {parent: -1, scroller: -1, control: -1, fixed: false, clip: WHOLE, held: WHOLE, dx: scrollX, dy: scrollY});
  return layout;
};

window.__parcoursCapture = capture;
