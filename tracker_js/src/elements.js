// Which element a click belongs to, its anchored path and its fingerprints.
// The tracker and the snapshot's capture both use this file, so that the same
// element has the same key in a visitor's browser and on the picture.
// docs/elements.md says the same in words.

const MAX_PATH = 512; // letters, as the wire allows
const MAX_TAIL = 399; // letters that stay of a longer one, besides its anchor
export const MAX_WAY = 2000; // letters of the way from an anchor: what stands further above is none
const MAX_NAME = 64; // letters of an id, class or test id
const MAX_TAG = 40;
const MAX_CLASSES = 16;
const CLASS = 11; // kind of a fingerprint: its place in the list of `marksOf`
const MAX_TEXT = 400; // letters of a value that enter a fingerprint
const MOST_TEXT = 5 * MAX_TEXT; // that is looked at for it: much may be spaces
const MAX_NODES = 500; // that are looked at for it
const MAX_INSIDE = 8; // elements
const HEADINGS = 'h1,h2,h3,h4,h5,h6';
export const TOP = 'html'; // what no anchor stands above
const LANDMARK = /^(header|nav|main|footer|aside|body)$/;
const NAMES = {'data-parcours': '@', 'data-testid': '!', id: '#'};

// Names that tools make: long numbers, `:r1:`, addresses, `_r_1_`, letters between digits or digits between letters.
const GENERATED = /\d{3}|[:@«]|_r_|\d[a-z]+\d|[a-z]\d+[a-z]{2}|^(css|sc|ng)-/i;
const STATE = /active|current|disab|expand|focus|hid|load|open|select|show|vis/;

/** One of 64 letters for the low 6 bits of `n`. */
export const letter = (n) => {
  n &= 63;
  if (n < 36) return n.toString(36);
  return n < 62 ? (n - 26).toString(36).toUpperCase() : '-_'[n - 62];
};

const isStable = (name) => name && name.length <= MAX_NAME && !GENERATED.test(name);

/**
 * The element above, through the border of an open shadow root or of a frame of the same origin.
 * Not `el.parentElement`: a form's field of that name would stand for it, and whoever climbs would climb in a circle.
 */
export const above = (el) => {
  const root = el.getRootNode();
  return (
    Reflect.get(Node.prototype, 'parentElement', el) ||
    // A form named `host` would make `document.host` an element.
    (root !== document && (root.defaultView ? root.defaultView.frameElement : root.host))
  );
};

/** The element that a click (hover, viewport edge) on `el` belongs to. */
export const owner = (el = document.body) => {
  // A stroke of an icon says little: what people aim at is the picture, or the link in it.
  if (el.ownerSVGElement?.viewBox) el = el.closest('a,svg');
  for (let up = el; up; up = above(up)) if (up.hasAttribute('data-parcours-ignore')) el = above(up);
  // What has no box of its own: a part of an image map is a place on its picture; `display: contents` shows its
  // text in the box above.
  while (el && !el.getClientRects()[0])
    el = document.querySelector(`[usemap="#${el.closest('map')?.name}"]`) || above(el);
  return el || document.body;
};

/** Whether text in `el` runs from right to left. */
export const isFromRight = (el) => getComputedStyle(el).direction === 'rtl';

const isOnly = (selector) => !document.querySelectorAll(selector)[1];

/** Tag as a path has it: what a page calls its own elements may hold any letter. */
export const tagOf = (el) => escape(el.localName).slice(0, MAX_TAG);

/** Name of `el` by which the paths below it begin, if it has one. `only`: whether a selector finds a single element. */
export const anchor = (el, only = isOnly) => {
  const tag = tagOf(el);
  for (const name in NAMES) {
    const value = el.getAttribute(name);
    // What the owner has named on purpose may look as it likes.
    if (
      value &&
      (name === 'data-parcours' || isStable(value)) &&
      escape(value).length <= MAX_NAME &&
      only(`[${name}="${CSS.escape(value)}"]`)
    )
      return tag + NAMES[name] + escape(value);
  }
  return LANDMARK.test(tag) && only(tag) && tag;
};

/** `path` with at most 512 letters: a longer one keeps its anchor and its tail. */
export const shorten = (path, name = path.split('>')[0]) =>
  path.length > MAX_PATH ? name + path.slice(-MAX_TAIL).replace(/[^>]*/, '…') : path;

const pathOf = (el, top) => {
  let way = '';
  for (;;) {
    const up = above(el);
    // In shadow roots and frames the same names come again with every copy of the component: no anchors there.
    const name = up && way.length <= MAX_WAY ? top === TOP && el.getRootNode() === document && anchor(el) : top;
    if (name) return shorten(name + way, name);
    let n = 1;
    for (let other = el; (other = other.previousElementSibling); ) if (other.localName === el.localName) n++;
    way = `>${el.parentElement ? '' : '>'}${tagOf(el)}:${n}${way}`;
    el = up;
  }
};

/** What of `text` enters a fingerprint: spaces made even, digits made equal. */
const clean = (text) =>
  text
    .slice(0, MOST_TEXT)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\d/g, '#');

/** The last part of the address in `src` or `href`: `basket.svg`. */
export const fileOf = (el) =>
  (el.getAttribute('src') || el.getAttribute('href') || '').split(/[?#]/)[0].split('/').pop();

const classesOf = (el) => [...el.classList].filter((name) => isStable(name) && !STATE.test(name)).sort();

/** 12 bits of FNV-1a over the code points of `siteKey \0 kind \0 value` as two letters; `~` for an absent value. */
export const fingerprint = (siteKey, kind, value) => {
  if (!value) return '~';
  let hash = 0x811c9dc5;
  for (const letter of [siteKey, kind, value.slice(0, MAX_TEXT)].join('\0'))
    hash = Math.imul(hash ^ letter.codePointAt(), 0x01000193);
  hash ^= (hash >>> 12) ^ (hash >>> 24);
  return letter(hash >> 6) + letter(hash);
};

/** `[own text, all text, what it contains]` of `el`, as far as its first nodes tell. */
const gistOf = (el) => {
  const walker = document.createTreeWalker(el, 5); // elements and text
  const inside = [];
  let own = '';
  let all = '';
  for (let node, i = 0; i < MAX_NODES && all.length < MOST_TEXT && (node = walker.nextNode()); i++)
    if (node.nodeType === 3) {
      all += node.data;
      if (node.parentNode === el) own += ` ${node.data}`;
    } else if (inside.length < MAX_INSIDE) inside.push([node.localName, ...classesOf(node), fileOf(node)]);
  return [clean(own), clean(all), inside.join()];
};

/** The heading that stands before `el`, or around it. */
const headingBefore = (el) => {
  const headings = el.getRootNode().querySelectorAll(HEADINGS);
  let before = 0; // how many
  for (let step = 1 << 16; step; step >>= 1)
    if (headings[before + step - 1]?.compareDocumentPosition(el) & 4) before += step;
  return headings[before - 1];
};

/** Fingerprints of `el`: nothing of the page's text can be read back from them. */
export const marksOf = (el, siteKey, heading) => {
  const get = (name) => el.getAttribute(name) || '';
  const [own, all, inside] = gistOf(el);
  return [
    isStable(get('id')) && get('id'),
    get('name'),
    get('type'),
    get('role'),
    get('href').replace(/\?[^#]*/, ''),
    own,
    '', // the path without anchors: it tells nothing that the others do not
    all,
    inside,
    clean(get('aria-label') || get('alt') || get('title') || get('placeholder') || fileOf(el)),
    heading ? gistOf(heading)[1] : '',
    ...classesOf(el).slice(0, MAX_CLASSES),
  ]
    .map((value, kind) => fingerprint(siteKey, Math.min(kind, CLASS), value))
    .join('');
};

/**
 * The record of an element: `[path, fingerprints]`. `top`: what paths begin with where no anchor is; in a page that is
 * a part of another one (`>>html:1`) no path has one.
 */
export const describe = (el, siteKey, top = TOP) => [pathOf(el, top), marksOf(el, siteKey, headingBefore(el))];
