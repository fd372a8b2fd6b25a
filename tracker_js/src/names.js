// Readable names of elements for maps. Only the capture uses this file: the tracker sends no text.
import {fileOf} from './elements.js';

const MOST = 60; // characters
const SILENT = /^(script|style|noscript|template|svg|select|textarea)$/;
const MOST_NODES = 500; // read for words

const tidy = (text) => (text || '').replace(/\s+/g, ' ').trim();
const short = (text) => (text.length > MOST ? `${text.slice(0, MOST - 1).trim()}…` : text);

/** The first words inside `el`, slightly more than a name holds. */
const wordsIn = (el) => {
  const walker = document.createTreeWalker(el, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    node.nodeType === 1 && SILENT.test(node.localName) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  let words = '';
  let node;
  for (let i = 0; i < MOST_NODES && words.length <= MOST && (node = walker.nextNode()); i++)
    if (node.nodeType === 3) words = tidy(`${words} ${node.data.slice(0, 200)}`);
  return words;
};

const labelledBy = (el) =>
  tidy(
    (el.getAttribute('aria-labelledby') || '')
      .split(/\s+/)
      .map((id) => id && el.getRootNode().getElementById?.(id)?.textContent)
      .join(' '),
  );

const ownName = (el) => {
  const get = (name) => tidy(el.getAttribute(name));
  const isPress = el.localName === 'input' && /^(submit|button|reset)$/.test(el.type);
  const isField = /^(input|select|textarea)$/.test(el.localName);
  return (
    get('aria-label') ||
    labelledBy(el) ||
    (isPress && tidy(el.value)) ||
    (!isField && wordsIn(el)) ||
    get('alt') ||
    (el.labels?.[0] && wordsIn(el.labels[0])) ||
    get('placeholder') ||
    get('title') ||
    (el.localName === 'svg' && tidy(el.querySelector('title')?.textContent)) ||
    (!/^data:/.test(get('src')) && tidy(fileOf(el)))
  );
};

/** The name of `el` for people, at most 60 characters. `around`: the link, button or field that contains it. */
export const nameOf = (el, around) => {
  const own = ownName(el);
  if (own.length > MOST && el.childElementCount) {
    // The heading of a section says more than the start of its text.
    const heading = Element.prototype.querySelector.call(el, 'h1,h2,h3,h4,h5,h6,legend,caption');
    if (heading) return short(tidy(heading.textContent) || own);
  }
  if (own) return short(own);
  // An icon without words gets the name of its link or button.
  return short((around && ownName(around)) || el.localName);
};
