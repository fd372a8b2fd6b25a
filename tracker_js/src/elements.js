// Which element a click belongs to, its anchored path and its fingerprints.
// The tracker and the snapshot's capture both use this file, so that the same
// element has the same key in a visitor's browser and on the picture.
// docs/elements.md says the same in words.

const MAX_PATH = 512; // letters, as the wire allows
const MAX_NAME = 64; // letters of an id, class or test id
const MAX_CLASSES = 16;
const CLASS = 11; // kind of a fingerprint: its place in the list of `describe`
const MAX_TEXT = 400; // letters of text that enter a fingerprint
export const HEADINGS = 'h1,h2,h3,h4,h5,h6';
const LANDMARK = /^(header|nav|main|footer|aside|body)$/;
const NAMES = {'data-parcours': '@', 'data-testid': '!', id: '#'};

// Names that tools make: long numbers, `:r1:`, addresses, letters between digits or digits between letters.
const GENERATED = /\d{3}|[:@]|\d[a-z]+\d|[a-z]\d+[a-z]{2}|^(css|sc|ng)-/i;
const STATE = /active|current|disab|expand|focus|hid|load|open|select|show|vis/;

/** One of 64 letters for the low 6 bits of `n`. */
export const letter = (n) => {
  n &= 63;
  if (n < 36) return n.toString(36);
  return n < 62 ? (n - 26).toString(36).toUpperCase() : '-_'[n - 62];
};

const isStable = (name) => name && name.length <= MAX_NAME && !GENERATED.test(name);

/** The element above, through the border of an open shadow root. A form named `host` makes `document.host` an element. */
export const above = (el) => el.parentElement || (el.getRootNode() !== document && el.getRootNode().host);

/** The element that a click (hover, viewport edge) on `el` belongs to. */
export const owner = (el = document.body) => {
  // A stroke of an icon says little: what people aim at is the picture, or the link in it.
  if (el.ownerSVGElement) el = el.closest('a,svg');
  for (let up = el; up; up = above(up)) if (up.hasAttribute('data-parcours-ignore')) el = above(up);
  // What has no box of its own (`display: contents`) shows its text in the box above.
  while (el && !el.getClientRects()[0]) el = above(el);
  return !el || el === document.documentElement ? document.body : el;
};

const isOnly = (selector) => document.querySelectorAll(selector).length === 1;

const anchor = (el, tag) => {
  for (const name in NAMES) {
    const value = el.getAttribute(name);
    // What the owner has named on purpose may look as it likes.
    if (value && (name === 'data-parcours' || isStable(value)) && isOnly(`[${name}=${JSON.stringify(value)}]`))
      return tag + NAMES[name] + encodeURIComponent(value);
  }
  return LANDMARK.test(tag) && isOnly(tag) && tag;
};

/** Anchored path of `el`; `memo` keeps those of its ancestors. */
const pathOf = (el, memo) => {
  if (memo.has(el)) return memo.get(el);
  const tag = el.localName;
  let n = 1;
  for (let other = el; (other = other.previousElementSibling); ) if (other.localName === tag) n++;
  // In shadow roots and frames the same names come again with every copy of the component: no anchors there.
  const path =
    (el.getRootNode() === document && anchor(el, tag)) ||
    `${pathOf(above(el), memo)}>${el.parentElement ? '' : '>'}${tag}:${n}`;
  memo.set(el, path);
  return path;
};

/** A path of at most 512 letters: a longer one keeps its anchor and its tail. */
const shorten = (path) => (path.length > MAX_PATH ? path.replace(/>.*?(?=>.{0,400}$)/, '…') : path);

/** What of `text` enters a fingerprint: spaces made even, digits made equal. */
const clean = (text) =>
  text
    .slice(0, 5 * MAX_TEXT)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, MAX_TEXT)
    .replace(/\d/g, '#');

/** The last part of the address in `src` or `href`: `basket.svg`. */
export const fileOf = (el) => /[^/?#]*(?=[?#]|$)/.exec(el.getAttribute('src') || el.getAttribute('href') || '')[0];

const classesOf = (el) => [...el.classList].filter((name) => isStable(name) && !STATE.test(name)).sort();

/** 12 bits of FNV-1a over the code points of `siteKey \0 kind \0 value` as two letters; `..` for an absent value. */
export const fingerprint = (siteKey, kind, value) => {
  if (!value) return '..';
  let hash = 0x811c9dc5;
  for (const letter of [siteKey, kind, value].join('\0')) hash = Math.imul(hash ^ letter.codePointAt(), 0x01000193);
  hash ^= (hash >>> 12) ^ (hash >>> 24);
  return letter(hash >> 6) + letter(hash);
};

/** The heading that stands before `el`, or around it. */
const headingBefore = (el) =>
  [...el.getRootNode().querySelectorAll(HEADINGS)].findLast((heading) => heading.compareDocumentPosition(el) & 4);

/**
 * The record of an element: `[path, fingerprints]`. Nothing of the page's text can be read back from it.
 * `memo` (a Map) may be shared by calls between which the page does not change, and `heading` be given.
 */
export const describe = (el, siteKey, memo = new Map(), heading = headingBefore(el)) => {
  const get = (name) => el.getAttribute(name) || '';
  return [
    shorten(pathOf(el, memo)),
    [
      isStable(el.id) && el.id,
      get('name'),
      get('type'),
      get('role'),
      get('href').replace(/\?[^#]*/, ''),
      clean([...el.childNodes].map((node) => (node.nodeType === 3 ? node.data : '')).join(' ')),
      '', // the path without anchors: it tells nothing that the others do not
      clean(el.textContent),
      [...el.querySelectorAll('*')]
        .slice(0, 8)
        .map((one) => [one.localName, ...classesOf(one), fileOf(one)])
        .join(),
      clean(get('aria-label') || get('alt') || get('title') || get('placeholder') || fileOf(el)),
      clean(heading?.textContent || ''),
      ...classesOf(el).slice(0, MAX_CLASSES),
    ]
      .map((value, kind) => fingerprint(siteKey, Math.min(kind, CLASS), value))
      .join(''),
  ];
};
