// The only place that adds listeners: each is guarded, passes the capture phase first and ends with the tracker.
import {guard} from './guard.js';
import {signal} from './stop.js';

/** Property of the root element of a page with a tracker: its site. No name in the page can be equal to a symbol. */
export const MARK = Symbol.for('parcours');

const heard = []; // [types, fn] to listen to in frames too

export const bind = (types, fn, target) => {
  for (const type of types.split(' ')) target.addEventListener(type, fn, {capture: true, passive: true, signal});
};

/** Listens to `types` (separated by spaces). In the capture phase, the window hears the document's events first. */
export const listen = (types, fn, target = window) => bind(types, guard(fn), target);

/**
 * Listens in the page and in its same-origin frames. A frame with its own tracker is a page of its own. What happens in
 * a question of a survey is not of the page (its element is the target: https://dom.spec.whatwg.org/#retarget). `wrap`:
 * for a `fn` that guards what it calls itself.
 */
export const hear = (types, fn, wrap = guard) =>
  heard.push([types, wrap((event) => event.target.localName === 'parcours-ask' || fn(event))]);

const onLoad = ({target}) => target.contentWindow && attach(target.contentWindow);

/** Adds the listeners of `hear` to a window and to its frames, including frames that load later. */
export const attach = guard((frame) => {
  const isTracked = () => frame.document.documentElement[MARK];
  for (const [types, fn] of heard) bind(types, frame === window ? fn : (event) => isTracked() || fn(event), frame);
  // On the document: `load` never reaches the window. https://dom.spec.whatwg.org/#interface-document (get the parent)
  bind('load', onLoad, frame.document);
  for (let i = 0; i < frame.length; i++) attach(frame[i]);
}, 0); // reading a cross-origin frame throws
