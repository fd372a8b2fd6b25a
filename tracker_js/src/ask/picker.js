// "Click what bothers you": chooses an element of the page, by pointer or keyboard. The page waits meanwhile: a layer
// of ours lies over it, so that nothing of the page is pressed, and the tracker sees no click of it.
import {button, el} from './draw.js';

const WALKED = 'a,button,input,select,textarea,summary,img,video,h1,h2,h3,p,li,td,[role]';
const STEPS = {Tab: 1, ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1};

/** Lets the visitor pick. Calls `picked(element, name, x, y)`, or `picked()` when it was left. */
export const pick = (host, root, words, picked) => {
  const mark = el('div.mark');
  const told = el('b', {role: 'status'}, words.pick);
  const layer = el('div.layer', {tabindex: -1}, mark, el('div.bar', {}, told, button('', () => end(), words.cancel)));
  let marked;
  let name;
  const follow = () => {
    const box = marked?.getBoundingClientRect() || {};
    for (const side of ['left', 'top', 'width', 'height']) mark.style[side] = `${box[side]}px`;
  };
  const choose = (one) => {
    marked = one;
    told.textContent = name = (one.ariaLabel || one.alt || one.innerText || one.localName).trim().slice(0, 60);
    follow();
  };
  const end = (...place) => {
    layer.remove();
    host.classList.remove('over');
    removeEventListener('scroll', follow, true);
    picked(...(place.length ? [marked, name, ...place] : []));
  };
  layer.onpointermove = layer.onclick = (event) => {
    const {type, clientX, clientY, pointerType} = event;
    const isTouch = pointerType === 'touch';
    const one = document.elementsFromPoint(clientX, clientY).find((found) => found !== host);
    if (!one || mark.nextSibling.contains(event.target) || (isTouch && type !== 'click')) return;
    const isKnown = marked === one;
    choose(one);
    // The first tap marks, the second takes: a finger covers what it taps.
    if (type === 'click' && (isKnown || !isTouch)) end(clientX, clientY);
  };
  layer.onkeydown = (event) => {
    const {key, target} = event;
    if (key === 'Escape') end();
    else if (target !== layer) return;
    else if (key === 'Enter' && marked) end(undefined, undefined);
    else if (key in STEPS) {
      const all = [...document.querySelectorAll(WALKED)].filter((one) => one.getClientRects()[0]);
      const next = all.at((all.indexOf(marked) + (event.shiftKey ? -1 : STEPS[key])) % all.length);
      if (next) {
        next.scrollIntoView({block: 'center'});
        choose(next);
      }
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener('scroll', follow, true);
  host.classList.add('over');
  root.append(layer);
  layer.focus();
};
