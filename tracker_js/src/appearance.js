// Effects of a press that no event and no mutation reports: styles (`:focus-within`, `:target`), style sheets, and
// animations that a script started. And the elements whose changes a page's script cannot observe.

const NEARBY = 20; // elements compared

/** Whether `el` is a canvas, or a component whose shadow root, if it has one, is closed. */
export const isOpaque = (el) =>
  /^canvas$|-/.test(el.localName) && !el.shadowRoot && el.matches(':defined');

/** Whether some of `el` is visible in the window. */
export const isShown = (el) => {
  const {left, right, top, bottom} = el.getBoundingClientRect();
  return (
    Math.max(left, 0) < Math.min(right, innerWidth) &&
    Math.max(top, 0) < Math.min(bottom, innerHeight) &&
    el.checkVisibility?.({opacityProperty: true, visibilityProperty: true}) !== false
  );
};

const sheets = () =>
  [...document.styleSheets, ...(document.adoptedStyleSheets || [])].map((one) => one.disabled).join();

// Not those of style sheets, which follow the pointer.
const animations = () => document.getAnimations().filter((one) => one.constructor === Animation);

/** A function that returns whether the page of `elements` looks different since a press with this composed `path`. */
export const appearance = (elements, path, isTouch) => {
  const styles = sheets();
  const running = animations();
  // What shows on focus is right after or before the focused element; what a link shows is its target. A touch also
  // puts the pointer on the element, where that of a mouse is already.
  const focused = path.find((el) => isTouch || el.tabIndex >= 0);
  const target = document.getElementById(path.find((el) => /^#/.test(el.hash))?.hash.slice(1));
  let near = [focused, target].flatMap((el) => {
    const i = elements.indexOf(el);
    return elements.slice(i - 1, i + NEARBY);
  });
  const shown = near.map(isShown);
  return () => {
    const isOther = near.some((el, i) => isShown(el) !== shown[i]);
    near = []; // later, the pointer may be on another element
    return isOther || sheets() !== styles || animations().some((one) => !running.includes(one));
  };
};
